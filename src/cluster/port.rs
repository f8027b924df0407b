//! Ports of the host that are forwarded to ports of a node: as users ask for them, and as the
//! engine publishes them.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU16;
use std::ops::RangeInclusive;

use thiserror::Error;

use super::family::IpFamily;
use super::layout::API_PORT;

/// The default range of `NodePort`s in Kubernetes.
pub const NODE_PORTS: RangeInclusive<u16> = 30000..=32767;

/// Why a word does not describe a port to publish.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PublishError {
    /// The word is not `[ADDRESS:]PORT:NODEPORT[/PROTOCOL]`, or a port is out of range.
    #[error(
        "invalid HOST:NODEPORT, '{0}': PORT or ADDRESS:PORT of the host, ':' and a NodePort from \
         {first} to {last} are allowed, like 8080:30080, and '/udp' after it", first = NODE_PORTS.start(), last = NODE_PORTS.end()
    )]
    Form(String),
    /// Two words publish the same port of the host.
    #[error("invalid HOST:NODEPORT, '{0}': that port of the host is given twice")]
    Twice(String),
}

/// The transport protocol of a port.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Protocol {
    /// TCP.
    #[default]
    Tcp,
    /// UDP.
    Udp,
}

impl Protocol {
    /// Parses the form that [`Display`](fmt::Display) writes.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Tcp, Self::Udp].into_iter().find(|protocol| protocol.to_string() == word)
    }

    /// Splits an optional protocol off the end of `word`.
    fn split(word: &str) -> (&str, Self) {
        let udp = word.strip_suffix("/udp").map(|rest| (rest, Self::Udp));
        udp.unwrap_or_else(|| (word.strip_suffix("/tcp").unwrap_or(word), Self::Tcp))
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
        })
    }
}

/// A port to publish, `[ADDRESS:]PORT:NODEPORT[/PROTOCOL]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortMapping {
    /// The host's address. `None`: the address on which the API is published.
    pub address: Option<Ipv4Addr>,
    /// The host's port.
    pub port: NonZeroU16,
    /// The port on the nodes, one of [`NODE_PORTS`].
    pub node_port: u16,
    /// The protocol. The default is TCP.
    pub protocol: Protocol,
}

impl PortMapping {
    /// Parses `[ADDRESS:]PORT:NODEPORT[/PROTOCOL]`.
    pub fn parse(word: &str) -> Result<Self, PublishError> {
        Self::read(word).ok_or_else(|| PublishError::Form(word.to_owned()))
    }

    fn read(word: &str) -> Option<Self> {
        let (word, protocol) = Protocol::split(word);
        let (host, node_port) = word.rsplit_once(':')?;
        let (address, port) = match host.rsplit_once(':') {
            Some((address, port)) => (Some(address.parse().ok()?), port),
            None => (None, host),
        };
        let node_port = plain(node_port)?.get();
        let port = plain(port)?;
        NODE_PORTS.contains(&node_port).then_some(Self { address, port, node_port, protocol })
    }

    /// Parses all of `words`, in which no port of the host may occur twice.
    pub fn parse_all<'a>(
        words: impl IntoIterator<Item = &'a str>,
    ) -> Result<Vec<Self>, PublishError> {
        let mut all: Vec<Self> = Vec::new();
        for word in words {
            let spec = Self::parse(word)?;
            let place = |spec: &Self| (spec.address, spec.port, spec.protocol);
            if all.iter().any(|other| place(other) == place(&spec)) {
                return Err(PublishError::Twice(word.to_owned()));
            }
            all.push(spec);
        }
        Ok(all)
    }
}

/// An address and port on which the host listens, or will listen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Socket {
    /// The host's address.
    pub address: IpAddr,
    /// The host's port.
    pub port: u16,
    /// The protocol.
    pub protocol: Protocol,
}

/// A published port: `ADDRESS:PORT` on the host is forwarded to `target` in a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortBinding {
    /// The host's address: loopback, unless the user chose another one.
    pub address: IpAddr,
    /// The host's port. mokctl chooses it in advance, because a port that the engine chooses would
    /// change with every restart.
    pub port: u16,
    /// The port in the container.
    pub target: u16,
    /// The protocol.
    pub protocol: Protocol,
}

impl PortBinding {
    /// Returns the address and port on which the host listens.
    #[must_use]
    pub fn socket(&self) -> Socket {
        Socket { address: self.address, port: self.port, protocol: self.protocol }
    }

