//! What is wrong with a snapshot, or with what it was asked for.

use std::path::PathBuf;

use thiserror::Error;

use super::NodeImageId;
use super::file::FileError;
use crate::cluster::name::SnapshotName;
use crate::cluster::name::{ClusterName, NodeName};
use crate::cluster::ranges::RangesError;

/// Why a snapshot cannot be made, used or loaded.
#[derive(Debug, Error)]
pub enum SnapshotError {
    /// The clone's network would have addresses of its pods or Services.
    #[error(transparent)]
    Ranges(#[from] RangesError),
    /// It is not tested there.
    #[error("snapshots need docker: podman names images differently")]
    NeedsDocker,
    /// A snapshot of that name is there.
    #[error("snapshot {0} already exists")]
    Exists(SnapshotName),
    /// All names that the program would choose are taken, or too long.
    #[error("no name like {0} is free for a snapshot")]
    NoFreeName(String),
    /// What a run that was killed left of a snapshot of that name.
    #[error("snapshot {0} is incomplete")]
    Unfinished(SnapshotName),
    /// No snapshot of that name is there.
    #[error("no snapshot exists with name {0}")]
    NotFound(SnapshotName),
    /// A later version of mokctl made it.
    #[error("snapshot {0} was made by a later version of mokctl")]
    Newer(SnapshotName),
    /// Names and addresses of a cluster are in its certificates.
    #[error("snapshot {snapshot} is of cluster {cluster}")]
    OtherCluster {
        /// The snapshot.
        snapshot: SnapshotName,
        /// Its cluster.
        cluster: ClusterName,
    },
    /// Members of etcd know each other by their addresses.
    #[error("cannot create a cluster from snapshot {0}: it has several masters")]
    SeveralMasters(SnapshotName),
    /// What a node has that mokctl did not set up, it cannot make anew.
    #[error("cannot create a cluster from snapshot {snapshot}: {node} was set up manually")]
    SavedManually {
        /// The snapshot.
        snapshot: SnapshotName,
        /// The first such node.
        node: NodeName,
    },
    /// The snapshot has other nodes than those that were asked for.
    #[error("snapshot {snapshot} has {masters} master and {workers} workers")]
    OtherNumbers {
        /// The snapshot.
        snapshot: SnapshotName,
        /// How many masters.
        masters: usize,
        /// How many workers.
        workers: usize,
    },
    /// A file is no snapshot that can be loaded.
    #[error("cannot load {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: FileError,
    },
    /// The node image that a snapshot is based on is missing.
    #[error("the engine has no image {id} ({name}), on which the snapshot is based", id = .0.id, name = .0.name)]
    NoBase(NodeImageId),
}

impl SnapshotError {
    /// What the user can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Exists(name) | Self::Unfinished(name) => {
                format!("'mokctl delete snapshot {name}' removes it")
            }
            Self::NoFreeName(_) => "choose one with --snapshot, or none".to_owned(),
            Self::NotFound(_) => "'mokctl get snapshots' lists them".to_owned(),
            Self::OtherCluster { snapshot, cluster } => format!(
                "'mokctl restore cluster {cluster} {snapshot}' restores it, \
                 'mokctl create cluster NAME --from {snapshot}' creates another"
            ),
            Self::SeveralMasters(_) | Self::SavedManually { .. } => {
                "'mokctl restore cluster' restores the cluster itself".to_owned()
            }
            Self::OtherNumbers { .. } => "omit NUM_MASTERS and NUM_WORKERS with --from".to_owned(),
            Self::NoBase(base) => format!(
                "copy it: 'docker save {id}' where the snapshot was created, 'docker load' here",
                id = base.id
            ),
            Self::Ranges(_) => "choose another --subnet, or none".to_owned(),
            Self::NeedsDocker | Self::Newer(_) | Self::File { .. } => return None,
        })
    }
}
