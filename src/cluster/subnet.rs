//! The IPv4 subnet of a cluster, and its limits. The arithmetic is done by `ipnet`.

use std::fmt;
use std::net::Ipv4Addr;

use ipnet::{IpNet, Ipv4Net};
use thiserror::Error;

/// The longest prefix with room for every node of the largest cluster.
pub const MAX_PREFIX: u8 = 24;

/// The longest prefix of a cluster over several hosts: nodes are in the lower half, and the swarm
/// takes an address for each host from the upper half.
pub const OVERLAY_PREFIX: u8 = 23;

/// The shortest prefix: no private network is larger.
pub const MIN_PREFIX: u8 = 8;

/// Why a word is not a subnet.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SubnetError {
    /// The word is not ADDRESS/PREFIX, or the prefix is out of range.
    #[error(
        "invalid CIDR, '{0}': an IPv4 network with a prefix from /{MIN_PREFIX} to /{MAX_PREFIX} \
         is allowed, like 172.30.0.0/16"
    )]
    NotACidr(String),
    /// The address has bits set after the prefix.
    #[error("invalid CIDR, '{word}': the network of that address is {network}")]
    HostBits {
        /// The word that was given.
        word: String,
        /// The network that was probably meant.
        network: IpNet,
    },
}

/// An IPv4 network without host bits. The prefix is never 0; [`Subnet::parse`] accepts /8 to /24.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subnet(Ipv4Net);

impl Subnet {
    /// Parses `ADDRESS/PREFIX`.
    pub fn parse(word: &str) -> Result<Self, SubnetError> {
        let is_allowed = |net: &Ipv4Net| (MIN_PREFIX..=MAX_PREFIX).contains(&net.prefix_len());
        let net: Ipv4Net = word.parse().map_err(|_| SubnetError::NotACidr(word.to_owned()))?;
        // A word that is written differently, such as /08, is probably a typo.
        if net.to_string() != word || !is_allowed(&net) {
            return Err(SubnetError::NotACidr(word.to_owned()));
        }
        let network = Self(net.trunc());
        if network.0 == net {
            Ok(network)
        } else {
            Err(SubnetError::HostBits { word: word.to_owned(), network: network.into() })
        }
    }

    /// Parses any IPv4 network, as [`parse_any`] does.
    #[must_use]
    pub fn parse_any(word: &str) -> Option<Self> {
        let net: Ipv4Net = word.parse().ok()?;
        Self::new(net.addr(), net.prefix_len())
    }

    /// Returns the network of `prefix` bits, 1 to 32, that contains `address`.
    #[must_use]
    pub fn new(address: Ipv4Addr, prefix: u8) -> Option<Self> {
        let net = Ipv4Net::new(address, prefix).ok().filter(|_| prefix > 0)?;
        Some(Self(net.trunc()))
    }

    /// Returns a constant network, without checks.
    pub(super) const fn of([a, b, c, d]: [u8; 4], prefix: u8) -> Self {
        Self(Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix))
    }

    /// Returns the length of the prefix, in bits.
    #[must_use]
    pub fn prefix(&self) -> u8 {
        self.0.prefix_len()
    }

    /// Returns the two halves of the network, or `None` if it is a single address.
    #[must_use]
    pub fn halves(&self) -> Option<[Self; 2]> {
        let mut halves = self.0.subnets(self.prefix().saturating_add(1)).ok()?.map(Self);
        Some([halves.next()?, halves.next()?])
    }

    /// Returns the `n`th address, counting from 0. After the last address, the count wraps around.
    #[must_use]
    pub fn host(&self, n: u32) -> Ipv4Addr {
        self.0.network() | (self.0.hostmask() & Ipv4Addr::from_bits(n))
    }
}

/// Parses any network, such as that of an engine or a route, with any prefix except 0. Clears host
/// bits.
#[must_use]
pub fn parse_any(word: &str) -> Option<IpNet> {
    let net: IpNet = word.parse().ok()?;
    (net.prefix_len() > 0).then(|| net.trunc())
}

