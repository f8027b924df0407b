//! Calls that create, remove and list networks.

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
        // Containers can have fixed addresses only on networks with an explicit subnet.
        format!("--subnet={}", layout.subnet()),
        // By default, the gateway is the first address of the --ip-range below.
        format!("--gateway={}", layout.gateway()),
    ];
    // By default, the engine assigns any free address, even the address of a stopped node or of a
    // Service.
    args.extend(layout.guests().map(|range| format!("--ip-range={range}")));
    if let (Some(subnet), Some(gateway)) = (layout.ipv6(), layout.ipv6_gateway()) {
        // Without this flag, the engine disables IPv6 in the network's containers.
        args.push("--ipv6".into());
        args.extend([format!("--subnet={subnet}"), format!("--gateway={gateway}")]);
        args.extend(layout.ipv6_guests().map(|range| format!("--ip-range={range}")));
    }
    args.extend(labels.iter().map(|(key, value)| format!("--label={key}={value}")));
    args.push(name.into());
    Call::new(args).to_its_end()
}

/// Creates a network across the hosts of a swarm. The swarm takes an address for each host from
/// `range`.
#[must_use]
pub fn create_overlay(name: &str, subnet: &str, range: &str, labels: &[Label]) -> Call {
    let mut args = vec![
        "network".to_owned(),
        "create".into(),
        "--driver=overlay".into(),
        // Without this flag, only services of the swarm can use the network.
        "--attachable".into(),
        format!("--subnet={subnet}"),
        // Otherwise the swarm takes the first free addresses, those of load balancer and masters.
        format!("--ip-range={range}"),
    ];
    args.extend(labels.iter().map(|(key, value)| format!("--label={key}={value}")));
    args.push(name.into());
    Call::new(args).deadline(Call::WORK).to_its_end()
}

/// Disconnects a container from a network, even from one that no longer exists: removing a network
/// does not disconnect stopped containers.
#[must_use]
pub fn disconnect(network: &str, container: &str) -> Call {
    // The network may be gone. Without --force, the engine would fail to find it.
    Call::new(["network", "disconnect", "--force", network, container])
}

/// Connects a container to a network, on which it gets these addresses.
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

/// Lists the ids of all networks.
#[must_use]
pub fn network_ids() -> Call {
    Call::new(["network", "ls", "--quiet", "--no-trunc"])
}

/// Lists the ids of the networks that have `label` with `value`.
#[must_use]
pub fn labelled_network_ids(label: &str, value: &str) -> Call {
    let filter = format!("--filter=label={label}={value}");
    Call::new(["network", "ls", "--quiet", "--no-trunc", &filter])
}

/// Prints the values of `label` on all networks that have it, one line each.
#[must_use]
pub fn network_label_values(label: &str) -> Call {
    let filter = format!("--filter=label={label}");
    let format = format!("--format={{{{.Label {label:?}}}}}");
    Call::new(["network", "ls", &filter, &format])
}

/// Prints everything that the engine knows about networks, as JSON.
#[must_use]
pub fn inspect_networks<'a>(ids: impl IntoIterator<Item = &'a str>) -> Call {
    Call::new(["network", "inspect"].into_iter().chain(ids))
}
