//! A node's part of the pod network: the CNI configuration, and the files from which its
//! `mok-network` service sets routes at every start (docs/image.md).

use std::fmt::Write;
use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::{Value, json};

use super::files::File;
use crate::cluster::family::PerFamily;
use crate::cluster::layout::Layout;
use crate::cluster::name::{NodeName, Role};
use crate::cluster::ranges::Ranges;

/// The file with the routes, without the leading slash.
pub const ROUTES: &str = "etc/mok/routes";

/// The script that sets the routes in [`ROUTES`].
pub const APPLY: &str = "/usr/local/lib/mok/network.sh";
/// The script that ends the pending lookups of docker's DNS server for the node, before the node
/// is removed.
pub const END_LOOKUPS: &str = "/usr/local/lib/mok/end_lookups.sh";

/// The MTU of an overlay network, which encapsulates packets.
pub const OVERLAY_MTU: u16 = 1450;

/// The network settings that all nodes of a cluster have in common.
#[derive(Debug)]
pub struct Network {
    /// The nodes' addresses.
    pub layout: Layout,
    /// The pod and Service ranges.
    pub ranges: Ranges,
    /// The `ADDRESS:PORT` at which nodes reach the API, an IPv6 address in brackets.
    pub api: String,
}

/// Returns the network files of `node`, one of `nodes`. `mtu` is given if it is not the usual one.
#[must_use]
pub fn files(
    node: &NodeName,
    nodes: &[NodeName],
    network: &Network,
    mtu: Option<u16>,
) -> Vec<File> {
    let Network { layout, ranges, .. } = *network;
    vec![
        File::public("etc/mok/network", own(node, network)),
        File::public(ROUTES, routes(node, nodes, layout, ranges)),
        File::public("etc/cni/net.d/10-mok.conflist", cni(ranges.pods_of(node), mtu)),
    ]
}

/// Returns the network files of `node` if the user sets up the pod network: packets that leave the
/// cluster are still masqueraded, but there are no routes to pods.
#[must_use]
pub fn without_pods(node: &NodeName, network: &Network) -> Vec<File> {
    vec![File::public("etc/mok/network", own(node, network)), File::public(ROUTES, "")]
}

/// Returns the pod and Service ranges of each family and the addresses of the API, as shell
/// variables. docker's DNS server has an IPv4 address: in a cluster without IPv4, the node answers
/// for it.
fn own(node: &NodeName, network: &Network) -> String {
    let Network { layout, ranges, api } = network;
    let mut text = String::new();
    for (pods, services) in ranges.pods().into_iter().zip(ranges.services()) {
        let family = if matches!(pods, IpNet::V6(_)) { "6" } else { "" };
        let _ = write!(text, "POD_SUBNET{family}={pods}\nSERVICE_SUBNET{family}={services}\n");
    }
    let _ = write!(text, "API_SERVICE={}\nAPI_SERVER={api}\n", ranges.api_service());
    if let IpAddr::V6(address) = layout.addresses(node).primary() {
        let _ = writeln!(text, "DNS_ADDRESS={address}");
    }
    text
}

/// Returns a line `POD_RANGE NODE_ADDRESS` for every other node with pods, in each family.
#[must_use]
pub fn routes(node: &NodeName, nodes: &[NodeName], layout: Layout, ranges: Ranges) -> String {
    nodes
        .iter()
        .filter(|other| *other != node && other.role() != Role::LoadBalancer)
        .flat_map(|other| ranges.pods_of(other).into_iter().zip(layout.addresses(other)))
        .map(|(pods, address)| format!("{pods} {address}\n"))
        .collect()
}

/// Returns the CNI configuration: point-to-point links with addresses of the node's pod range.
/// Pods reach each other and all nodes by routing, without a bridge.
fn cni(pods: PerFamily<IpNet>, mtu: Option<u16>) -> String {
    let has_ipv6 = pods.into_iter().any(|net| matches!(net, IpNet::V6(_)));
    let (ranges, routes): (Vec<_>, Vec<_>) = pods.into_iter().map(of_family).unzip();
    let mut plugins = json!({
        "cniVersion": "0.3.1",
        "name": "mok",
        "plugins": [
            {
                "type": "ptp",
                "ipMasq": false,
                "ipam": {
                    "type": "host-local",
                    // Below /run, because a restart of the node ends all pods and must free their
                    // addresses.
                    "dataDir": "/run/cni-ipam-state",
                    "ranges": ranges,
                    "routes": routes
                }
            },
            { "type": "portmap", "capabilities": { "portMappings": true } }
        ]
    });
    if let Some(mtu) = mtu {
        plugins["plugins"][0]["mtu"] = mtu.into();
    }
    if let Some(list) = plugins["plugins"].as_array_mut().filter(|_| has_ipv6) {
        list.insert(0, json!({ "type": "mok-nodad" }));
    }
    format!("{plugins:#}\n")
}

/// Returns the address range and the default route of pods in `net`.
fn of_family(net: IpNet) -> (Value, Value) {
    let all = if matches!(net, IpNet::V6(_)) { "::/0" } else { "0.0.0.0/0" };
    (json!([{ "subnet": net.to_string() }]), json!({ "dst": all }))
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU8;

    use super::*;
    use crate::cluster::family::IpFamily;
    use crate::cluster::name::ClusterName;
    use crate::cluster::subnet::Subnet;

    #[test]
    fn a_node_has_routes_to_all_others_but_the_balancer() {
        let cluster = ClusterName::parse("a").unwrap();
        let one = NonZeroU8::MIN;
        let nodes = [
            NodeName::load_balancer(&cluster),
            NodeName::master(&cluster, one),
            NodeName::worker(&cluster, one),
            NodeName::worker(&cluster, one.saturating_add(1)),
        ];
        let layout = Layout::new(Subnet::parse("10.213.7.0/24").unwrap(), IpFamily::Ipv4);
        assert_eq!(
            routes(&nodes[2], &nodes, layout, Ranges::default()),
            "10.244.11.0/24 10.213.7.11\n10.244.102.0/24 10.213.7.102\n"
        );
    }
}
