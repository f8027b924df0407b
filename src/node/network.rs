//! The node's part of the pod network: the CNI configuration, and the files that
//! its `mok-network` service turns into routes at every start (docs/image.md).

use std::fmt::Write;
use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::{Value, json};

use super::files::File;
use crate::cluster::family::PerFamily;
use crate::cluster::layout::Layout;
use crate::cluster::name::{NodeName, Role};
use crate::cluster::ranges::Ranges;

/// Where the service looks for the routes.
pub const ROUTES: &str = "etc/mok/routes";

/// Puts the routes in place as the file has them.
pub const APPLY: &str = "/usr/local/lib/mok/network.sh";
/// Ends the lookups that the engine's name server has under way for the node, which is about
/// to go.
pub const END_LOOKUPS: &str = "/usr/local/lib/mok/end_lookups.sh";

/// What fits into a packet of an overlay network, which wraps it in another one.
pub const OVERLAY_MTU: u16 = 1450;

/// What is the same for all nodes of a cluster.
#[derive(Debug)]
pub struct Network {
    /// The nodes' addresses.
    pub layout: Layout,
    /// Those of pods and Services.
    pub ranges: Ranges,
    /// `ADDRESS:PORT` of the API for all nodes; an IPv6 address in brackets.
    pub api: String,
}

/// All files of the network for `node`, one of `nodes`; `mtu` where it is not that of
/// every other network.
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

/// The files of `node` where the user makes the network of pods: what leaves the cluster
/// still leaves as its node, and no route leads to pods.
#[must_use]
pub fn without_pods(node: &NodeName, network: &Network) -> Vec<File> {
    vec![File::public("etc/mok/network", own(node, network)), File::public(ROUTES, "")]
}

/// The addresses of pods and Services of each family, and the API's, as a Service and its
/// own. Docker's DNS server for a container has an IPv4 address; where there is no other such
/// address, the node answers for it.
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

/// A line `POD_RANGE NODE_ADDRESS` for every other node that has pods, of each family.
#[must_use]
pub fn routes(node: &NodeName, nodes: &[NodeName], layout: Layout, ranges: Ranges) -> String {
    nodes
        .iter()
        .filter(|other| *other != node && other.role() != Role::LoadBalancer)
        .flat_map(|other| ranges.pods_of(other).into_iter().zip(layout.addresses(other)))
        .map(|(pods, address)| format!("{pods} {address}\n"))
        .collect()
}

/// Point-to-point links with addresses of the node's own range: pods reach each
/// other, their node and the others' by plain routing, without a bridge.
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
                    // Below /run: a restart ends all pods, and their addresses
                    // must not stay taken.
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

/// Of pods with addresses of `net`: where these come from, and where all others are.
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
