//! Networks of clusters, and the subnets that the engine's networks and the host's routes use.

use std::fs;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::Path;

use ipnet::{IpNet, Ipv6Net};

use crate::cluster::host::Host;
use crate::cluster::labels;
use crate::cluster::name::ClusterName;
use crate::cluster::subnet::{self, Subnet, overlap};
use crate::cluster::taken::Taken;
use crate::docker::inspect::{self, Network};
use crate::docker::{Docker, DockerError, ErrorKind, args};

/// Returns the ids of the networks of `cluster`: one, unless a run was interrupted.
///
/// # Errors
/// Fails if the engine does not answer.
pub fn ids(docker: &Docker, cluster: &ClusterName) -> Result<Vec<String>, DockerError> {
    docker.ids(&args::labelled_network_ids(labels::CLUSTER, cluster.as_str()))
}

/// Returns the subnets of the engine's networks and of the host's routes.
///
/// # Errors
/// Fails if the engine does not answer.
pub fn taken_subnets(docker: &Docker) -> Result<Taken, DockerError> {
    let inspect = |ids: &[String]| args::inspect_networks(ids.iter().map(String::as_str));
    let listed = docker.read_listed(&args::network_ids(), inspect, engine_subnets)?;
    // A remote engine's host has other routes. These then only narrow the choice.
    let table = |name| fs::read_to_string(Path::new("/proc/net").join(name)).unwrap_or_default();
    let ipv4 = routes(&table("route")).map(IpNet::from).collect::<Vec<_>>();
    let routes = ipv6_routes(&table("ipv6_route")).map(IpNet::from).chain(ipv4).collect();
    Ok(Taken { networks: listed.into_iter().flatten().collect(), routes })
}

/// A network of the engine.
#[derive(Debug)]
pub struct EngineNetwork {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its subnets.
    pub subnets: Vec<IpNet>,
}

impl EngineNetwork {
    /// Returns the first IPv4 subnet.
    #[must_use]
    pub fn subnet(&self) -> Option<Subnet> {
        self.subnets.iter().find_map(|net| match net {
            IpNet::V4(net) => Subnet::new(net.addr(), net.prefix_len()),
            IpNet::V6(_) => None,
        })
    }
}

