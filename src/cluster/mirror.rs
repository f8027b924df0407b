//! A mirror of a registry, which nodes ask first.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::registry::Registry;

/// The error of a word that is not a mirror.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "invalid MIRROR, '{0}': a registry, '=' and http:// or https:// with a host and its port are \
     allowed, like docker.io=https://mirror:5000"
)]
pub struct MirrorError(String);

/// A mirror of a registry. Its `Display` is the form that [`Mirror::parse`] takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Mirror {
    of: Registry,
    at: Registry,
}

impl Mirror {
    /// Parses `REGISTRY=URL`.
    ///
    /// # Errors
    /// Fails if `word` does not have that form.
    pub fn parse(word: &str) -> Result<Self, MirrorError> {
        let read = || {
            let (of, at) = word.split_once('=')?;
            // Both names mean Docker Hub, whose images need no registry in their names.
            let of = if of == "index.docker.io" { DOCKER } else { of };
            Some(Self {
                of: Registry::from_url(&format!("https://{of}"))?,
                at: Registry::from_url(at)?,
            })
        };
        read().ok_or_else(|| MirrorError(word.to_owned()))
    }

    /// Returns the registry that is mirrored, as it is written in the names of images.
    #[must_use]
    pub fn name(&self) -> String {
        self.of.name()
    }

    /// Returns the URL of the registry that is mirrored.
    #[must_use]
    pub fn origin(&self) -> String {
        let name = self.name();
        format!("https://{}", if name == DOCKER { "registry-1.docker.io" } else { &name })
    }

    /// Returns the mirror's address.
    #[must_use]
    pub fn at(&self) -> &Registry {
        &self.at
    }
}

const DOCKER: &str = "docker.io";

impl fmt::Display for Mirror {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.name(), self.at.as_url())
    }
}

impl TryFrom<String> for Mirror {
    type Error = MirrorError;

    fn try_from(word: String) -> Result<Self, MirrorError> {
        Self::parse(&word)
    }
}

impl From<Mirror> for String {
    fn from(mirror: Mirror) -> Self {
        mirror.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirror_is_a_registry_and_where_its_images_are_too() {
        let mirror = |word| Mirror::parse(word).unwrap();
        let hub = mirror("docker.io=https://localhost:5000");
        assert_eq!(
            (hub.name().as_str(), hub.to_string().as_str()),
            ("docker.io", "docker.io=https://localhost:5000")
        );
        assert_eq!(hub.origin(), "https://registry-1.docker.io");
        assert_eq!(mirror("index.docker.io=https://localhost:5000"), hub);
        let other = mirror("registry.k8s.io:443=http://mirror");
        assert_eq!(other.to_string(), "registry.k8s.io:443=http://mirror");
        assert_eq!(other.origin(), "https://registry.k8s.io:443");
        for bad in [
            "",
            "docker.io",
            "docker.io=",
            "docker.io=a:5000",
            "=http://a",
            "a=http://a/x",
            "https://a=http://a",
        ] {
            assert_eq!(Mirror::parse(bad), Err(MirrorError(bad.into())), "{bad}");
        }
    }
}
