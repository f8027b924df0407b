//! Who sets up the pod network of a cluster.

use std::fmt;

use thiserror::Error;

/// The kind of pod network.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Cni {
    /// mokctl sets up static routes between the nodes.
    #[default]
    Static,
    /// The user installs a pod network once the nodes exist.
    None,
}

/// The error of a word that is not a kind of pod network.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("invalid CNI, '{0}': static or none is allowed")]
pub struct CniError(String);

impl Cni {
    /// The words that `--cni` takes.
    pub const WORDS: &'static [&'static str] = &["static", "none"];

    /// Parses the value of `--cni`.
    pub fn parse(word: &str) -> Result<Self, CniError> {
        let mut all = [Self::Static, Self::None].into_iter();
        all.find(|cni| cni.as_str() == word).ok_or_else(|| CniError(word.to_owned()))
    }

    /// Returns the word for this kind in `--cni`.
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
