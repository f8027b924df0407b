//! The error of invalid pod and Service ranges.

use ipnet::{IpNet, Ipv6Net};
use thiserror::Error;

use super::{
    IPV6_NODE_PREFIX, IPV6_PODS, IPV6_SERVICES, NODE_PREFIX, PODS_PREFIX, Range, SERVICES_PREFIX,
};
use crate::cluster::family::IpFamilyError;
use crate::cluster::subnet::{Subnet, SubnetError};

/// Why a network cannot be the range of pods or Services.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RangesError {
    /// The address family is unknown.
    #[error(transparent)]
    Family(#[from] IpFamilyError),
    /// The word is not a network.
    #[error(transparent)]
    Subnet(#[from] SubnetError),
    /// The word is not an IPv6 network.
    #[error("invalid CIDR, '{0}': an IPv6 network is needed, like fd00:10:60::/56")]
    NotIpv6(String),
    /// A dual-stack cluster needs a network of each family.
    #[error(
        "invalid CIDR, '{0}': an IPv4 network and an IPv6 network with a comma between are \
         needed, like 10.60.0.0/16,fd00:10:60::/56"
    )]
    NotBoth(String),
    /// The network is too small: each node needs a /24 of it.
    #[error(
        "invalid CIDR, '{0}': pods need a prefix from /8 to /{PODS_PREFIX}, a /{NODE_PREFIX} for each node"
    )]
    NarrowPods(Subnet),
    /// The network is too small (each node needs a /64 of it), or larger than kubeadm accepts.
    #[error(
        "invalid CIDR, '{0}': pods need an IPv6 prefix from /{first} to /{last}, a /{IPV6_NODE_PREFIX} \
         for each node", first = IPV6_PODS.start(), last = IPV6_PODS.end()
    )]
    Ipv6Pods(Ipv6Net),
    /// The network is larger than the API server accepts.
    #[error("invalid CIDR, '{0}': Services need a prefix from /{SERVICES_PREFIX} to /24")]
    WideServices(Subnet),
    /// The network is larger than the API server accepts, or too small.
    #[error(
        "invalid CIDR, '{0}': Services need an IPv6 prefix from /{first} to /{last}",
        first = IPV6_SERVICES.start(), last = IPV6_SERVICES.end()
    )]
    Ipv6Services(Ipv6Net),
    /// Two networks overlap.
    #[error("invalid CIDR, '{subnet}': it overlaps {other}, the addresses of {range}")]
    Overlap {
        /// The network that was asked for.
        subnet: IpNet,
        /// The network that it overlaps.
        other: IpNet,
        /// What `other` is used for.
        range: Range,
    },
}