/// Whether two networks of any family overlap.
#[must_use]
pub fn overlap(one: impl Into<IpNet>, other: impl Into<IpNet>) -> bool {
    let (one, other) = (one.into(), other.into());
    one.contains(&other) || other.contains(&one)
}

impl From<Subnet> for IpNet {
    fn from(Subnet(net): Subnet) -> Self {
        Self::V4(net)
    }
}

impl fmt::Display for Subnet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subnet(word: &str) -> Subnet {
        Subnet::parse(word).unwrap()
    }

    #[test]
    fn a_subnet_is_written_as_it_was_read() {
        for word in ["10.0.0.0/8", "172.30.0.0/16", "192.168.7.0/24", "172.16.0.0/12"] {
            assert_eq!(subnet(word).to_string(), word);
        }
    }

    #[test]
    fn a_word_that_is_no_network_is_refused() {
        for word in [
            "",
            "/",
            "/16",
            "10.0.0.0",
            "10.0.0.0/",
            "10.0.0.0/7",
            "10.0.0.0/25",
            "10.0.0.0/+8",
            "10.0.0.0/08",
            "10.0.0/8",
            "010.0.0.0/8",
            "::/16",
            "a/16",
            "10.0.0.0/16/16",
        ] {
            assert_eq!(Subnet::parse(word), Err(SubnetError::NotACidr(word.to_owned())));
        }
    }

    #[test]
    fn host_bits_are_refused_with_the_network_that_was_meant() {
        let error = Subnet::parse("172.30.1.2/16").unwrap_err();
        assert_eq!(
            error.to_string(),
            "invalid CIDR, '172.30.1.2/16': the network of that address is 172.30.0.0/16"
        );
    }

    #[test]
    fn networks_overlap_when_one_holds_the_other() {
        let overlaps = |a, b| {
            assert_eq!(overlap(subnet(a), subnet(b)), overlap(subnet(b), subnet(a)));
            overlap(subnet(a), subnet(b))
        };
        assert!(overlaps("10.0.0.0/8", "10.9.0.0/16"));
        assert!(overlaps("10.0.0.0/16", "10.0.0.0/16"));
        assert!(!overlaps("10.0.0.0/16", "10.1.0.0/16"));
        assert!(!overlaps("10.0.0.0/8", "11.0.0.0/24"));
    }

    #[test]
    fn a_network_has_two_halves_and_an_address_none() {
        let halves = |word| Subnet::parse_any(word).unwrap().halves();
        let half = |word| Subnet::parse_any(word).unwrap();
        assert_eq!(halves("10.2.0.0/23"), Some([half("10.2.0.0/24"), half("10.2.1.0/24")]));
        assert_eq!(halves("10.2.0.1/32"), None);
    }

    #[test]
    fn networks_of_others_may_be_of_any_size() {
        let read = |word| Subnet::parse_any(word).map(|subnet| subnet.to_string());
        assert_eq!(read("192.168.7.9/31").as_deref(), Some("192.168.7.8/31"));
        for word in ["0.0.0.0/0", "fd00::/64", "10.0.0.0/33", ""] {
            assert_eq!(read(word), None, "{word}");
        }
        let read = |word| parse_any(word).map(|net| net.to_string());
        assert_eq!(read("fd00::7/64").as_deref(), Some("fd00::/64"));
        for word in ["0.0.0.0/0", "::/0", "fd00::", ""] {
            assert_eq!(read(word), None, "{word}");
        }
    }

    #[test]
    fn hosts_are_counted_from_the_network_address() {
        assert_eq!(subnet("172.30.0.0/16").host(2).to_string(), "172.30.0.2");
        assert_eq!(subnet("172.30.0.0/16").host(258).to_string(), "172.30.1.2");
        assert_eq!(subnet("192.168.7.0/24").host(256).to_string(), "192.168.7.0");
    }
}
