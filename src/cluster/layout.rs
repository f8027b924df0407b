//! Where everything of a cluster is on its network. An address follows from a
//! node's role and number alone, so it is the same after every restart, a new
//! node needs no allocation, and nothing has to be stored.

use std::net::Ipv4Addr;

use super::name::{NodeName, Role};
use super::subnet::{MAX_PREFIX, Subnet};

/// The API server's port on every master and on the balancer.
pub const API_PORT: u16 = 6443;

/// The engine's choice.
const GATEWAY: u8 = 1;
/// The first host numbers of each role.
const LOAD_BALANCER: u8 = 2;
const MASTERS: u8 = 10;
const WORKERS: u8 = 100;
/// What the engine gives containers that users put into the network: 32 numbers between
/// those of masters and workers, which are a network as well.
const GUESTS: u8 = 64;
const GUESTS_PREFIX: u8 = 27;
/// What Services of type `LoadBalancer` get: behind the last worker, before a /24's
/// broadcast address.
const SERVICES: [u8; 2] = [200, 254];

/// A cluster's network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    subnet: Subnet,
}

impl Layout {
    /// The layout on `subnet`, which is a /24 or larger.
    #[must_use]
    pub fn new(subnet: Subnet) -> Self {
        Self { subnet }
    }

    /// The layout in which `node` is at `address`; none where it could not be there. The
    /// subnet is the smallest that has room for all nodes.
    #[must_use]
    pub fn around(node: &NodeName, address: Ipv4Addr) -> Option<Self> {
        let layout = Self::new(Subnet::new(address, MAX_PREFIX)?);
        (layout.address(node) == address).then_some(layout)
    }

    /// The network itself.
    #[must_use]
    pub fn subnet(&self) -> Subnet {
        self.subnet
    }

    /// The node's address.
    #[must_use]
    pub fn address(&self, node: &NodeName) -> Ipv4Addr {
        self.subnet.host(u32::from(host_number(node)))
    }

    /// The engine's host, as the nodes see it.
    #[must_use]
    pub fn gateway(&self) -> Ipv4Addr {
        self.subnet.host(u32::from(GATEWAY))
    }

    /// What the engine chooses from for containers without a fixed address. Left to
    /// itself it takes the first one that is free, such as that of a stopped master.
    #[must_use]
    pub fn guests(&self) -> Option<Subnet> {
        Subnet::new(self.subnet.host(u32::from(GUESTS)), GUESTS_PREFIX)
    }

    /// The first and the last address for Services of type `LoadBalancer`.
    #[must_use]
    pub fn service_addresses(&self) -> [Ipv4Addr; 2] {
        SERVICES.map(|number| self.subnet.host(u32::from(number)))
    }

    /// The balancer's address.
    #[must_use]
    pub fn load_balancer(&self) -> Ipv4Addr {
        self.subnet.host(u32::from(LOAD_BALANCER))
    }
}

/// At most 9 masters and 99 workers: see [`super::spec`].
pub(super) fn host_number(node: &NodeName) -> u8 {
    match node.role() {
        Role::LoadBalancer => LOAD_BALANCER,
        Role::Master => MASTERS.saturating_add(node.number()),
        Role::Worker => WORKERS.saturating_add(node.number()),
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU8;

    use super::*;
    use crate::cluster::ranges::Ranges;
    use crate::cluster::spec::{MAX_MASTERS, MAX_WORKERS};

    #[test]
    fn no_address_has_two_uses() {
        let layout = Layout::new(Subnet::parse("10.213.141.0/24").unwrap());
        let name = NodeName::parse("a-lb").unwrap();
        let numbers = |last| (1..=last).filter_map(NonZeroU8::new);
        let masters = numbers(MAX_MASTERS.get()).map(|n| NodeName::master(name.cluster(), n));
        let workers = numbers(MAX_WORKERS).map(|n| NodeName::worker(name.cluster(), n));
        let nodes = masters.chain(workers).chain([name.clone()]);
        let fixed: Vec<_> =
            nodes.map(|node| layout.address(&node)).chain([layout.gateway()]).collect();
        let guests = layout.guests().unwrap();
        let [first, last] = layout.service_addresses();
        assert_eq!(guests.to_string(), "10.213.141.64/27");
        let is_guest = |address| guests.overlaps(&Subnet::new(address, 32).unwrap());
        assert!(!fixed.iter().any(|address| is_guest(*address)));
        assert!(!fixed.iter().any(|address| (first..=last).contains(address)));
        assert!(!is_guest(first) && !is_guest(last) && first < last);
    }

    #[test]
    fn a_layout_follows_from_the_address_of_one_node() {
        let node = |word| NodeName::parse(word).unwrap();
        let layout = Layout::new(Subnet::parse("10.213.141.0/24").unwrap());
        for name in ["a-lb", "a-master-3", "a-worker-99"] {
            let address = layout.address(&node(name));
            assert_eq!(Layout::around(&node(name), address), Some(layout), "{name}");
            assert_eq!(Layout::around(&node("a-worker-1"), address), None, "{name}");
        }
        // Of a larger network only the part with all nodes is known.
        let large = Layout::new(Subnet::parse("172.16.0.0/12").unwrap());
        let around = Layout::around(&node("a-lb"), large.load_balancer()).unwrap();
        assert_eq!(around.subnet().to_string(), "172.16.0.0/24");
        assert_eq!(around.address(&node("a-worker-7")), large.address(&node("a-worker-7")));
    }

    #[test]
    fn the_diagram_of_the_network_shows_these_addresses() {
        let drawn = include_str!("../../docs/diagrams/network.dot");
        let layout = Layout::new(Subnet::parse("10.213.141.0/24").unwrap());
        for name in ["lab-master-1", "lab-master-2", "lab-worker-1", "lab-worker-2"] {
            let node = NodeName::parse(name).unwrap();
            let (address, pods) =
                (layout.address(&node), Ranges::default().pods_of(&node).to_string());
            let label = format!("\"{name}\\n{address}\\npods {pods}\"");
            assert!(drawn.contains(&label), "{label}");
        }
        let (balancer, gateway) = (layout.load_balancer(), layout.gateway());
        for label in [format!("\"lab-lb\\n{balancer}:{API_PORT}\""), format!("\\n{gateway}\"")] {
            assert!(drawn.contains(&label), "{label}");
        }
    }
}
