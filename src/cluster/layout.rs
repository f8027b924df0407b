//! The addresses of a cluster on its network. An address depends only on a node's role and number,
//! so it is the same after every restart, a new node needs no allocation, and nothing has to be
//! stored.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv6Net};

use super::family::{IpFamily, PerFamily};
use super::name::{NodeName, Role};
use super::subnet::{MAX_PREFIX, Subnet};

/// The port of the API on every master and on the load balancer.
pub const API_PORT: u16 = 6443;

/// The engine gives the bridge the first address.
const GATEWAY: u8 = 1;
/// The host number of the load balancer.
const LOAD_BALANCER: u8 = 2;
/// The host number of a registry made by mokctl.
const REGISTRY: u8 = 3;
/// The host number before that of the first master.
const MASTERS: u8 = 10;
/// The host number before that of the first worker.
const WORKERS: u8 = 100;
/// The first of the 32 host numbers for containers that users connect to the network. They are
/// between those of masters and workers, and form a subnet.
const GUESTS: u8 = 64;
const GUESTS_PREFIX: u8 = 27;
/// The first and the last host number for Services of type `LoadBalancer`: after the last worker,
/// before the broadcast address of a /24.
const SERVICES: [u8; 2] = [200, 254];

/// The prefix length of a cluster's IPv6 network.
const IPV6_PREFIX: u8 = 64;
/// The prefix length of the part of that network for containers that users connect. No node has an
/// address in it.
const IPV6_GUESTS_PREFIX: u8 = 80;

/// A cluster's network. It always has IPv4 addresses, because the engine insists on them. In a
/// cluster with IPv6 it also has the IPv6 addresses that are derived from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    subnet: Subnet,
    family: IpFamily,
}

impl Layout {
    /// Returns the layout of a cluster of `family` on `subnet`, which must be a /24 or larger.
    #[must_use]
    pub fn new(subnet: Subnet, family: IpFamily) -> Self {
        Self { subnet, family }
    }

    /// Returns the layout in which `node` has `address`, or `None` if no layout puts it there. The
    /// subnet is the smallest one with room for all nodes.
    #[must_use]
    pub fn from_node_address(node: &NodeName, address: Ipv4Addr, family: IpFamily) -> Option<Self> {
        let layout = Self::new(Subnet::new(address, MAX_PREFIX)?, family);
        (layout.address(node) == address).then_some(layout)
    }

    /// Returns the IPv4 subnet.
    #[must_use]
    pub fn subnet(&self) -> Subnet {
        self.subnet
    }

    /// Returns the IPv6 subnet, if the cluster has IPv6.
    #[must_use]
    pub fn ipv6(&self) -> Option<Ipv6Net> {
        self.family.has_ipv6().then(|| self.ipv6_subnet())
    }

    fn ipv6_subnet(self) -> Ipv6Net {
        Ipv6Net::new_assert(ipv6_of(self.subnet.host(0)), IPV6_PREFIX)
    }

    /// Returns the subnets of the engine's network.
    pub fn subnets(&self) -> impl Iterator<Item = IpNet> + use<> {
        [self.subnet.into()].into_iter().chain(self.ipv6().map(IpNet::V6))
    }

    /// Returns the addresses of `node` in the cluster's families.
    #[must_use]
    pub fn addresses(&self, node: &NodeName) -> PerFamily<IpAddr> {
        let ipv4 = self.address(node);
        PerFamily::of(self.family, ipv4, ipv6_of(ipv4))
    }

    /// Returns the IPv6 address of `node`, if the cluster has IPv6.
    #[must_use]
    pub fn ipv6_address(&self, node: &NodeName) -> Option<Ipv6Addr> {
        self.family.has_ipv6().then(|| ipv6_of(self.address(node)))
    }

    /// Returns the IPv4 address of `node`, which it has even in a cluster of IPv6 alone.
    #[must_use]
    pub fn address(&self, node: &NodeName) -> Ipv4Addr {
        self.subnet.host(u32::from(host_number(node)))
    }

