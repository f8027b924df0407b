//! A registry of images that is there beside the cluster.

use std::fmt;
use std::net::Ipv4Addr;
use std::num::NonZeroU16;

use thiserror::Error;

use super::layout::Layout;
use super::name::RegistryName;

/// A word that names no registry.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "invalid HOST:PORT, '{0}': an IPv4 address or a host's name, ':' and a port are allowed, \
     like localhost:5000; with https:// before it for TLS, where the port may be left out"
)]
pub struct RegistryError(String);

/// Where a registry is. Its name, `HOST[:PORT]`, stands in the names of its images.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registry {
    has_tls: bool,
    host: String,
    port: Option<NonZeroU16>,
    /// The one of mokctl's that listens there.
    ours: Option<RegistryName>,
}

impl Registry {
    /// Reads `HOST:PORT` or `https://HOST[:PORT]`.
    ///
    /// # Errors
    /// It is neither.
    pub fn parse(word: &str) -> Result<Self, RegistryError> {
        let read = || match word.strip_prefix(TLS) {
            Some(rest) => Self::at(true, rest),
            None => Self::at(false, word).filter(|registry| registry.port.is_some()),
        };
        read().ok_or_else(|| RegistryError(word.to_owned()))
    }

    /// Reads what [`Registry::label`] writes.
    #[must_use]
    pub fn from_label(word: &str) -> Option<Self> {
        let (word, ours) = word.split_once('@').map_or((word, None), |(w, name)| (w, Some(name)));
        let ours = ours.map(RegistryName::parse).transpose().ok()?;
        Some(Self { ours, ..Self::parse(word).ok()? })
    }

    /// The same, with mokctl's registry `name` behind it.
    #[must_use]
    pub fn served_by(self, name: RegistryName) -> Self {
        Self { ours: Some(name), ..self }
    }

    /// Reads `http://HOST[:PORT]` or `https://HOST[:PORT]`.
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
        is_host.then(|| Self { has_tls, host: host.to_owned(), port, ours: None })
    }

    /// Whether it is its owner's alone.
    #[must_use]
    pub fn is_on_loopback(&self) -> bool {
        let address = self.host.parse().unwrap_or(Ipv4Addr::UNSPECIFIED);
        self.host == "localhost" || address.is_loopback()
    }

    /// Whether it is an address, or its owner's alone: nothing that a proxy would be for.
    #[must_use]
    pub fn is_near(&self) -> bool {
        self.is_on_loopback() || self.host.parse::<Ipv4Addr>().is_ok()
    }

    /// The registry of mokctl's that it is.
    #[must_use]
    pub fn ours(&self) -> Option<&RegistryName> {
        self.ours.as_ref()
    }

    /// The port of this machine's loopback that pods name it by, if it has no TLS.
    #[must_use]
    pub fn loopback_port(&self) -> Option<NonZeroU16> {
        self.port.filter(|_| self.is_on_loopback() && !self.has_tls)
    }

    /// What containers keep of it.
    #[must_use]
    pub fn label(&self) -> String {
        self.ours.as_ref().map_or_else(|| self.to_string(), |name| format!("{self}@{name}"))
    }

    /// Whether it has TLS.
    #[must_use]
    pub fn has_tls(&self) -> bool {
        self.has_tls
    }

    /// The host at which the nodes reach it: one of mokctl's is on their network. A loopback
    /// is its owner's alone: that of the engine's host is at the network's gateway for them.
    #[must_use]
    pub fn host(&self, layout: Layout) -> String {
        if self.ours.is_some() {
            layout.registry().0.to_string()
        } else if self.is_on_loopback() {
            layout.gateway().to_string()
        } else {
            self.host.clone()
        }
    }

    /// The same with the port, if it has one.
    #[must_use]
    pub fn location(&self, layout: Layout) -> String {
        with_port(&self.host(layout), if self.ours.is_some() { Some(OWN_PORT) } else { self.port })
    }

    /// Where the nodes reach it.
    #[must_use]
    pub fn url(&self, layout: Layout) -> String {
        format!("{}{}", if self.has_tls { TLS } else { CLEAR }, self.location(layout))
    }

    /// What its images' names begin with.
    #[must_use]
    pub fn name(&self) -> String {
        with_port(&self.host, self.port)
    }

    /// What [`Registry::from_url`] reads.
    pub(super) fn as_url(&self) -> String {
        format!("{}{}", if self.has_tls { TLS } else { CLEAR }, self.name())
    }
}

/// On which mokctl's registries listen in their containers.
pub const OWN_PORT: NonZeroU16 = NonZeroU16::new(5000).unwrap();
const TLS: &str = "https://";
const CLEAR: &str = "http://";

fn with_port(host: &str, port: Option<NonZeroU16>) -> String {
    port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// As [`Registry::parse`] reads it.
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
        let host = |word| Registry::parse(word).unwrap().host(layout);
        assert_eq!(host("localhost:5000"), "10.213.7.1");
        assert_eq!(host("127.0.0.1:5000"), "10.213.7.1");
        assert_eq!(host("192.0.2.1:5000"), "192.0.2.1");
        assert_eq!(host("registry.example.org:5000"), "registry.example.org");
        let tls = Registry::parse("https://localhost:5000").unwrap();
        assert_eq!(tls.url(layout), "https://10.213.7.1:5000");
        assert_eq!(tls.name(), "localhost:5000");
    }

    #[test]
    fn a_registry_of_mokctls_is_on_the_network_of_the_nodes() {
        let layout = Layout::new(Subnet::parse("10.213.7.0/24").unwrap(), IpFamily::Ipv4);
        let word = Registry::parse("localhost:5001").unwrap();
        let ours = word.clone().served_by(RegistryName::default());
        assert_eq!((ours.name(), ours.url(layout)), (word.name(), "http://10.213.7.3:5000".into()));
        assert_eq!(ours.label(), "localhost:5001@local");
        assert_eq!(Registry::from_label(&ours.label()), Some(ours));
        assert_eq!(Registry::from_label(&word.label()), Some(word));
        assert_eq!(Registry::from_label("localhost:5001@"), None);
        assert!(Registry::parse("localhost:5001@local").is_err());
    }
}
