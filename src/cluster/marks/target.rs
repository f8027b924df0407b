//! The nodes that a label or taint applies to: `master`, `worker` or the name of a node.

use std::fmt;

use crate::cluster::name::{ClusterName, NodeName, Role};

/// One node, or all nodes of a role, including later ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// All masters, or all workers.
    Role(Role),
    /// One node.
    Node(NodeName),
}

impl Target {
    /// Parses a target. A load balancer is not one, because it runs no kubelet.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let roles = [Role::Master, Role::Worker];
        if let Some(role) = roles.into_iter().find(|role| role.as_str() == word) {
            return Some(Self::Role(role));
        }
        let node = NodeName::parse(word).ok()?;
        node.role().runs_kubernetes().then_some(Self::Node(node))
    }

    /// Whether the target includes `node`.
    #[must_use]
    pub fn includes(&self, node: &NodeName) -> bool {
        match self {
            Self::Role(role) => node.role() == *role,
            Self::Node(own) => own == node,
        }
    }

    /// Returns the same target in another cluster.
    #[must_use]
    pub fn in_cluster(&self, name: &ClusterName) -> Self {
        match self {
            Self::Role(role) => Self::Role(*role),
            Self::Node(node) => Self::Node(node.in_cluster(name)),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Role(role) => f.write_str(role.as_str()),
            Self::Node(node) => node.fmt(f),
        }
    }
}
