//! Finds the network of a new cluster: a subnet that no network of the engine
//! and no route of the host has.

use std::collections::BTreeSet;
use std::fs;
use std::net::Ipv4Addr;

use serde_json::Value;

use super::Run;
use super::error::StepError;
use crate::cluster::layout::Layout;
use crate::cluster::subnet::Subnet;
use crate::docker::{DockerError, args};

/// Where subnets are looked for: clear of the engine's own pools
/// (172.17.0.0/12, 192.168.0.0/16) and of pods and Services.
const POOL: [u8; 2] = [10, 213];

impl Run<'_> {
    /// Creates the network. Whoever else creates one at this moment may be given
    /// the same subnet by the same reasoning: the engine refuses the second, and
    /// the next free one is tried.
    pub(super) fn create_network(&self) -> Result<(), StepError> {
        let mut taken = self.taken()?;
        loop {
            let subnet = self.free_subnet(&taken)?;
            let name = self.roster.name().network();
            let create = args::create_network(&name, &subnet.to_string(), &self.labels());
            match self.docker.id(&create) {
                Ok(id) => {
                    self.facts.learn_network(id);
                    self.facts.learn_layout(Layout::new(subnet));
                    return Ok(());
                }
                Err(error) if error.says("Pool overlaps") && self.subnet.is_none() => {
                    taken.insert(subnet);
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The chosen subnet, or the first free one of the pool. The search starts at
    /// a place that follows from the name, so that a cluster that is made again
    /// usually has its old addresses.
    fn free_subnet(&self, taken: &BTreeSet<Subnet>) -> Result<Subnet, StepError> {
        let free = |subnet: &Subnet| !taken.iter().any(|other| other.overlaps(subnet));
        if let Some(chosen) = self.subnet {
            let message =
                || format!("{chosen} overlaps a network of the engine or a route of the host");
            return free(&chosen).then_some(chosen).ok_or_else(|| StepError::NoSubnet(message()));
        }
        let name = self.roster.name().as_str();
        let start = name.bytes().fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
        let candidates = (0..=u8::MAX).filter_map(|step| {
            let [a, b] = POOL;
            Subnet::new(Ipv4Addr::new(a, b, start.wrapping_add(step), 0), 24)
        });
        let all_taken = || StepError::NoSubnet("all of 10.213.0.0/16 is taken".into());
        candidates.into_iter().find(free).ok_or_else(all_taken)
    }

    /// What the engine's networks and the host's routes cover.
    fn taken(&self) -> Result<BTreeSet<Subnet>, StepError> {
        let ids = self.docker.ids(&args::network_ids())?;
        let mut taken = BTreeSet::new();
        if !ids.is_empty() {
            let call = args::inspect_networks(ids.iter().map(String::as_str));
            let json = self.docker.capture(&call)?;
            let subnets = engine_subnets(&json).map_err(|error| DockerError::Unexpected {
                command: call.pretty(),
                what: error.to_string(),
            })?;
            taken.extend(subnets);
        }
        // An engine elsewhere has other routes; these then only cost choice.
        let routes = fs::read_to_string("/proc/net/route").unwrap_or_default();
        taken.extend(routes.lines().filter_map(route));
        Ok(taken)
    }
}

/// The IPv4 subnets in `docker network inspect`.
pub(crate) fn engine_subnets(json: &str) -> serde_json::Result<Vec<Subnet>> {
    let networks: Vec<Value> = serde_json::from_str(json)?;
    let subnets = networks
        .iter()
        .filter_map(|network| network.pointer("/IPAM/Config")?.as_array())
        .flatten()
        .filter_map(|config| Subnet::any(config.get("Subnet")?.as_str()?));
    Ok(subnets.collect())
}

/// The destination of a line of `/proc/net/route`: numbers in hexadecimal, least
/// byte first. The default route covers everything and says nothing.
fn route(line: &str) -> Option<Subnet> {
    let mut words = line.split_whitespace();
    let address = u32::from_str_radix(words.nth(1)?, 16).ok()?.swap_bytes();
    let mask = u32::from_str_radix(words.nth(5)?, 16).ok()?.swap_bytes();
    let prefix = u8::try_from(mask.leading_ones()).ok()?;
    if prefix == 0 { None } else { Subnet::new(Ipv4Addr::from_bits(address), prefix) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_read_and_the_default_is_not_one() {
        let table = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\n\
            eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\n\
            eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\n\
            docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\n";
        let found: Vec<_> = table.lines().filter_map(route).map(|net| net.to_string()).collect();
        assert_eq!(found, ["192.0.2.0/24", "172.17.0.0/16"]);
    }

    #[test]
    fn the_engines_subnets_are_read_and_others_left() {
        let json = r#"[
            {"IPAM": {"Config": [{"Subnet": "172.17.0.0/16"}]}},
            {"IPAM": {"Config": [{"Subnet": "fd00::/64"}, {"Subnet": "10.1.2.0/28"}]}},
            {"IPAM": {"Config": []}},
            {"IPAM": {"Config": null}}
        ]"#;
        let found: Vec<_> = engine_subnets(json).unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(found, ["172.17.0.0/16", "10.1.2.0/28"]);
        assert!(engine_subnets("WARNING").is_err());
    }
}