    /// Returns the IPv6 address at which nodes reach the engine's host.
    #[must_use]
    pub fn ipv6_gateway(&self) -> Option<Ipv6Addr> {
        self.family.has_ipv6().then(|| ipv6_of(self.gateway()))
    }

    /// Returns the IPv4 address at which nodes reach the engine's host.
    #[must_use]
    pub fn gateway(&self) -> Ipv4Addr {
        self.subnet.host(u32::from(GATEWAY))
    }

    /// Returns the range from which the engine takes addresses for containers without a fixed one.
    /// Without this range, it would take the first free address, such as that of a stopped master.
    #[must_use]
    pub fn guests(&self) -> Option<Subnet> {
        Subnet::new(self.subnet.host(u32::from(GUESTS)), GUESTS_PREFIX)
    }

    /// Returns the IPv6 range for containers without a fixed address.
    #[must_use]
    pub fn ipv6_guests(&self) -> Option<Ipv6Net> {
        let subnet = self.ipv6()?;
        subnet.subnets(IPV6_GUESTS_PREFIX).ok()?.nth(1)
    }

    /// Returns the first and the last address for Services of type `LoadBalancer`.
    #[must_use]
    pub fn service_addresses(&self) -> PerFamily<[IpAddr; 2]> {
        let ipv4 = SERVICES.map(|number| self.subnet.host(u32::from(number)));
        let ipv6 = ipv4.map(ipv6_of);
        PerFamily::of(self.family, ipv4.map(IpAddr::from), ipv6.map(IpAddr::from))
    }

    /// Returns the addresses of a registry made by mokctl.
    #[must_use]
    pub fn registry(&self) -> (Ipv4Addr, Option<Ipv6Addr>) {
        let address = self.subnet.host(u32::from(REGISTRY));
        (address, self.family.has_ipv6().then(|| ipv6_of(address)))
    }

    /// Returns the IPv4 address of the load balancer.
    #[must_use]
    pub fn load_balancer(&self) -> Ipv4Addr {
        self.subnet.host(u32::from(LOAD_BALANCER))
    }
}

/// Returns the IPv6 address with the same digits: `fd00:10:213:7::11` for 10.213.7.11. So IPv6
/// addresses need be neither chosen nor stored. `fd00::/8` is for private use, as 10.0.0.0/8 is.
fn ipv6_of(address: Ipv4Addr) -> Ipv6Addr {
    let [a, b, c, d] = address.octets().map(digits);
    Ipv6Addr::new(0xfd00, a, b, c, 0, 0, 0, d)
}

/// Returns the number whose hexadecimal digits are the decimal digits of `number`.
const fn digits(number: u8) -> u16 {
    let number = number as u16;
    ((number / 100) << 8) | ((number / 10 % 10) << 4) | (number % 10)
}

