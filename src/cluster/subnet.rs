//! The IPv4 network of a cluster. Knows addresses and their arithmetic; knows
//! nothing about docker networks.

use std::fmt;
use std::net::Ipv4Addr;

use thiserror::Error;

/// The longest prefix that leaves room for every node of a full cluster.
pub const MAX_PREFIX: u8 = 24;

/// The longest prefix that leaves room for hosts, too: nodes in the lower half, what a
/// swarm takes for its hosts in the upper.
pub const OVERLAY_PREFIX: u8 = 23;

/// The shortest prefix that some private network has.
pub const MIN_PREFIX: u8 = 8;

/// Why a word is not a subnet.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SubnetError {
    /// Not ADDRESS/PREFIX, or the prefix is out of range.
    #[error(
        "invalid CIDR, '{0}': an IPv4 network with a prefix from /{MIN_PREFIX} to /{MAX_PREFIX} \
         is allowed, like 172.30.0.0/16"
    )]
    NotACidr(String),
    /// An address inside the network stands where the network's should.
    #[error("invalid CIDR, '{word}': the network of that address is {network}")]
    HostBits {
        /// What was given.
        word: String,
        /// What was probably meant.
        network: Subnet,
    },
}

/// An IPv4 network with no host bits, from /8 to /24.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subnet {
    network: Ipv4Addr,
    prefix: u8,
}

impl Subnet {
    /// Reads `ADDRESS/PREFIX`.
    pub fn parse(word: &str) -> Result<Self, SubnetError> {
        let error = || SubnetError::NotACidr(word.to_owned());
        let (address, prefix_word) = word.split_once('/').ok_or_else(error)?;
        let address: Ipv4Addr = address.parse().map_err(|_| error())?;
        // "+16" and "016" parse as numbers but are no prefix.
        let prefix = prefix_word
            .parse()
            .ok()
            .filter(|n: &u8| n.to_string() == prefix_word && (MIN_PREFIX..=MAX_PREFIX).contains(n))
            .ok_or_else(error)?;
        let network = Ipv4Addr::from_bits(address.to_bits() & mask(prefix));
        let subnet = Self { network, prefix };
        if network == address {
            Ok(subnet)
        } else {
            Err(SubnetError::HostBits { word: word.to_owned(), network: subnet })
        }
    }

    /// Reads any network, such as the engine and the host have: every prefix but
    /// 0, and host bits are dropped.
    #[must_use]
    pub fn any(word: &str) -> Option<Self> {
        let (address, prefix) = word.split_once('/')?;
        Self::new(address.parse().ok()?, prefix.parse().ok()?)
    }

    /// The network of `prefix` bits, 1 to 32, that `address` is in.
    #[must_use]
    pub fn new(address: Ipv4Addr, prefix: u8) -> Option<Self> {
        let network = |prefix| Ipv4Addr::from_bits(address.to_bits() & mask(prefix));
        (1..=32).contains(&prefix).then(|| Self { network: network(prefix), prefix })
    }

    /// The number of its network's bits.
    #[must_use]
    pub fn prefix(&self) -> u8 {
        self.prefix
    }

    /// The two networks that it is made of; none of a single address.
    #[must_use]
    pub fn halves(&self) -> Option<[Self; 2]> {
        let prefix = self.prefix.checked_add(1).filter(|prefix| *prefix <= 32)?;
        let upper =
            Ipv4Addr::from_bits(self.network.to_bits() | (mask(prefix) & !mask(self.prefix)));
        Some([Self { network: self.network, prefix }, Self { network: upper, prefix }])
    }

    /// Whether some address belongs to both networks.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let shorter = mask(self.prefix.min(other.prefix));
        self.network.to_bits() & shorter == other.network.to_bits() & shorter
    }

    /// The `n`th address. Counts on from the first one again after the last.
    #[must_use]
    pub fn host(&self, n: u32) -> Ipv4Addr {
        Ipv4Addr::from_bits(self.network.to_bits() | (n & !mask(self.prefix)))
    }
}

impl fmt::Display for Subnet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.network, self.prefix)
    }
}

/// The network bits. A prefix is never 0, so the shift never is 32.
fn mask(prefix: u8) -> u32 {
    u32::MAX << (32 - u32::from(prefix))
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
        let overlap = |a, b| {
            assert_eq!(subnet(a).overlaps(&subnet(b)), subnet(b).overlaps(&subnet(a)));
            subnet(a).overlaps(&subnet(b))
        };
        assert!(overlap("10.0.0.0/8", "10.9.0.0/16"));
        assert!(overlap("10.0.0.0/16", "10.0.0.0/16"));
        assert!(!overlap("10.0.0.0/16", "10.1.0.0/16"));
        assert!(!overlap("10.0.0.0/8", "11.0.0.0/24"));
    }

    #[test]
    fn hosts_are_counted_from_the_network_address() {
        assert_eq!(subnet("172.30.0.0/16").host(2).to_string(), "172.30.0.2");
        assert_eq!(subnet("172.30.0.0/16").host(258).to_string(), "172.30.1.2");
        assert_eq!(subnet("192.168.7.0/24").host(256).to_string(), "192.168.7.0");
    }
}
