//! Errors about snapshots.

use std::path::PathBuf;

use thiserror::Error;

use super::NodeImageId;
use super::file::FileError;
use crate::cluster::name::SnapshotName;
use crate::cluster::name::{ClusterName, NodeName};
use crate::cluster::ranges::RangesError;

/// Why a snapshot cannot be made, restored or loaded.
#[derive(Debug, Error)]
pub enum SnapshotError {
    /// The subnet of a clone would overlap its pod or Service range.
    #[error(transparent)]
    Ranges(#[from] RangesError),
    /// Snapshots are not supported with podman.
    #[error("snapshots need docker: podman names images differently")]
    NeedsDocker,
    /// A snapshot with that name exists.
    #[error("snapshot {0} already exists")]
    Exists(SnapshotName),
    /// All names that mokctl would choose for a snapshot are taken or too long.
    #[error("no name like {0} is free for a snapshot")]
    NoFreeName(String),
    /// The snapshot is incomplete, as left by a run that was killed.
    #[error("snapshot {0} is incomplete")]
    Unfinished(SnapshotName),
    /// There is no snapshot with that name.
    #[error("no snapshot exists with name {0}")]
    NotFound(SnapshotName),
    /// The snapshot was made by a later version of mokctl.
    #[error("snapshot {0} was made by a later version of mokctl")]
    Newer(SnapshotName),
    /// The snapshot is of another cluster, whose names and addresses are in its certificates.
    #[error("snapshot {snapshot} is of cluster {cluster}")]
    OtherCluster {
        /// The snapshot.
        snapshot: SnapshotName,
        /// The cluster that it was made of.
        cluster: ClusterName,
    },
    /// A snapshot with several masters cannot be cloned: etcd's members know each other by address.
    #[error("cannot create a cluster from snapshot {0}: it has several masters")]
    SeveralMasters(SnapshotName),
    /// A saved node was set up by the user, so mokctl cannot adapt it for a clone.
    #[error("cannot create a cluster from snapshot {snapshot}: {node} was set up manually")]
    SavedManually {
        /// The snapshot.
        snapshot: SnapshotName,
        /// The first node that was set up by the user.
        node: NodeName,
    },
    /// The numbers of nodes that the user asked for are not those of the snapshot.
    #[error("snapshot {snapshot} has {masters} master and {workers} workers")]
    OtherNumbers {
        /// The snapshot.
        snapshot: SnapshotName,
        /// The number of masters in the snapshot.
        masters: usize,
        /// The number of workers in the snapshot.
        workers: usize,
    },
    /// A file cannot be loaded as a snapshot.
    #[error("cannot load {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: FileError,
    },
    /// The node image that a snapshot is based on is missing.
    #[error("the engine has no image {id} ({name}), on which the snapshot is based", id = .0.id, name = .0.name)]
    NoBase(NodeImageId),
}

impl SnapshotError {
    /// Returns what the user can do about the error.
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
