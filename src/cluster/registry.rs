//! An image registry outside of the cluster.

use std::fmt;
use std::net::Ipv4Addr;
use std::num::NonZeroU16;

use thiserror::Error;

use super::layout::Layout;
use super::own_registry::{self, OwnRegistry};

/// The error of a word that is not the address of a registry.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "invalid HOST:PORT, '{0}': an IPv4 address or a host's name, ':' and a port are allowed, \
     like localhost:5000; with https:// before it for TLS, where the port may be left out"
)]
pub struct RegistryError(String);

/// The address of a registry. `HOST[:PORT]` is also part of the names of its images.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registry {
    has_tls: bool,
    host: String,
    port: Option<NonZeroU16>,
}

/// What determines how nodes reach a registry: their network, and mokctl's registry on it.
#[derive(Debug, Clone, Copy)]
pub struct Reach<'a> {
    /// The layout of the nodes' network.
    pub layout: Layout,
    /// The registry made by mokctl on that network.
    pub own: Option<&'a OwnRegistry>,
}

impl Registry {
    /// Parses `HOST:PORT` or `https://HOST[:PORT]`.
    ///
    /// # Errors
    /// Fails if `word` has neither form.
    pub fn parse(word: &str) -> Result<Self, RegistryError> {
        let read = || match word.strip_prefix(TLS) {
            Some(rest) => Self::at(true, rest),
            None => Self::at(false, word).filter(|registry| registry.port.is_some()),
        };
        read().ok_or_else(|| RegistryError(word.to_owned()))
    }

    /// Parses `http://HOST[:PORT]` or `https://HOST[:PORT]`.
    pub(super) fn from_url(url: &str) -> Option<Self> {
        match url.strip_prefix(CLEAR) {
            Some(rest) => Self::at(false, rest),
            None => Self::at(true, url.strip_prefix(TLS)?),
        }
    }

    fn at(has_tls: bool, word: &str) -> Option<Self> {
        let (host, port) = word.split_once(':').map_or((word, None), |(h, p)| (h, Some(p)));
        let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b);
        let edge = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
        let bytes = host.as_bytes();
        let is_host = bytes.iter().all(|b| inner(*b)) && edge(bytes.first()) && edge(bytes.last());
        let number = |word: &str| word.parse().ok().filter(|n: &NonZeroU16| n.to_string() == word);
        let port = match port {
            Some(word) => Some(number(word)?),
            None => None,
        };
        is_host.then(|| Self { has_tls, host: host.to_owned(), port })
    }

    /// Whether the host is a loopback address.
    #[must_use]
    pub fn is_on_loopback(&self) -> bool {
        let address = self.host.parse().unwrap_or(Ipv4Addr::UNSPECIFIED);
        self.host == "localhost" || address.is_loopback()
    }

    /// Whether the host is an IP address or `localhost`, for which no proxy is used.
    #[must_use]
    pub fn bypasses_proxy(&self) -> bool {
        self.is_on_loopback() || self.host.parse::<Ipv4Addr>().is_ok()
    }

    /// Returns the port by which images name the registry, if it is on loopback and has no TLS.
    #[must_use]
    pub fn loopback_port(&self) -> Option<NonZeroU16> {
        self.port.filter(|_| self.is_on_loopback() && !self.has_tls)
    }

    /// Whether the registry has TLS.
    #[must_use]
    pub fn has_tls(&self) -> bool {
        self.has_tls
    }

    /// Returns the host at which nodes reach the registry. A registry made by mokctl is on their
    /// network. Another one on loopback is on the engine's host, which nodes reach at the
    /// network's gateway.
    #[must_use]
    pub fn host(&self, reach: Reach<'_>) -> String {
        if self.is_at(reach.own) {
            reach.layout.registry().0.to_string()
        } else if self.is_on_loopback() {
            reach.layout.gateway().to_string()
        } else {
            self.host.clone()
        }
    }

    /// Returns the host at which nodes reach the registry, with the port if there is one.
    #[must_use]
    pub fn location(&self, reach: Reach<'_>) -> String {
        let port = if self.is_at(reach.own) { Some(own_registry::PORT) } else { self.port };
        with_port(&self.host(reach), port)
    }

    /// Returns the URL at which nodes reach the registry.
    #[must_use]
    pub fn url(&self, reach: Reach<'_>) -> String {
        format!("{}{}", if self.has_tls { TLS } else { CLEAR }, self.location(reach))
    }

    fn is_at(&self, own: Option<&OwnRegistry>) -> bool {
        own.is_some_and(|own| self.loopback_port() == Some(own.port))
    }

    /// Returns the beginning of the names of its images.
    #[must_use]
    pub fn name(&self) -> String {
        with_port(&self.host, self.port)
    }

    /// Returns the URL that [`Registry::from_url`] parses.
    pub(super) fn as_url(&self) -> String {
        format!("{}{}", if self.has_tls { TLS } else { CLEAR }, self.name())
    }
}

const TLS: &str = "https://";
const CLEAR: &str = "http://";

fn with_port(host: &str, port: Option<NonZeroU16>) -> String {
    port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Writes the form that [`Registry::parse`] takes.
impl fmt::Display for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.has_tls {
            f.write_str(TLS)?;
        }
        f.write_str(&self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::family::IpFamily;
    use crate::cluster::subnet::Subnet;

    #[test]
    fn a_registry_is_a_host_and_a_port() {
        for word in [
            "localhost:5000",
            "192.0.2.1:80",
            "registry.example.org:65535",
            "https://registry.example.org",
            "https://localhost:5000",
        ] {
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
            "https://",
            "https://a:",
            "https://a/x",
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
        let reach = Reach { layout, own: None };
        let host = |word| Registry::parse(word).unwrap().host(reach);
        assert_eq!(host("localhost:5000"), "10.213.7.1");
        assert_eq!(host("127.0.0.1:5000"), "10.213.7.1");
        assert_eq!(host("192.0.2.1:5000"), "192.0.2.1");
        assert_eq!(host("registry.example.org:5000"), "registry.example.org");
        let tls = Registry::parse("https://localhost:5000").unwrap();
        assert_eq!(tls.url(reach), "https://10.213.7.1:5000");
        assert_eq!(tls.name(), "localhost:5000");
    }

    #[test]
    fn a_registry_of_mokctls_is_on_the_network_of_the_nodes() {
        let layout = Layout::new(Subnet::parse("10.213.7.0/24").unwrap(), IpFamily::Ipv4);
        let own = OwnRegistry::parse("local:5001").unwrap();
        assert_eq!(own.to_string(), "local:5001");
        let reach = Reach { layout, own: Some(&own) };
        let url = |word| Registry::parse(word).unwrap().url(reach);
        assert_eq!(url("localhost:5001"), "http://10.213.7.3:5000");
        assert_eq!(url("127.0.0.1:5001"), "http://10.213.7.3:5000");
        assert_eq!(url("localhost:5000"), "http://10.213.7.1:5000");
        assert_eq!(url("https://localhost:5001"), "https://10.213.7.1:5001");
        assert_eq!(url("r:5001"), "http://r:5001");
        for bad in ["", "local", "local:0", "local:x", ":5000", "A:1"] {
            assert_eq!(OwnRegistry::parse(bad), None, "{bad}");
        }
    }
}
