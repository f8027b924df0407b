//! The pod and Service ranges of a cluster. These addresses mean nothing outside of the cluster,
//! but hosts outside that have the same ones cannot be reached from pods.

mod error;
mod pair;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::RangeInclusive;

pub use error::RangesError;
use ipnet::{IpNet, Ipv6Net};
use pair::Pair;

use super::family::{IpFamily, PerFamily};
use super::labels::{self, Label};
use super::layout::{Layout, host_number};
use super::name::NodeName;
use super::subnet::{Subnet, overlap};

/// The longest prefix of a pod range: each node has a /24 of it, by its host number.
const PODS_PREFIX: u8 = 16;
/// The shortest prefix of a Service range that the API server accepts.
const SERVICES_PREFIX: u8 = 12;
const NODE_PREFIX: u8 = 24;
/// The prefixes of IPv6 pod ranges. kubeadm accepts no larger range.
const IPV6_PODS: RangeInclusive<u8> = 48..=56;
const IPV6_SERVICES: RangeInclusive<u8> = 108..=120;
const IPV6_NODE_PREFIX: u8 = 64;

/// One of the two ranges of a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// The addresses of pods.
    Pods,
    /// The addresses of Services.
    Services,
}

impl Range {
    /// Returns the flag that sets this range.
    #[must_use]
    pub const fn flag(self) -> &'static str {
        match self {
            Self::Pods => "--pod-subnet",
            Self::Services => "--service-subnet",
        }
    }

    /// Returns the label that stores this range.
    const fn label(self) -> &'static str {
        match self {
            Self::Pods => labels::POD_SUBNET,
            Self::Services => labels::SERVICE_SUBNET,
        }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pods => "pods",
            Self::Services => "Services",
        })
    }
}

/// The pod and Service ranges of a cluster, which do not overlap, and their address family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ranges {
    family: IpFamily,
    pods: Pair,
    services: Pair,
}

impl Default for Ranges {
    fn default() -> Self {
        Self::of(IpFamily::default())
    }
}

impl Ranges {
    /// Returns the default ranges of `family`. Most tutorials use the IPv4 ones. The IPv4 range of
    /// Services is kubeadm's default as well.
    #[must_use]
    pub fn of(family: IpFamily) -> Self {
        let ipv6 = |third, prefix| {
            Ipv6Net::new_assert(Ipv6Addr::new(0xfd00, 0x10, third, 0, 0, 0, 0, 0), prefix)
        };
        Self {
            family,
            pods: Pair { ipv4: Subnet::of([10, 244, 0, 0], 16), ipv6: ipv6(0x244, 56) },
            services: Pair { ipv4: Subnet::of([10, 96, 0, 0], 12), ipv6: ipv6(0x96, 112) },
        }
    }

    /// Parses ranges of `family`. A range that is not given has its default.
    pub fn parse(
        family: IpFamily,
        pods: Option<&str>,
        services: Option<&str>,
    ) -> Result<Self, RangesError> {
        let default = Self::of(family);
        let read = |default: Pair, word: Option<&str>| {
            word.map_or(Ok(default), |word| default.with(family, word))
        };
        let ranges = Self {
            family,
            pods: read(default.pods, pods)?.for_pods()?,
            services: read(default.services, services)?.for_services()?,
        };
        let mut both = ranges.pods().into_iter().zip(ranges.services());
        match both.find(|(pods, services)| overlap(*pods, *services)) {
            None => Ok(ranges),
            // The message names the range that was given, not a default.
            Some((subnet, other)) if pods.is_some() => {
                Err(RangesError::Overlap { subnet, other, range: Range::Services })
            }
            Some((other, subnet)) => {
                Err(RangesError::Overlap { subnet, other, range: Range::Pods })
            }
        }
    }

