//! Who gives a cluster's pods their network.

use std::fmt;

use thiserror::Error;

/// The pod network.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Cni {
    /// mokctl: a route to each node.
    #[default]
    Static,
    /// The user, once the nodes are there.
    None,
}

/// A word that is neither.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("invalid CNI, '{0}': static or none is allowed")]
pub struct CniError(String);

impl Cni {
    /// What users call them.
    pub const WORDS: &'static [&'static str] = &["static", "none"];

    /// Reads one.
    pub fn parse(word: &str) -> Result<Self, CniError> {
        let mut all = [Self::Static, Self::None].into_iter();
        all.find(|cni| cni.as_str() == word).ok_or_else(|| CniError(word.to_owned()))
    }

    /// What users call it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Static => "static",
            Self::None => "none",
        }
    }
}

impl fmt::Display for Cni {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_called_as_it_is_read() {
        for word in Cni::WORDS {
            assert_eq!(Cni::parse(word).unwrap().to_string(), *word);
        }
        assert_eq!(Cni::parse("flannel"), Err(CniError("flannel".into())));
    }
}
