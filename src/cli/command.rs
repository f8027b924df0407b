//! What the program can be asked to do, in checked values. Plain data.

use std::ffi::OsString;
use std::num::{NonZeroU8, NonZeroU16};
use std::path::PathBuf;

use crate::cluster::host::{Host, Place};
use crate::cluster::image_ref::ImageRef;
use crate::cluster::image_source::ImageRepository;
use crate::cluster::marks::Marks;
use crate::cluster::name::SnapshotName;
use crate::cluster::name::{ClusterName, NodeName};
use crate::cluster::own_registry::RegistryName;
use crate::cluster::spec::{CloneSpec, ClusterSpec};
use crate::cluster::upgrade::UpgradeSpec;
use crate::cluster::version_prefix::VersionPrefix;

/// What was asked about the output, whatever the command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Globals {
    /// No spinner, no colours.
    pub plain: bool,
    /// How much is shown while steps run.
    pub detail: Detail,
    /// The hosts that were named; none for the client's own engine.
    pub hosts: Vec<Host>,
    /// Whether the time of each step is told.
    pub timings: bool,
    /// The format of the result, if one was asked for.
    pub output: Option<Format>,
}

/// How much is shown while steps run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Detail {
    /// `--quiet`: nothing.
    Quiet,
    /// A line for each step.
    #[default]
    Steps,
    /// `--tailf`: what each step prints.
    Output,
}

/// The format of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For programs.
    Json,
    /// For people.
    Table,
    /// Of a cluster: the command that makes such a one.
    Command,
}

impl Command {
    /// Whether it changes a cluster, step by step.
    #[must_use]
    pub fn changes(&self) -> bool {
        match self {
            Self::CreateCluster { .. }
            | Self::CloneCluster { .. }
            | Self::CreateMaster { .. }
            | Self::CreateWorker { .. }
            | Self::CreateSnapshot { .. }
            | Self::CreateRegistry { .. }
            | Self::DeleteCluster { .. }
            | Self::DeleteNode { .. }
            | Self::DeleteSnapshot { .. }
            | Self::DeleteRegistry { .. }
            | Self::RestoreCluster { .. }
            | Self::UpgradeCluster { .. }
            | Self::StartCluster { .. }
            | Self::StopCluster { .. } => true,
            Self::GetClusters { .. }
            | Self::GetCommand { .. }
            | Self::GetNodes { .. }
            | Self::GetKubeconfig { .. }
            | Self::GetImages
            | Self::GetSnapshots { .. }
            | Self::GetRegistries
            | Self::BuildImage { .. }
            | Self::Exec { .. }
            | Self::LoadImage { .. }
            | Self::LoadSnapshot { .. }
            | Self::ExportLogs { .. }
            | Self::ExportSnapshot { .. } => false,
        }
    }

    /// The cluster that the command is about, where it is about one.
    #[must_use]
    pub fn cluster(&self) -> Option<&ClusterName> {
        match self {
            Self::CreateCluster { spec, .. } => Some(&spec.name),
            Self::CloneCluster { spec, .. } => Some(&spec.name),
            Self::UpgradeCluster { spec, .. } => Some(&spec.name),
            Self::CreateMaster { cluster, .. }
            | Self::CreateWorker { cluster, .. }
            | Self::CreateSnapshot { cluster, .. }
            | Self::RestoreCluster { cluster, .. }
            | Self::DeleteCluster { cluster, .. }
            | Self::GetCommand { cluster }
            | Self::GetNodes { cluster }
            | Self::GetKubeconfig { cluster }
            | Self::StartCluster { cluster, .. }
            | Self::StopCluster { cluster, .. }
            | Self::LoadImage { cluster, .. }
            | Self::ExportLogs { cluster, .. } => Some(cluster),
            Self::DeleteNode { node, .. } => Some(node.cluster()),
            Self::GetClusters { cluster } | Self::GetSnapshots { cluster } => cluster.as_ref(),
            Self::Exec { node, .. } => node.as_ref().map(NodeName::cluster),
            Self::GetImages
            | Self::GetRegistries
            | Self::CreateRegistry { .. }
            | Self::DeleteRegistry { .. }
            | Self::BuildImage { .. }
            | Self::DeleteSnapshot { .. }
            | Self::LoadSnapshot { .. }
            | Self::ExportSnapshot { .. } => None,
        }
    }
}

