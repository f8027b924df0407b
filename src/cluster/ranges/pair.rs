//! A pair of an IPv4 and an IPv6 network, and how users write it.

use ipnet::{IpNet, Ipv6Net};

use super::error::RangesError;
use super::{IPV6_PODS, IPV6_SERVICES, PODS_PREFIX, SERVICES_PREFIX};
use crate::cluster::family::{IpFamily, PerFamily};
use crate::cluster::subnet::{Subnet, SubnetError};

/// A network of each family, of which a cluster may use only one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) ipv4: Subnet,
    pub(super) ipv6: Ipv6Net,
}

impl Pair {
    /// Parses the networks that a cluster of `family` uses. The other one stays as it is.
    pub(super) fn with(self, family: IpFamily, word: &str) -> Result<Self, RangesError> {
        Ok(match family {
            IpFamily::Ipv4 => Self { ipv4: Subnet::parse(word)?, ..self },
            IpFamily::Ipv6 => Self { ipv6: ipv6(word)?, ..self },
            IpFamily::Dual => {
                let both = word.split_once(',').filter(|(first, _)| !first.contains(':'));
                let (first, second) = both.ok_or_else(|| RangesError::NotBoth(word.to_owned()))?;
                Self { ipv4: Subnet::parse(first)?, ipv6: ipv6(second)? }
            }
        })
    }

    /// Fails if the networks have no room for a part for each node.
    pub(super) fn for_pods(self) -> Result<Self, RangesError> {
        if self.ipv4.prefix() > PODS_PREFIX {
            return Err(RangesError::NarrowPods(self.ipv4));
        }
        if !IPV6_PODS.contains(&self.ipv6.prefix_len()) {
            return Err(RangesError::Ipv6Pods(self.ipv6));
        }
        Ok(self)
    }

    /// Fails if the API server would refuse the networks.
    pub(super) fn for_services(self) -> Result<Self, RangesError> {
        if self.ipv4.prefix() < SERVICES_PREFIX {
            return Err(RangesError::WideServices(self.ipv4));
        }
        if !IPV6_SERVICES.contains(&self.ipv6.prefix_len()) {
            return Err(RangesError::Ipv6Services(self.ipv6));
        }
        Ok(self)
    }

    pub(super) fn of(self, family: IpFamily) -> PerFamily<IpNet> {
        PerFamily::of(family, self.ipv4, self.ipv6)
    }
}

fn ipv6(word: &str) -> Result<Ipv6Net, RangesError> {
    let net: Ipv6Net = word.parse().map_err(|_| RangesError::NotIpv6(word.to_owned()))?;
    if net == net.trunc() {
        return Ok(net);
    }
    let (word, network) = (word.to_owned(), net.trunc().into());
    Err(SubnetError::HostBits { word, network }.into())
}
