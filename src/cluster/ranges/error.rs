//! Why addresses cannot be those of pods or Services.

use ipnet::{IpNet, Ipv6Net};
use thiserror::Error;

use super::{
    IPV6_NODE_PREFIX, IPV6_PODS, IPV6_SERVICES, NODE_PREFIX, PODS_PREFIX, Range, SERVICES_PREFIX,
};
use crate::cluster::family::IpFamilyError;
use crate::cluster::subnet::{Subnet, SubnetError};

/// Why addresses cannot be those of pods or Services.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RangesError {
    /// Not a family.
    #[error(transparent)]
    Family(#[from] IpFamilyError),
    /// Not a network.
    #[error(transparent)]
    Subnet(#[from] SubnetError),
    /// Not a network of IPv6.
    #[error("invalid CIDR, '{0}': an IPv6 network is needed, like fd00:10:60::/56")]
    NotIpv6(String),
    /// A cluster with both families needs addresses of both.
    #[error(
        "invalid CIDR, '{0}': an IPv4 network and an IPv6 network with a comma between are \
         needed, like 10.60.0.0/16,fd00:10:60::/56"
    )]
    NotBoth(String),
    /// Too narrow for a /24 for each node.
    #[error(
        "invalid CIDR, '{0}': pods need a prefix from /8 to /{PODS_PREFIX}, a /{NODE_PREFIX} for each node"
    )]
    NarrowPods(Subnet),
    /// Too narrow for a /64 for each node, or wider than kubeadm takes.
    #[error(
        "invalid CIDR, '{0}': pods need an IPv6 prefix from /{first} to /{last}, a /{IPV6_NODE_PREFIX} \
         for each node", first = IPV6_PODS.start(), last = IPV6_PODS.end()
    )]
    Ipv6Pods(Ipv6Net),
    /// Wider than the API server takes.
    #[error("invalid CIDR, '{0}': Services need a prefix from /{SERVICES_PREFIX} to /24")]
    WideServices(Subnet),
    /// Wider than the API server takes, or too narrow.
    #[error(
        "invalid CIDR, '{0}': Services need an IPv6 prefix from /{first} to /{last}",
        first = IPV6_SERVICES.start(), last = IPV6_SERVICES.end()
    )]
    Ipv6Services(Ipv6Net),
    /// Two things would have the same addresses.
    #[error("invalid CIDR, '{subnet}': it overlaps {other}, the addresses of {range}")]
    Overlap {
        /// What was asked for.
        subnet: IpNet,
        /// What it overlaps.
        other: IpNet,
        /// What has those.
        range: Range,
    },
}
