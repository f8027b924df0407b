//! The networks that are in use on a cluster's host, and free ones for the cluster.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use ipnet::IpNet;

use super::family::IpFamily;
use super::layout::Layout;
use super::name::ClusterName;
use super::ranges::Ranges;
use super::subnet::{Subnet, overlap};

/// The first two bytes of the /16 networks in which free subnets are looked for. The first one is
/// outside of the engine's pools (172.17.0.0/12, 192.168.0.0/16) and of the default pod and
/// Service ranges; the others are the remaining private ranges, and that of carriers.
pub const POOLS: [[u8; 2]; 4] = [[10, 213], [172, 16], [192, 168], [100, 64]];

/// Networks that are in use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// The engine's networks.
    pub networks: BTreeSet<IpNet>,
    /// The destinations of the host's routes, without the default route.
    pub routes: BTreeSet<IpNet>,
}

impl Taken {
    /// Returns the networks and routes of `self` and `other` together.
    #[must_use]
    pub fn union(mut self, other: Self) -> Self {
        self.networks.extend(other.networks);
        self.routes.extend(other.routes);
        self
    }

    /// Adds the pod and Service ranges of the cluster itself, as if they were engine networks.
    #[must_use]
    pub fn with(mut self, ranges: Ranges) -> Self {
        self.networks.extend(ranges.all().map(|(_, net)| net));
        self
    }

    /// Returns what makes `subnet` impossible: a network of the engine, or a route that is at least
    /// as specific, whose destination could not be reached any more. Networks in `except` do not
    /// count, because they will be removed.
    #[must_use]
    pub fn conflict_with(&self, subnet: impl Into<IpNet>, except: &[IpNet]) -> Option<IpNet> {
        let subnet = subnet.into();
        let networks = self.networks.iter();
        let routes = self.routes.iter().filter(|route| route.prefix_len() >= subnet.prefix_len());
        let others = networks.chain(routes).filter(|other| !except.contains(other));
        others.copied().find(|other| overlap(*other, subnet))
    }

    /// Returns a wider route that contains `subnet`, such as that of a VPN. Its addresses in
    /// `subnet` cannot be reached from this host while the cluster exists.
    #[must_use]
    pub fn shadowed_by(&self, subnet: impl Into<IpNet>) -> Option<IpNet> {
        let subnet = subnet.into();
        let is_wider =
            |route: &IpNet| route.prefix_len() < subnet.prefix_len() && overlap(*route, subnet);
        self.routes.iter().copied().filter(is_wider).max_by_key(IpNet::prefix_len)
    }

    /// Returns a free subnet of `prefix` for the cluster `name` of `family` in one of [`POOLS`],
    /// if possible one that no route contains. The search starts at a point derived from the name,
    /// so that a cluster that is created again usually gets its former addresses.
    #[must_use]
    pub fn free(&self, name: &ClusterName, prefix: u8, family: IpFamily) -> Option<Subnet> {
        let sum = |sum: u8, byte: u8| sum.wrapping_mul(31).wrapping_add(byte);
        let start = name.as_str().bytes().fold(0, sum);
        let candidates = POOLS.iter().flat_map(|&[a, b]| {
            (0..=u8::MAX).filter_map(move |step| {
                Subnet::new(Ipv4Addr::new(a, b, start.wrapping_add(step), 0), prefix)
            })
        });
        let all = |subnet: &Subnet| Layout::new(*subnet, family).subnets();
        let is_free =
            |subnet: &Subnet| all(subnet).all(|net| self.conflict_with(net, &[]).is_none());
        let is_unrouted = |subnet: &Subnet| all(subnet).all(|net| self.shadowed_by(net).is_none());
        let mut free = candidates.filter(is_free).peekable();
        let first = free.peek().copied();
        free.find(is_unrouted).or(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(networks: &[&str], routes: &[&str]) -> Taken {
        let read = |words: &[&str]| words.iter().map(|word| word.parse().unwrap()).collect();
        Taken { networks: read(networks), routes: read(routes) }
    }

    fn free(taken: &Taken) -> Option<String> {
        let name = ClusterName::parse("a").unwrap();
        taken.free(&name, 24, IpFamily::Ipv4).map(|subnet| subnet.to_string())
    }

    #[test]
    fn the_first_free_subnet_after_the_names_place_is_taken() {
        for (networks, routes, want) in [
            (&[][..], &[][..], "10.213.97.0/24"),
            (&["10.213.97.0/24"], &[], "10.213.98.0/24"),
            (&["10.213.97.7/32"], &["10.213.98.0/24"], "10.213.99.0/24"),
            // A VPN or the engine has all of 10.0.0.0/8.
            (&[], &["10.0.0.0/8"], "172.16.97.0/24"),
            (&["10.213.0.0/16"], &[], "172.16.97.0/24"),
            (&[], &["10.0.0.0/8", "172.16.0.0/12"], "192.168.97.0/24"),
            (&[], &["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"], "100.64.97.0/24"),
            // Routes cover everything, but the engine's networks are more specific.
            (&[], &["0.0.0.0/1", "128.0.0.0/1"], "10.213.97.0/24"),
            (&["10.213.0.0/16"], &["0.0.0.0/1", "128.0.0.0/1"], "172.16.97.0/24"),
        ] {
            assert_eq!(
                free(&taken(networks, routes)).as_deref(),
                Some(want),
                "{networks:?} {routes:?}"
            );
        }
        let all = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"];
        assert_eq!(free(&taken(&all, &[])), None);
    }

    #[test]
    fn with_ipv6_both_families_must_be_free() {
        let name = ClusterName::parse("a").unwrap();
        let taken = taken(&["fd00:10:213:97::/64"], &["fd00:10:213:98::1/128", "fd00::/48"]);
        let free = |family| taken.free(&name, 24, family).map(|subnet| subnet.to_string());
        assert_eq!(free(IpFamily::Ipv4).as_deref(), Some("10.213.97.0/24"));
        assert_eq!(free(IpFamily::Dual).as_deref(), Some("10.213.99.0/24"));
        assert_eq!(free(IpFamily::Ipv6).as_deref(), Some("10.213.99.0/24"));
    }

    #[test]
    fn a_wide_route_is_no_reason_to_refuse_a_subnet() {
        let taken = taken(&["172.17.0.0/16"], &["10.0.0.0/8", "10.5.0.0/16", "10.5.5.0/24"]);
        let subnet = |word| Subnet::parse(word).unwrap();
        let said = |word| {
            let subnet = subnet(word);
            let text = |other: Option<IpNet>| other.map(|other| other.to_string());
            (text(taken.conflict_with(subnet, &[])), text(taken.shadowed_by(subnet)))
        };
        assert_eq!(said("10.6.0.0/24"), (None, Some("10.0.0.0/8".into())));
        assert_eq!(said("10.5.6.0/24"), (None, Some("10.5.0.0/16".into())));
        assert_eq!(said("10.5.5.0/24").0, Some("10.5.5.0/24".into()));
        assert_eq!(said("10.5.0.0/16").0, Some("10.5.0.0/16".into()));
        assert_eq!(said("172.17.9.0/24").0, Some("172.17.0.0/16".into()));
        assert_eq!(said("192.168.9.0/24"), (None, None));
        let own = subnet("172.17.0.0/16");
        assert_eq!(taken.conflict_with(own, &[own.into()]), None);
    }
}
