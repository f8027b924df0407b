//! What stands in the way of a cluster over several hosts.

use thiserror::Error;

use crate::cluster::host::{Host, list};
use crate::cluster::name::ClusterName;

/// Why hosts cannot bear a cluster, or a command cannot reach it on them.
#[derive(Debug, Error)]
pub enum HostsError {
    /// Another client knows no swarms.
    #[error("a cluster over several hosts needs docker: podman has no swarm")]
    NeedDocker,
    /// No node on another host reaches it.
    #[error("a registry on localhost is on one host alone: {0}")]
    LoopbackRegistry(String),
    /// All that could be reached is gone.
    #[error("cluster {cluster} is deleted but for what is on {}", list(hosts))]
    Remains {
        /// The cluster.
        cluster: ClusterName,
        /// Where something may be left.
        hosts: Vec<Host>,
    },
}

impl HostsError {
    /// What the user can do about it.
    pub(super) fn hint(&self) -> Option<String> {
        Some(match self {
            Self::LoopbackRegistry(_) => "name it by an address that every host reaches".to_owned(),
            Self::Remains { cluster, .. } => {
                format!("'mokctl delete cluster {cluster}' removes the rest once they answer")
            }
            Self::NeedDocker => return None,
        })
    }
}