/// Returns the network `name`, if the engine has it.
///
/// # Errors
/// Fails if the engine does not answer.
pub fn named(docker: &Docker, name: &str) -> Result<Option<EngineNetwork>, DockerError> {
    match docker.read(&args::inspect_networks([name]), read_named) {
        Ok(networks) => Ok(networks.into_iter().next()),
        Err(error) if error.kind() == ErrorKind::Gone => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns the name and the subnet of a network of the engine that overlaps one of `subnets`.
///
/// # Errors
/// Fails if the engine does not answer.
pub fn holder(docker: &Docker, subnets: &[IpNet]) -> Result<Option<(String, IpNet)>, DockerError> {
    let inspect = |ids: &[String]| args::inspect_networks(ids.iter().map(String::as_str));
    let networks = docker.read_listed(&args::network_ids(), inspect, read_named)?;
    let holds = |network: EngineNetwork| {
        let is_held = |other: &&IpNet| subnets.iter().any(|subnet| overlap(*subnet, **other));
        let other = *network.subnets.iter().find(is_held)?;
        Some((format!("network {}", network.name), other))
    };
    Ok(networks.into_iter().flatten().find_map(holds))
}

/// Parses the output of `network inspect`.
pub fn read_named(json: &str) -> serde_json::Result<Vec<EngineNetwork>> {
    let networks: Vec<Network> = inspect::list(json)?;
    let named = |network: Network| {
        let subnets = network.subnets().filter_map(subnet::parse_any).collect();
        EngineNetwork { subnets, id: network.id, name: network.name }
    };
    Ok(networks.into_iter().map(named).collect())
}

/// Returns the subnets in the output of `network inspect`, docker's or podman's, of both families.
pub fn engine_subnets(json: &str) -> serde_json::Result<Vec<IpNet>> {
    let networks: Vec<Network> = inspect::list(json)?;
    let subnets = networks.iter().flat_map(Network::subnets);
    Ok(subnets.filter_map(subnet::parse_any).collect())
}

/// Returns the hosts in the labels of the networks in the output of `network inspect`.
pub fn hosts(json: &str) -> serde_json::Result<Vec<Host>> {
    let networks: Vec<Network> = inspect::list(json)?;
    let label = |network: &Network| Host::parse_all(network.labels.get(labels::HOSTS)?).ok();
    Ok(networks.iter().filter_map(label).flatten().collect())
}

/// Returns the destinations in `/proc/net/route`, without the default route, which covers
/// everything.
pub fn routes(table: &str) -> impl Iterator<Item = Subnet> {
    table.lines().filter_map(route)
}

/// Parses the destination in a line of `/proc/net/route`: hexadecimal numbers, least significant
/// byte first.
fn route(line: &str) -> Option<Subnet> {
    let mut words = line.split_whitespace();
    let address = u32::from_str_radix(words.nth(1)?, 16).ok()?.swap_bytes();
    let mask = u32::from_str_radix(words.nth(5)?, 16).ok()?.swap_bytes();
    let prefix = u8::try_from(mask.leading_ones()).ok()?;
    if prefix == 0 { None } else { Subnet::new(Ipv4Addr::from_bits(address), prefix) }
}

/// Returns the destinations in `/proc/net/ipv6_route`, without the default route and those that
/// every interface has: link-local and multicast.
pub fn ipv6_routes(table: &str) -> impl Iterator<Item = Ipv6Net> {
    let is_common = |net: &Ipv6Net| net.addr().is_unicast_link_local() || net.addr().is_multicast();
    table.lines().filter_map(ipv6_route).filter(move |net| !is_common(net))
}

/// Parses the destination in a line of `/proc/net/ipv6_route`: hexadecimal numbers.
fn ipv6_route(line: &str) -> Option<Ipv6Net> {
    let mut words = line.split_whitespace();
    let address = u128::from_str_radix(words.next()?, 16).ok()?;
    let prefix = u8::from_str_radix(words.next()?, 16).ok()?;
    let net = Ipv6Net::new(Ipv6Addr::from_bits(address), prefix).ok()?;
    (prefix > 0).then(|| net.trunc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ipv6_routes_are_read() {
        let none = "00000000000000000000000000000000";
        let line = |address, prefix| {
            format!(
                "{address} {prefix} {none} 00 {none} 00000100 00000001 00000000 00000001 eth0\n"
            )
        };
        let table = [
            line(none, "00"),
            line("fd000010021300970000000000000000", "40"),
            line("fe800000000000000000000000000000", "40"),
            line("ff000000000000000000000000000000", "08"),
            line("fd000010021300970000000000000001", "80"),
        ];
        let found: Vec<_> = ipv6_routes(&table.concat()).map(|net| net.to_string()).collect();
        assert_eq!(found, ["fd00:10:213:97::/64", "fd00:10:213:97::1/128"]);
    }

    #[test]
    fn routes_are_read_and_the_default_is_not_one() {
        let table = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\n\
            eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\n\
            eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\n\
            docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\n";
        let found: Vec<_> = routes(table).map(|net| net.to_string()).collect();
        assert_eq!(found, ["192.0.2.0/24", "172.17.0.0/16"]);
    }

    #[test]
    fn the_engines_subnets_are_read() {
        let json = r#"[
            {"IPAM": {"Config": [{"Subnet": "172.17.0.0/16"}]}},
            {"IPAM": {"Config": [{"Subnet": "fd00::/64"}, {"Subnet": "10.1.2.0/28"}]}},
            {"IPAM": {"Config": []}},
            {"IPAM": {"Config": null}},
            {"IPAM": {"Config": [{"Subnet": "0.0.0.0/0"}, {"Subnet": ""}]}},
            {"name": "podman", "subnets": [{"subnet": "10.88.0.0/16", "gateway": "10.88.0.1"}]}
        ]"#;
        let found: Vec<_> = engine_subnets(json).unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(found, ["172.17.0.0/16", "fd00::/64", "10.1.2.0/28", "10.88.0.0/16"]);
        assert!(engine_subnets("WARNING").is_err());
    }
}