    /// Whether this is the port of the API.
    #[must_use]
    pub fn is_api(&self) -> bool {
        self.target == API_PORT
    }

    /// Parses the form that [`Display`](fmt::Display) writes.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let (word, protocol) = Protocol::split(word);
        let (host, target) = word.rsplit_once(':')?;
        let host: SocketAddr = host.parse().ok()?;
        let (address, port) = (host.ip(), host.port());
        Some(Self { address, port, target: target.parse().ok()?, protocol })
    }
}

/// Writes `ADDRESS:PORT:TARGET/PROTOCOL`, the form of `docker create --publish`. An IPv6 address
/// is in brackets.
impl fmt::Display for PortBinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { address, port, target, protocol } = self;
        write!(f, "{}:{target}/{protocol}", SocketAddr::new(*address, *port))
    }
}

/// Returns the addresses on which a port for `address` is published: for the IPv4 loopback address
/// of a cluster with IPv6, the IPv6 loopback address too.
pub fn published_at(address: IpAddr, family: IpFamily) -> impl Iterator<Item = IpAddr> {
    let both = address.is_ipv4() && address.is_loopback() && family.has_ipv6();
    let loopback = both.then_some(IpAddr::V6(Ipv6Addr::LOCALHOST));
    std::iter::once(address).chain(loopback)
}

/// Parses a plain decimal number. Rust would accept "+1" and "01" as well.
fn plain(word: &str) -> Option<NonZeroU16> {
    word.parse().ok().filter(|number: &NonZeroU16| number.to_string() == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_read_with_an_address_or_without() {
        let parts = |word| PortMapping::parse(word).map(|p| (p.address, p.port.get(), p.node_port));
        assert_eq!(parts("8080:30080"), Ok((None, 8080, 30080)));
        let all = Some(Ipv4Addr::UNSPECIFIED);
        assert_eq!(parts("0.0.0.0:80:32767"), Ok((all, 80, 32767)));
        assert_eq!(parts("53:30053/udp"), Ok((None, 53, 30053)));
        let protocol = |word| PortMapping::parse(word).map(|spec| spec.protocol);
        assert_eq!(protocol("53:30053/udp"), Ok(Protocol::Udp));
        assert_eq!(protocol("53:30053/tcp"), protocol("53:30053"));
        for bad in [
            "",
            ":",
            "8080",
            "8080:",
            ":30080",
            "0:30080",
            "+1:30080",
            "080:30080",
            "65536:30080",
            "8080:29999",
            "8080:32768",
            "8080:030080",
            "localhost:8080:30080",
            "1.2.3:8080:30080",
            "::1:8080:30080",
            "8080:30080/sctp",
            "8080:30080/UDP",
            "8080/udp:30080",
            "8080:30080/tcp/udp",
            " 8080:30080",
        ] {
            assert_eq!(parts(bad), Err(PublishError::Form(bad.to_owned())), "{bad}");
        }
    }

    #[test]
    fn a_port_of_the_host_leads_to_one_place() {
        let all =
            |words: &[&str]| PortMapping::parse_all(words.iter().copied()).map(|all| all.len());
        assert_eq!(all(&["80:30080", "81:30080", "127.0.0.2:80:30081"]), Ok(3));
        assert_eq!(all(&["53:30053", "53:30053/udp"]), Ok(2));
        assert_eq!(all(&["80:30080", "80:30081"]), Err(PublishError::Twice("80:30081".into())));
    }

    #[test]
    fn what_is_published_is_read_as_it_is_written() {
        for word in ["127.0.0.1:40001:6443/tcp", "0.0.0.0:53:30053/udp", "[::1]:40001:6443/tcp"] {
            assert_eq!(PortBinding::parse(word).unwrap().to_string(), word);
        }
        for bad in ["0.0.0.0:53:30053:1/udp", "::1:53:30053/udp", "53:30053"] {
            assert_eq!(PortBinding::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_loopback_is_that_of_both_families() {
        let at = |address: [u8; 4], family| published_at(address.into(), family).count();
        assert_eq!(at([127, 0, 0, 1], IpFamily::Dual), 2);
        assert_eq!(at([127, 0, 0, 1], IpFamily::Ipv6), 2);
        assert_eq!(at([127, 0, 0, 1], IpFamily::Ipv4), 1);
        assert_eq!(at([192, 0, 2, 1], IpFamily::Dual), 1);
    }
}
