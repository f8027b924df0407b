//! A registry of images that is there beside the cluster.

use std::fmt;
use std::net::Ipv4Addr;
use std::num::NonZeroU16;

use thiserror::Error;

use super::layout::Layout;

/// A word that names no registry.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "invalid HOST:PORT, '{0}': an IPv4 address or a host's name, ':' and a port are allowed, \
     like localhost:5000"
)]
pub struct RegistryError(String);

/// `HOST:PORT`, as it stands in the names of its images.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registry {
    host: String,
    port: NonZeroU16,
}

impl Registry {
    /// Reads one.
    pub fn parse(word: &str) -> Result<Self, RegistryError> {
        let read = || {
            let (host, port) = word.split_once(':')?;
            let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b);
            let edge = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
            let bytes = host.as_bytes();
            let is_host =
                bytes.iter().all(|b| inner(*b)) && edge(bytes.first()) && edge(bytes.last());
            let port: NonZeroU16 =
                port.parse().ok().filter(|n: &NonZeroU16| n.to_string() == port)?;
            is_host.then(|| Self { host: host.to_owned(), port })
        };
        read().ok_or_else(|| RegistryError(word.to_owned()))
    }

    /// Whether it is its owner's alone.
    #[must_use]
    pub fn is_on_loopback(&self) -> bool {
        let address = self.host.parse().unwrap_or(Ipv4Addr::UNSPECIFIED);
        self.host == "localhost" || address.is_loopback()
    }

    /// The host at which the nodes reach it. A loopback is its owner's alone: that of
    /// the engine's host is at the network's gateway for them.
    #[must_use]
    pub fn host(&self, layout: Layout) -> String {
        if self.is_on_loopback() { layout.gateway().to_string() } else { self.host.clone() }
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port.get()
    }
}

impl fmt::Display for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::family::IpFamily;
    use crate::cluster::subnet::Subnet;

    #[test]
    fn a_registry_is_a_host_and_a_port() {
        for word in ["localhost:5000", "192.0.2.1:80", "registry.example.org:65535"] {
            assert_eq!(Registry::parse(word).map(|r| r.to_string()), Ok(word.to_owned()));
        }
        for bad in [
            "",
            "localhost",
            ":5000",
            "localhost:",
            "localhost:0",
            "localhost:05000",
            "localhost:65536",
            "http://localhost:5000",
            "localhost:5000/x",
            "a b:5000",
            "-a:5000",
            "::1:5000",
            "Registry:5000",
        ] {
            assert_eq!(Registry::parse(bad), Err(RegistryError(bad.to_owned())), "{bad}");
        }
    }

    #[test]
    fn loopback_is_the_gateway_to_the_nodes() {
        let layout = Layout::new(Subnet::parse("10.213.7.0/24").unwrap(), IpFamily::Ipv4);
        let host = |word| Registry::parse(word).unwrap().host(layout);
        assert_eq!(host("localhost:5000"), "10.213.7.1");
        assert_eq!(host("127.0.0.1:5000"), "10.213.7.1");
        assert_eq!(host("192.0.2.1:5000"), "192.0.2.1");
        assert_eq!(host("registry.example.org:5000"), "registry.example.org");
    }
}
