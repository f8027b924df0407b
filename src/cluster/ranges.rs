//! The addresses inside of a cluster: its pods', and its Services'. They mean nothing
//! outside, but what has the same ones outside cannot be reached from pods.

use std::fmt;

use thiserror::Error;

use super::labels::{self, Label};
use super::layout::host_number;
use super::name::NodeName;
use super::subnet::{Subnet, SubnetError};

/// Each node's pods have a /24, by the number of the node.
const PODS_PREFIX: u8 = 16;
/// What the API server takes as the widest.
const SERVICES_PREFIX: u8 = 12;
const NODE_PREFIX: u8 = 24;

/// Which of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// Those of pods.
    Pods,
    /// Those of Services.
    Services,
}

impl Range {
    /// Where a node says it.
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

/// Why addresses cannot be those of pods or Services.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RangesError {
    /// Not a network.
    #[error(transparent)]
    Subnet(#[from] SubnetError),
    /// Too narrow for a /24 for each node.
    #[error(
        "invalid CIDR, '{0}': pods need a prefix from /8 to /{PODS_PREFIX}, a /{NODE_PREFIX} for each node"
    )]
    NarrowPods(Subnet),
    /// Wider than the API server takes.
    #[error("invalid CIDR, '{0}': Services need a prefix from /{SERVICES_PREFIX} to /24")]
    WideServices(Subnet),
    /// Two things would have the same addresses.
    #[error("invalid CIDR, '{subnet}': it overlaps {other}, the addresses of {range}")]
    Overlap {
        /// What was asked for.
        subnet: Subnet,
        /// What it overlaps.
        other: Subnet,
        /// What has those.
        range: Range,
    },
}

/// Both, which do not overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ranges {
    pods: Subnet,
    services: Subnet,
}

impl Default for Ranges {
    /// Those that most tutorials have: the second is kubeadm's default.
    fn default() -> Self {
        Self { pods: Subnet::of([10, 244, 0, 0], 16), services: Subnet::of([10, 96, 0, 0], 12) }
    }
}

impl Ranges {
    /// With the defaults for what is not asked for.
    pub fn new(pods: Option<Subnet>, services: Option<Subnet>) -> Result<Self, RangesError> {
        let default = Self::default();
        let ranges = Self {
            pods: pods.unwrap_or(default.pods),
            services: services.unwrap_or(default.services),
        };
        if ranges.pods.prefix() > PODS_PREFIX {
            return Err(RangesError::NarrowPods(ranges.pods));
        }
        if ranges.services.prefix() < SERVICES_PREFIX {
            return Err(RangesError::WideServices(ranges.services));
        }
        if !ranges.pods.overlaps(&ranges.services) {
            return Ok(ranges);
        }
        // Said of one that was asked for.
        Err(if pods.is_some() {
            let (other, range) = (ranges.services, Range::Services);
            RangesError::Overlap { subnet: ranges.pods, other, range }
        } else {
            let (other, range) = (ranges.pods, Range::Pods);
            RangesError::Overlap { subnet: ranges.services, other, range }
        })
    }

    /// What labels say; the defaults where they say nothing.
    #[must_use]
    pub fn from_labels<'a>(label: impl Fn(&'static str) -> Option<&'a str>) -> Self {
        let subnet = |range: Range| label(range.label()).and_then(|word| Subnet::parse(word).ok());
        Self::new(subnet(Range::Pods), subnet(Range::Services)).unwrap_or_default()
    }

    /// The labels that [`Ranges::from_labels`] reads.
    pub fn labels(&self) -> impl Iterator<Item = Label> {
        self.chosen().map(|(range, subnet)| (range.label(), subnet.to_string()))
    }

    /// Pods' addresses on all nodes.
    #[must_use]
    pub fn pods(&self) -> Subnet {
        self.pods
    }

    /// Services' addresses.
    #[must_use]
    pub fn services(&self) -> Subnet {
        self.services
    }

    /// The addresses of the node's pods.
    #[must_use]
    pub fn pods_of(&self, node: &NodeName) -> Subnet {
        let first = self.pods.host(u32::from(host_number(node)) << (32 - NODE_PREFIX));
        Subnet::new(first, NODE_PREFIX).unwrap_or(self.pods)
    }

    /// Those that are not the defaults.
    pub fn chosen(&self) -> impl Iterator<Item = (Range, Subnet)> {
        let default = Self::default();
        let pods = (self.pods != default.pods).then_some((Range::Pods, self.pods));
        let services =
            (self.services != default.services).then_some((Range::Services, self.services));
        pods.into_iter().chain(services)
    }

    /// That nodes can have the addresses of `subnet`.
    pub fn allow(&self, subnet: Subnet) -> Result<(), RangesError> {
        let both = [(Range::Pods, self.pods), (Range::Services, self.services)];
        match both.into_iter().find(|(_, other)| other.overlaps(&subnet)) {
            Some((range, other)) => Err(RangesError::Overlap { subnet, other, range }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(pods: &str, services: &str) -> Result<Ranges, String> {
        let subnet = |word: &str| (!word.is_empty()).then(|| Subnet::parse(word).unwrap());
        Ranges::new(subnet(pods), subnet(services)).map_err(|error| error.to_string())
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
        let error = Ranges::default().allow(subnet).unwrap_err().to_string();
        assert_eq!(
            error,
            "invalid CIDR, '10.0.0.0/8': it overlaps 10.244.0.0/16, the addresses of pods"
        );
        assert_eq!(ranges("172.16.0.0/12", "192.168.0.0/24").unwrap().allow(subnet), Ok(()));
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
