//! The two programs that are compared, and the names of their nodes.

use std::fmt;

/// The name of the cluster. There is only one at a time.
pub(crate) const NAME: &str = "bench";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Mokctl,
    Kind,
}

impl Side {
    pub(crate) const BOTH: [Self; 2] = [Self::Mokctl, Self::Kind];

    /// Returns the index of this side's figures in pairs.
    pub(crate) fn index(self) -> usize {
        match self {
            Self::Mokctl => 0,
            Self::Kind => 1,
        }
    }

    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let found = Self::BOTH.into_iter().find(|side| side.to_string() == text);
        found.ok_or_else(|| format!("'{text}' is no side: mokctl and kind are"))
    }

    /// Returns the name of the first node with a control plane.
    pub(crate) fn first_node(self) -> String {
        match self {
            Self::Mokctl => format!("{NAME}-master-1"),
            Self::Kind => format!("{NAME}-control-plane"),
        }
    }

    /// Returns the label of everything that belongs to the cluster.
    pub(crate) fn label(self) -> String {
        match self {
            Self::Mokctl => format!("MokCluster={NAME}"),
            Self::Kind => format!("io.x-k8s.kind.cluster={NAME}"),
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Mokctl => "mokctl",
            Self::Kind => "kind",
        })
    }
}