/// Returns the host number of `node`. There are at most 9 masters and 99 workers, see
/// [`super::spec`].
pub(super) fn host_number(node: &NodeName) -> u8 {
    match node.role() {
        Role::LoadBalancer => LOAD_BALANCER,
        Role::Master => MASTERS.saturating_add(node.number()),
        Role::Worker => WORKERS.saturating_add(node.number()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::num::NonZeroU8;

    use super::*;
    use crate::cluster::ranges::Ranges;
    use crate::cluster::spec::{MAX_MASTERS, MAX_WORKERS};
    use crate::cluster::subnet::overlap;

    #[test]
    fn no_address_has_two_uses() {
        let layout = Layout::new(Subnet::parse("10.213.141.0/24").unwrap(), IpFamily::Ipv4);
        let name = NodeName::parse("a-lb").unwrap();
        let numbers = |last| (1..=last).filter_map(NonZeroU8::new);
        let masters = numbers(MAX_MASTERS.get()).map(|n| NodeName::master(name.cluster(), n));
        let workers = numbers(MAX_WORKERS).map(|n| NodeName::worker(name.cluster(), n));
        let nodes = masters.chain(workers).chain([name.clone()]);
        let others = [layout.gateway(), layout.registry().0];
        let fixed: Vec<_> = nodes.map(|node| layout.address(&node)).chain(others).collect();
        assert_eq!(fixed.iter().collect::<BTreeSet<_>>().len(), fixed.len());
        let guests = layout.guests().unwrap();
        let [first, last] = layout.service_addresses().primary();
        assert_eq!(guests.to_string(), "10.213.141.64/27");
        let is_guest = |address| overlap(guests, Subnet::new(address, 32).unwrap());
        assert!(!fixed.iter().any(|address| is_guest(*address)));
        assert!(!fixed.iter().any(|address| (first..=last).contains(&IpAddr::V4(*address))));
        assert!(!overlap(guests, IpNet::from(first)) && !overlap(guests, IpNet::from(last)));
        assert!(first < last);
    }

    #[test]
    fn an_ipv6_address_has_the_digits_of_the_ipv4_address() {
        let subnet = Subnet::parse("192.168.97.0/24").unwrap();
        let [layout, ipv6, dual] = [IpFamily::Ipv4, IpFamily::Ipv6, IpFamily::Dual]
            .map(|family| Layout::new(subnet, family));
        let all = |layout: Layout| {
            let nodes = ["a-lb", "a-master-9", "a-worker-99"]
                .map(|word| layout.addresses(&NodeName::parse(word).unwrap()).to_string());
            nodes.join(" ")
        };
        assert_eq!(all(layout), "192.168.97.2 192.168.97.19 192.168.97.199");
        assert_eq!(all(ipv6), "fd00:192:168:97::2 fd00:192:168:97::19 fd00:192:168:97::199");
        assert!(all(dual).starts_with("192.168.97.2,fd00:192:168:97::2 "));
        let text = |net: Option<Ipv6Net>| net.unwrap().to_string();
        assert_eq!(text(dual.ipv6()), "fd00:192:168:97::/64");
        assert_eq!(text(dual.ipv6_guests()), "fd00:192:168:97:1::/80");
        assert_eq!(dual.ipv6_gateway().unwrap().to_string(), "fd00:192:168:97::1");
        let services: Vec<_> =
            dual.service_addresses().into_iter().map(|it| it[1].to_string()).collect();
        assert_eq!(services, ["192.168.97.254", "fd00:192:168:97::254"]);
        assert_eq!((layout.ipv6(), layout.subnets().count(), dual.subnets().count()), (None, 1, 2));
    }

    #[test]
    fn a_layout_follows_from_the_address_of_one_node() {
        let node = |word| NodeName::parse(word).unwrap();
        let layout = Layout::new(Subnet::parse("10.213.141.0/24").unwrap(), IpFamily::Ipv4);
        for name in ["a-lb", "a-master-3", "a-worker-99"] {
            let address = layout.address(&node(name));
            let around = |word| Layout::from_node_address(&node(word), address, IpFamily::Ipv4);
            assert_eq!(around(name), Some(layout), "{name}");
            assert_eq!(around("a-worker-1"), None, "{name}");
        }
        // A node's address does not tell the size of a larger network, so the result is the /24.
        let large = Layout::new(Subnet::parse("172.16.0.0/12").unwrap(), IpFamily::Ipv4);
        let around =
            Layout::from_node_address(&node("a-lb"), large.load_balancer(), IpFamily::Ipv4)
                .unwrap();
        assert_eq!(around.subnet().to_string(), "172.16.0.0/24");
        assert_eq!(around.address(&node("a-worker-7")), large.address(&node("a-worker-7")));
    }

    #[test]
    fn the_diagram_of_the_network_shows_these_addresses() {
        let drawn = include_str!("../../docs/diagrams/network.dot");
        let layout = Layout::new(Subnet::parse("10.213.141.0/24").unwrap(), IpFamily::Ipv4);
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
