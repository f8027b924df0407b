//! A registry that mokctl has made, on the network of a cluster.

use std::fmt;
use std::num::NonZeroU16;

use super::name::{NameError, is_label};

/// On which it listens in its container.
pub const PORT: NonZeroU16 = NonZeroU16::new(5000).unwrap();

/// Where the names of all registries' containers begin.
const REGISTRY: &str = "mok-registry-";

/// The name of a registry that mokctl has made, of the form of a cluster's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegistryName(String);

impl RegistryName {
    /// Checks `word`: it becomes part of a container's name.
    pub fn parse(word: &str) -> Result<Self, NameError> {
        if is_label(word) {
            Ok(Self(word.to_owned()))
        } else {
            Err(NameError::Registry(word.to_owned()))
        }
    }

    /// The name as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its container.
    #[must_use]
    pub fn container(&self) -> String {
        format!("{REGISTRY}{self}")
    }

    /// Takes the name out of that of its container.
    #[must_use]
    pub fn of_container(name: &str) -> Option<Self> {
        Self::parse(name.strip_prefix(REGISTRY)?).ok()
    }
}

impl Default for RegistryName {
    fn default() -> Self {
        Self("local".to_owned())
    }
}

impl fmt::Display for RegistryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

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
