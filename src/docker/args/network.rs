//! Networks: made, removed, listed.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::cluster::labels::Label;
use crate::cluster::layout::Layout;
use crate::docker::Call;

/// Creates a bridge network with the addresses of `layout`.
#[must_use]
pub fn create_network(name: &str, layout: Layout, labels: &[Label]) -> Call {
    let mut args = vec![
        "network".to_owned(),
        "create".into(),
        "--driver=bridge".into(),
        // Fixed addresses are granted on networks with a subnet given by hand.
        format!("--subnet={}", layout.subnet()),
        // By default the first one of the range below.
        format!("--gateway={}", layout.gateway()),
    ];
    // By default the engine gives out any free address, also those of nodes that are
    // stopped, and those of Services.
    args.extend(layout.guests().map(|range| format!("--ip-range={range}")));
    if let (Some(subnet), Some(gateway)) = (layout.ipv6(), layout.ipv6_gateway()) {
        // Otherwise the engine switches IPv6 off in its containers.
        args.push("--ipv6".into());
        args.extend([format!("--subnet={subnet}"), format!("--gateway={gateway}")]);
        args.extend(layout.ipv6_guests().map(|range| format!("--ip-range={range}")));
    }
    args.extend(labels.iter().map(|(key, value)| format!("--label={key}={value}")));
    args.push(name.into());
    Call::new(args).to_its_end()
}

/// Creates a network across the hosts of a swarm. What the swarm takes for itself, an
/// address for each host, comes out of `range`.
#[must_use]
pub fn create_overlay(name: &str, subnet: &str, range: &str, labels: &[Label]) -> Call {
    let mut args = vec![
        "network".to_owned(),
        "create".into(),
        "--driver=overlay".into(),
        // For containers; without it, it is for Swarm's own services alone.
        "--attachable".into(),
        format!("--subnet={subnet}"),
        // The first free ones otherwise: the balancer's and the masters'.
        format!("--ip-range={range}"),
    ];
    args.extend(labels.iter().map(|(key, value)| format!("--label={key}={value}")));
    args.push(name.into());
    Call::new(args).deadline(Call::WORK).to_its_end()
}

/// Takes a container off a network. One that is stopped is still on a network that is gone.
#[must_use]
pub fn disconnect(network: &str, container: &str) -> Call {
    // Also where the engine cannot find the network of the container any more.
    Call::new(["network", "disconnect", "--force", network, container])
}

/// Puts a container on a network, with these addresses.
#[must_use]
pub fn connect(
    network: &str,
    container: &str,
    address: Ipv4Addr,
    ipv6_address: Option<Ipv6Addr>,
) -> Call {
    let mut args = vec!["network".to_owned(), "connect".into(), format!("--ip={address}")];
    args.extend(ipv6_address.map(|address| format!("--ip6={address}")));
    args.extend([network.to_owned(), container.to_owned()]);
    Call::new(args)
}

/// Removes networks.
#[must_use]
pub fn remove_networks<'a>(ids: impl IntoIterator<Item = &'a str>) -> Call {
    Call::new(["network", "rm"].into_iter().chain(ids))
}

/// Ids of all networks.
#[must_use]
pub fn network_ids() -> Call {
    Call::new(["network", "ls", "--quiet", "--no-trunc"])
}

/// Ids of the networks that carry `label` with `value`.
#[must_use]
pub fn labelled_network_ids(label: &str, value: &str) -> Call {
    let filter = format!("--filter=label={label}={value}");
    Call::new(["network", "ls", "--quiet", "--no-trunc", &filter])
}

/// The values of `label` on all networks that carry it, a line for each.
#[must_use]
pub fn network_label_values(label: &str) -> Call {
    let filter = format!("--filter=label={label}");
    let format = format!("--format={{{{.Label {label:?}}}}}");
    Call::new(["network", "ls", &filter, &format])
}

/// Everything the engine knows of networks, as JSON.
#[must_use]
pub fn inspect_networks<'a>(ids: impl IntoIterator<Item = &'a str>) -> Call {
    Call::new(["network", "inspect"].into_iter().chain(ids))
}
