//! A registry made by mokctl, on the network of a cluster.

use std::fmt;
use std::num::NonZeroU16;

use super::name::{NameError, is_label};

/// The port on which a registry listens in its container.
pub const PORT: NonZeroU16 = NonZeroU16::new(5000).unwrap();

/// The beginning of the names of all registries' containers.
const REGISTRY: &str = "mok-registry-";

/// The name of a registry made by mokctl, which follows the rules for cluster names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegistryName(String);

impl RegistryName {
    /// Checks that `word` can be part of a container's name.
    pub fn parse(word: &str) -> Result<Self, NameError> {
        if is_label(word) {
            Ok(Self(word.to_owned()))
        } else {
            Err(NameError::Registry(word.to_owned()))
        }
    }

    /// Returns the name as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the name of the registry's container.
    #[must_use]
    pub fn container(&self) -> String {
        format!("{REGISTRY}{self}")
    }

    /// Extracts the registry's name from that of its container.
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

/// A registry made by mokctl, and its port on the engine's host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnRegistry {
    /// The registry's name.
    pub name: RegistryName,
    /// The port on the loopback address of the engine's host.
    pub port: NonZeroU16,
}

impl OwnRegistry {
    /// Parses `NAME:PORT`, the form that its `Display` writes.
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
