//! A registry that mokctl has made, on the network of a cluster.

use std::fmt;
use std::num::NonZeroU16;

use super::name::RegistryName;

/// On which it listens in its container.
pub const PORT: NonZeroU16 = NonZeroU16::new(5000).unwrap();

/// Which it is, and what it is called outside of the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnRegistry {
    /// Its name.
    pub name: RegistryName,
    /// Where the engine's host reaches it: a port of its loopback.
    pub port: NonZeroU16,
}

impl OwnRegistry {
    /// Reads what it is written as: `NAME:PORT`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let (name, port) = word.split_once(':')?;
        Some(Self { name: RegistryName::parse(name).ok()?, port: port.parse().ok()? })
    }
}

impl fmt::Display for OwnRegistry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, self.port)
    }
}
