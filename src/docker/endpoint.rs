//! Where the engine runs, according to the client: on this machine or on another host. Knows at
//! which address that host is reached.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, ToSocketAddrs};

use thiserror::Error;

/// Why the address of the engine's host cannot be found.
#[derive(Debug, Error)]
pub enum EndpointError {
    /// This machine cannot resolve the host's name.
    #[error("cannot find the address of the engine's host, '{host}'")]
    Unknown {
        /// The host, as the client names it.
        host: String,
        /// The resolver's error.
        source: io::Error,
    },
    /// The host has no IPv4 address.
    #[error("the engine's host, '{0}', has no IPv4 address")]
    NoIpv4(String),
}

/// Where the engine runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// On this machine, behind a Unix socket.
    Here,
    /// On the host with this name or address.
    Host(String),
}

impl Endpoint {
    /// Parses the client's URL of the engine: `unix:///var/run/docker.sock`, `tcp://HOST:PORT`,
    /// `ssh://USER@HOST`.
    ///
    /// # Errors
    /// Returns what is wrong with the URL, in a few words.
    pub fn parse(url: &str) -> Result<Self, String> {
        let unknown = || format!("'{}', which is no endpoint", url.escape_debug());
        let (scheme, rest) = url.split_once("://").ok_or_else(unknown)?;
        match scheme {
            "unix" | "fd" | "npipe" => return Ok(Self::Here),
            "tcp" | "ssh" | "http" | "https" => {}
            _ => return Err(unknown()),
        }
        let authority = rest.split('/').next().unwrap_or_default();
        let host = authority.rsplit('@').next().unwrap_or_default();
        let host = match host.strip_prefix('[') {
            Some(ipv6) => ipv6.split(']').next(),
            None => host.split(':').next(),
        };
        let host = host.filter(|host| !host.is_empty()).ok_or_else(unknown)?;
        Ok(Self::Host(host.to_owned()))
    }

    /// Returns the address at which this machine reaches ports that the engine publishes.
    ///
    /// # Errors
    /// Fails if the host's name cannot be resolved or has no IPv4 address.
    pub fn address(&self) -> Result<Ipv4Addr, EndpointError> {
        let Self::Host(host) = self else { return Ok(Ipv4Addr::LOCALHOST) };
        // The resolver needs a port. It does not matter which.
        let found = (host.as_str(), 0).to_socket_addrs();
        let mut found =
            found.map_err(|source| EndpointError::Unknown { host: host.clone(), source })?;
        let ipv4 = |address| match address {
            SocketAddr::V4(address) => Some(*address.ip()),
            SocketAddr::V6(_) => None,
        };
        found.find_map(ipv4).ok_or_else(|| EndpointError::NoIpv4(host.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_found_in_every_form_of_the_clients() {
        for (url, host) in [
            ("tcp://192.0.2.1:2375", "192.0.2.1"),
            ("tcp://far", "far"),
            ("ssh://far", "far"),
            ("ssh://me@far:22/run/docker.sock", "far"),
            ("https://far:2376/", "far"),
            ("tcp://[2001:db8::1]:2375", "2001:db8::1"),
        ] {
            assert_eq!(Endpoint::parse(url), Ok(Endpoint::Host(host.into())), "{url}");
        }
        for url in ["unix:///var/run/docker.sock", "fd://", "npipe:////./pipe/x"] {
            assert_eq!(Endpoint::parse(url), Ok(Endpoint::Here), "{url}");
        }
        for url in ["", "far", "tcp://:2375", "tcp://", "://far", "[]", "file:///x"] {
            assert_eq!(Endpoint::parse(url), Err(format!("'{url}', which is no endpoint")));
        }
    }

    #[test]
    fn an_engine_here_is_at_loopback_and_others_at_their_own_address() {
        assert_eq!(Endpoint::Here.address().unwrap(), Ipv4Addr::LOCALHOST);
        let at = |host: &str| Endpoint::Host(host.into()).address();
        assert_eq!(at("192.0.2.1").unwrap(), Ipv4Addr::new(192, 0, 2, 1));
        assert_eq!(at("localhost").unwrap(), Ipv4Addr::LOCALHOST);
        let error = at("2001:db8::1").unwrap_err();
        assert_eq!(error.to_string(), "the engine's host, '2001:db8::1', has no IPv4 address");
        assert!(matches!(at("no.such.host.invalid"), Err(EndpointError::Unknown { .. })));
    }
}
