//! A host of a cluster: an engine, named by a docker context or an address. Does not check whether
//! the host exists.

use std::fmt;

use thiserror::Error;

use super::name::NodeName;

/// The most hosts of a cluster: the network's layout has no room for more.
pub const MAX_HOSTS: usize = 100;

/// Why a word is not a list of hosts, or not the placement of a node.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HostError {
    /// The word is not a list of contexts and addresses.
    #[error(
        "invalid HOSTS, '{0}': docker contexts and addresses like ssh://me@far, \
         tcp://192.0.2.7:2376 or unix:///run/far.sock are allowed, commas between them"
    )]
    Form(String),
    /// The list has a host twice.
    #[error("invalid HOSTS, '{0}': it is given twice")]
    Twice(String),
    /// The list has more than [`MAX_HOSTS`] hosts.
    #[error("invalid HOSTS: {0} are given, at most {MAX_HOSTS} are allowed")]
    Many(usize),
    /// The word does not have the form `NODE=HOST`.
    #[error(
        "invalid NODE=HOST, '{0}': a node and one of the HOSTS are allowed, like a-worker-1=far"
    )]
    Place(String),
    /// A node is placed twice.
    #[error("invalid NODE=HOST, '{0}': that node is placed twice")]
    PlacedTwice(String),
}

/// A context or an address for the docker client. Its `Display` is the word that was given.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Host(String);

impl Host {
    /// Parses the name of a context, or an address such as `ssh://me@far`.
    pub fn parse(word: &str) -> Result<Self, HostError> {
        let is_one = if let Some((scheme, rest)) = word.split_once("://") {
            ["ssh", "tcp", "unix"].contains(&scheme)
                && !rest.is_empty()
                && rest.bytes().all(|b| b.is_ascii_graphic() && !b"\"'\\,".contains(&b))
        } else {
            // docker's rules for names of contexts.
            let inner = |b: u8| b.is_ascii_alphanumeric() || b"_.+-".contains(&b);
            word.len() > 1
                && word.starts_with(|c: char| c.is_ascii_alphanumeric())
                && word.bytes().all(inner)
        };
        if is_one { Ok(Self(word.to_owned())) } else { Err(HostError::Form(word.to_owned())) }
    }

    /// Parses `HOST,HOST...`, in which no host may occur twice.
    pub fn parse_all(words: &str) -> Result<Vec<Self>, HostError> {
        let mut all = Vec::new();
        for word in words.split(',') {
            let host = Self::parse(word)?;
            if all.contains(&host) {
                return Err(HostError::Twice(word.to_owned()));
            }
            all.push(host);
        }
        if all.len() > MAX_HOSTS { Err(HostError::Many(all.len())) } else { Ok(all) }
    }

    /// Returns the word that was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the host is an address, not the name of a context.
    #[must_use]
    pub fn is_address(&self) -> bool {
        self.0.contains("://")
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Returns `HOST,HOST...`, which [`Host::parse_all`] parses.
#[must_use]
pub fn list(hosts: &[Host]) -> String {
    hosts.iter().map(Host::as_str).collect::<Vec<_>>().join(",")
}

/// The host that was chosen for a node: `NODE=HOST`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The node.
    pub node: NodeName,
    /// The host.
    pub host: Host,
}

impl Place {
    /// Parses `NODE=HOST`.
    pub fn parse(word: &str) -> Result<Self, HostError> {
        let error = || HostError::Place(word.to_owned());
        let (node, host) = word.split_once('=').ok_or_else(error)?;
        let node = NodeName::parse(node).map_err(|_| error())?;
        Ok(Self { node, host: Host::parse(host).map_err(|_| error())? })
    }

    /// Parses all of `words`, in which no node may occur twice.
    pub fn parse_all<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Vec<Self>, HostError> {
        let mut all: Vec<Self> = Vec::new();
        for word in words {
            let place = Self::parse(word)?;
            if all.iter().any(|other| other.node == place.node) {
                return Err(HostError::PlacedTwice(word.to_owned()));
            }
            all.push(place);
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contexts_and_addresses_are_hosts() {
        let words = "far,ssh://me@far,ssh://me@far:22,tcp://192.0.2.7:2376,unix:///run/far.sock";
        let hosts = Host::parse_all(words).unwrap();
        assert_eq!(list(&hosts), words);
        let addresses: Vec<_> = hosts.iter().map(Host::is_address).collect();
        assert_eq!(addresses, [false, true, true, true, true]);
    }

    #[test]
    fn what_docker_would_take_for_something_else_is_no_host() {
        for bad in
            ["", "a", "-far", "far away", "fär", "http://far", "tcp://", "://far", "tcp://a b"]
        {
            assert_eq!(Host::parse(bad), Err(HostError::Form(bad.to_owned())), "{bad}");
        }
        assert_eq!(Host::parse_all("aa,,bb"), Err(HostError::Form(String::new())));
        assert_eq!(Host::parse_all("aa,bb,aa"), Err(HostError::Twice("aa".into())));
        let many: Vec<_> = (100..201).map(|n| n.to_string()).collect();
        assert_eq!(Host::parse_all(&many.join(",")), Err(HostError::Many(101)));
    }

    #[test]
    fn a_node_has_one_place() {
        let all = |words: &[&str]| Place::parse_all(words.iter().copied()).map(|all| all.len());
        assert_eq!(all(&["a-lb=far", "a-master-1=tcp://far:1?x=y"]), Ok(2));
        for bad in ["a-lb", "a-lb=", "=far", "lb=far", "a-lb=-x"] {
            assert_eq!(all(&[bad]), Err(HostError::Place(bad.to_owned())));
        }
        let twice = HostError::PlacedTwice("a-lb=aa".into());
        assert_eq!(all(&["a-lb=far", "a-lb=aa"]), Err(twice));
    }
}
