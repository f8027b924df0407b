//! Which nodes something is said of: `master`, `worker` or a node's name.

use std::fmt;

use crate::cluster::name::{ClusterName, NodeName, Role};

/// One node, or all of a role, those that come later too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// `master` or `worker`.
    Role(Role),
    /// That one.
    Node(NodeName),
}

impl Target {
    /// Reads one; a load balancer is none, because it runs no kubelet.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let roles = [Role::Master, Role::Worker];
        if let Some(role) = roles.into_iter().find(|role| role.as_str() == word) {
            return Some(Self::Role(role));
        }
        let node = NodeName::parse(word).ok()?;
        node.role().runs_kubernetes().then_some(Self::Node(node))
    }

    /// Whether `node` is meant.
    #[must_use]
    pub fn is(&self, node: &NodeName) -> bool {
        match self {
            Self::Role(role) => node.role() == *role,
            Self::Node(own) => own == node,
        }
    }

    /// The same of another cluster.
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