    /// Reads the ranges from labels. Missing and unreadable labels mean the defaults.
    #[must_use]
    pub fn from_labels<'a>(label: impl Fn(&'static str) -> Option<&'a str>) -> Self {
        let family = label(labels::IP_FAMILY).and_then(|word| IpFamily::parse(word).ok());
        let family = family.unwrap_or_default();
        let ranges =
            Self::parse(family, label(Range::Pods.label()), label(Range::Services.label()));
        ranges.unwrap_or_else(|_| Self::of(family))
    }

    /// Returns the labels that [`Ranges::from_labels`] reads.
    pub fn labels(&self) -> impl Iterator<Item = Label> {
        let default = Self::of(self.family);
        let family = (self.family != IpFamily::default())
            .then(|| (labels::IP_FAMILY, self.family.to_string()));
        let pods =
            (self.pods != default.pods).then(|| (Range::Pods.label(), self.pods().to_string()));
        let services = (self.services != default.services)
            .then(|| (Range::Services.label(), self.services().to_string()));
        family.into_iter().chain(pods).chain(services)
    }

    /// Returns the address family of the cluster.
    #[must_use]
    pub fn family(&self) -> IpFamily {
        self.family
    }

    /// Returns the pod range of the whole cluster.
    #[must_use]
    pub fn pods(&self) -> PerFamily<IpNet> {
        self.pods.of(self.family)
    }

    /// Returns the Service range.
    #[must_use]
    pub fn services(&self) -> PerFamily<IpNet> {
        self.services.of(self.family)
    }

    /// Returns the first address of the Service range, which Kubernetes gives the Service of the
    /// API, `kubernetes`.
    #[must_use]
    pub fn api_service(&self) -> IpAddr {
        match self.services().primary() {
            IpNet::V4(net) => Ipv4Addr::from_bits(net.network().to_bits() + 1).into(),
            IpNet::V6(net) => Ipv6Addr::from_bits(net.network().to_bits() + 1).into(),
        }
    }

    /// Returns the part of the pod range that belongs to `node`.
    #[must_use]
    pub fn pods_of(&self, node: &NodeName) -> PerFamily<IpNet> {
        let number = host_number(node);
        let ipv4 = self.pods.ipv4.host(u32::from(number) << (32 - NODE_PREFIX));
        let ipv4 = Subnet::new(ipv4, NODE_PREFIX).unwrap_or(self.pods.ipv4);
        let first = self.pods.ipv6.network().to_bits();
        let first = first | u128::from(number) << (128 - u32::from(IPV6_NODE_PREFIX));
        let ipv6 = Ipv6Net::new_assert(Ipv6Addr::from_bits(first), IPV6_NODE_PREFIX);
        PerFamily::of(self.family, ipv4, ipv6)
    }

    /// Returns the ranges that differ from the defaults.
    pub fn chosen(&self) -> impl Iterator<Item = (Range, IpNet)> {
        let defaults = Self::of(self.family).all();
        self.all().zip(defaults).filter(|(own, default)| own != default).map(|(own, _)| own)
    }

    /// Returns all ranges, of one family or both.
    pub fn all(&self) -> impl Iterator<Item = (Range, IpNet)> + use<> {
        let both = [(Range::Pods, self.pods()), (Range::Services, self.services())];
        both.into_iter().flat_map(|(range, nets)| nets.into_iter().map(move |net| (range, net)))
    }

    /// Fails if `subnet`, the network of the nodes, overlaps one of the ranges.
    pub fn refuse_overlap(&self, subnet: Subnet) -> Result<(), RangesError> {
        for subnet in Layout::new(subnet, self.family).subnets() {
            if let Some((range, other)) = self.all().find(|(_, other)| overlap(*other, subnet)) {
                return Err(RangesError::Overlap { subnet, other, range });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges_of(family: IpFamily, pods: &str, services: &str) -> Result<Ranges, String> {
        let word = |word| Some(word).filter(|word: &&str| !word.is_empty());
        Ranges::parse(family, word(pods), word(services)).map_err(|error| error.to_string())
    }

    fn ranges(pods: &str, services: &str) -> Result<Ranges, String> {
        ranges_of(IpFamily::Ipv4, pods, services)
    }

    #[test]
    fn each_node_has_a_part_of_the_pods_addresses() {
        for (pods, node, want) in [
            ("", "a-master-1", "10.244.11.0/24"),
            ("", "a-worker-99", "10.244.199.0/24"),
            ("172.16.0.0/12", "a-worker-2", "172.16.102.0/24"),
            ("10.60.0.0/16", "a-master-9", "10.60.19.0/24"),
        ] {
            let node = NodeName::parse(node).unwrap();
            assert_eq!(ranges(pods, "").unwrap().pods_of(&node).to_string(), want);
        }
    }

    #[test]
    fn what_cannot_be_is_refused_with_the_reason() {
        for (pods, services, want) in [
            (
                "10.60.0.0/17",
                "",
                "'10.60.0.0/17': pods need a prefix from /8 to /16, a /24 for each node",
            ),
            ("", "10.0.0.0/11", "'10.0.0.0/11': Services need a prefix from /12 to /24"),
            (
                "10.100.0.0/16",
                "",
                "'10.100.0.0/16': it overlaps 10.96.0.0/12, the addresses of Services",
            ),
            (
                "",
                "10.244.7.0/24",
                "'10.244.7.0/24': it overlaps 10.244.0.0/16, the addresses of pods",
            ),
            (
                "10.60.0.0/16",
                "10.60.0.0/16",
                "'10.60.0.0/16': it overlaps 10.60.0.0/16, the addresses of Services",
            ),
        ] {
            assert_eq!(ranges(pods, services), Err(format!("invalid CIDR, {want}")));
        }
        let subnet = Subnet::parse("10.0.0.0/8").unwrap();
        let error = Ranges::default().refuse_overlap(subnet).unwrap_err().to_string();
        assert_eq!(
            error,
            "invalid CIDR, '10.0.0.0/8': it overlaps 10.244.0.0/16, the addresses of pods"
        );
        assert_eq!(
            ranges("172.16.0.0/12", "192.168.0.0/24").unwrap().refuse_overlap(subnet),
            Ok(())
        );
    }

    #[test]
    fn each_family_has_networks_of_its_own() {
        let node = NodeName::parse("a-master-1").unwrap();
        for (family, pods, of_node, services) in [
            (IpFamily::Ipv4, "10.244.0.0/16", "10.244.11.0/24", "10.96.0.0/12"),
            (IpFamily::Ipv6, "fd00:10:244::/56", "fd00:10:244:b::/64", "fd00:10:96::/112"),
            (
                IpFamily::Dual,
                "10.244.0.0/16,fd00:10:244::/56",
                "10.244.11.0/24,fd00:10:244:b::/64",
                "10.96.0.0/12,fd00:10:96::/112",
            ),
        ] {
            let ranges = Ranges::of(family);
            let found = [ranges.pods(), ranges.pods_of(&node), ranges.services()];
            assert_eq!(found.map(|it| it.to_string()), [pods, of_node, services]);
            assert_eq!(ranges.chosen().count(), 0);
            assert_eq!(ranges_of(family, pods, services), Ok(ranges));
        }
        let (pods, services) = ("10.60.0.0/16,fd00:10:244::/56", "10.61.0.0/16,fd00:10:61::/112");
        let ranges = ranges_of(IpFamily::Dual, pods, services).unwrap();
        let chosen: Vec<_> = ranges.chosen().map(|(_, net)| net.to_string()).collect();
        assert_eq!(chosen, ["10.60.0.0/16", "10.61.0.0/16", "fd00:10:61::/112"]);
        let labels: Vec<_> = ranges.labels().collect();
        let find = |key| {
            let found = labels.iter().find(|(name, _)| *name == key);
            found.map(|(_, value)| value.as_str())
        };
        assert_eq!((labels.len(), Ranges::from_labels(find)), (3, ranges));
    }

    #[test]
    fn labels_say_what_is_not_the_default() {
        for (pods, services, count) in
            [("", "", 0), ("10.60.0.0/16", "", 1), ("10.60.0.0/16", "10.61.0.0/16", 2)]
        {
            let ranges = ranges(pods, services).unwrap();
            let labels: Vec<_> = ranges.labels().collect();
            assert_eq!(labels.len(), count);
            let find = |key| {
                let found = labels.iter().find(|(name, _)| *name == key);
                found.map(|(_, value)| value.as_str())
            };
            assert_eq!(Ranges::from_labels(find), ranges);
        }
    }
}