/// A command with everything it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// `create cluster`
    CreateCluster {
        /// The cluster to create.
        spec: Box<ClusterSpec>,
        /// Whether containers are kept after a failure.
        retain: bool,
        /// Whether the plan is told instead of carried out.
        dry_run: bool,
    },
    /// `create cluster --from`
    CloneCluster {
        /// The cluster to create, and from which snapshot.
        spec: CloneSpec,
        /// Whether containers are kept after a failure.
        retain: bool,
        /// Whether the plan is told instead of carried out.
        dry_run: bool,
    },
    /// `create master`
    CreateMaster {
        /// The cluster to add to.
        cluster: ClusterName,
        /// Where it shall be, if it was said.
        places: Vec<Place>,
        /// What it is labelled and tainted with.
        marks: Marks,
        /// Whether the container is kept after a failure.
        retain: bool,
        /// Whether the plan is told instead of carried out.
        dry_run: bool,
    },
    /// `create worker`
    CreateWorker {
        /// The cluster to add to.
        cluster: ClusterName,
        /// How many workers to add.
        count: NonZeroU8,
        /// Where they shall be, as far as it was said.
        places: Vec<Place>,
        /// What they are labelled and tainted with.
        marks: Marks,
        /// Whether containers are kept after a failure.
        retain: bool,
        /// Whether the plan is told instead of carried out.
        dry_run: bool,
    },
    /// `create snapshot`
    CreateSnapshot {
        /// The cluster to save.
        cluster: ClusterName,
        /// What the snapshot is called.
        snapshot: SnapshotName,
        /// Whether the cluster stays stopped.
        stays: bool,
        /// Whether the plan is told instead of carried out.
        dry_run: bool,
    },
    /// `create registry`
    CreateRegistry {
        /// What it is called.
        name: RegistryName,
        /// The port of this machine's loopback; the usual one if none was chosen.
        port: Option<NonZeroU16>,
        /// The node image that has the program, if it is not the usual one.
        image: Option<ImageRef>,
        /// Whether the plan is told instead of carried out.
        dry_run: bool,
    },
    /// `delete registry`
    DeleteRegistry {
        /// The registry to delete.
        name: RegistryName,
        /// Whether the user is not asked first.
        yes: bool,
        /// Whether the plan is told instead of carried out.
        dry_run: bool,
    },
    /// `get registries`
    GetRegistries,
    /// `restore cluster`
    RestoreCluster {
        /// The cluster to restore.
        cluster: ClusterName,
        /// Which of its snapshots.
        snapshot: SnapshotName,
        /// Whether the user is not asked first.
        yes: bool,
        /// Whether the plan is told instead of carried out.
        dry_run: bool,
    },
    /// `upgrade cluster`
    UpgradeCluster {
        /// Which cluster, and to what.
        spec: UpgradeSpec,
        /// Whether the plan is told instead of carried out.
        dry_run: bool,
    },
    /// `delete snapshot`
    DeleteSnapshot {
        /// The snapshot to delete.
        snapshot: SnapshotName,
        /// Whether the user is not asked first.
        yes: bool,
        /// Whether the plan is told instead of carried out.
        dry_run: bool,
    },
    /// `delete cluster`
    DeleteCluster {
        /// The cluster to delete.
        cluster: ClusterName,
        /// Whether the user is not asked first.
        yes: bool,
        /// Whether the plan is told instead of carried out.
        dry_run: bool,
    },
    /// `delete master` and `delete worker`
    DeleteNode {
        /// The node to delete, of the role that the command names.
        node: NodeName,
        /// Whether the user is not asked first.
        yes: bool,
        /// Whether the plan is told instead of carried out.
        dry_run: bool,
    },
    /// `get clusters`
    GetClusters {
        /// The only cluster to get.
        cluster: Option<ClusterName>,
    },
    /// `get cluster --output command`
    GetCommand {
        /// Whose command.
        cluster: ClusterName,
    },
    /// `get nodes`
    GetNodes {
        /// Whose nodes.
        cluster: ClusterName,
    },
    /// `get kubeconfig`
    GetKubeconfig {
        /// Whose kubeconfig.
        cluster: ClusterName,
    },
    /// `get images`
    GetImages,
    /// `get snapshots`
    GetSnapshots {
        /// The only cluster to get those of.
        cluster: Option<ClusterName>,
    },
    /// `start cluster`
    StartCluster {
        /// The cluster to start.
        cluster: ClusterName,
        /// Whether the plan is told instead of carried out.
        dry_run: bool,
    },
    /// `stop cluster`
    StopCluster {
        /// The cluster to stop.
        cluster: ClusterName,
        /// Whether the plan is told instead of carried out.
        dry_run: bool,
    },
    /// `build image`
    BuildImage {
        /// The flavour as it was given: which there are, `build` knows.
        flavour: Option<String>,
        /// The Kubernetes version that was asked for.
        version: Option<VersionPrefix>,
        /// Whether it is pulled, not built.
        prebuilt: bool,
        /// Where from.
        repository: Option<ImageRepository>,
    },
    /// `exec`
    Exec {
        /// The node, if one was named.
        node: Option<NodeName>,
        /// The command to run; empty for a shell.
        argv: Vec<OsString>,
    },
    /// `load image`
    LoadImage {
        /// The cluster to load into.
        cluster: ClusterName,
        /// The images to load, one at least.
        images: Vec<ImageRef>,
    },
    /// `load snapshot`
    LoadSnapshot {
        /// Where from.
        file: PathBuf,
    },
    /// `export snapshot`
    ExportSnapshot {
        /// The snapshot to export.
        snapshot: SnapshotName,
        /// Where to.
        file: PathBuf,
    },
    /// `export logs`
    ExportLogs {
        /// Whose logs.
        cluster: ClusterName,
        /// Where to.
        dir: Option<PathBuf>,
    },
}
