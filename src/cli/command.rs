//! The commands that the program can run, with their checked arguments. Plain data.

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

/// The settings that commands have in common: how output is shown, and which hosts are used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Globals {
    /// Whether progress is shown without a spinner and colours.
    pub plain: bool,
    /// How much is shown while steps run.
    pub detail: Detail,
    /// The hosts of `--hosts`. Empty: the engine that the client uses by default.
    pub hosts: Vec<Host>,
    /// Whether the start and the end of each step are printed.
    pub timings: bool,
    /// The format of the output, if one was asked for.
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

/// The format of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON, for programs.
    Json,
    /// A table, for people.
    Table,
    /// The `create cluster` command that makes a cluster like the one asked about.
    Command,
}

impl Command {
    /// Whether the command changes a cluster, a snapshot or a registry. `--output json` then
    /// prints an event for each of its steps.
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

    /// Returns the cluster that the command is about, if it is about one.
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
        /// Whether the plan is printed instead of carried out.
        dry_run: bool,
    },
    /// `create cluster --from`
    CloneCluster {
        /// The cluster to create, and the snapshot it is created from.
        spec: CloneSpec,
        /// Whether containers are kept after a failure.
        retain: bool,
        /// Whether the plan is printed instead of carried out.
        dry_run: bool,
    },
    /// `create master`
    CreateMaster {
        /// The cluster to add to.
        cluster: ClusterName,
        /// The node with its host, if one was chosen.
        places: Vec<Place>,
        /// The labels and taints of the new node.
        marks: Marks,
        /// Whether the container is kept after a failure.
        retain: bool,
        /// Whether the plan is printed instead of carried out.
        dry_run: bool,
    },
    /// `create worker`
    CreateWorker {
        /// The cluster to add to.
        cluster: ClusterName,
        /// How many workers to add.
        count: NonZeroU8,
        /// The nodes for which a host was chosen, each with its host.
        places: Vec<Place>,
        /// The labels and taints of the new nodes.
        marks: Marks,
        /// Whether containers are kept after a failure.
        retain: bool,
        /// Whether the plan is printed instead of carried out.
        dry_run: bool,
    },
    /// `create snapshot`
    CreateSnapshot {
        /// The cluster to save.
        cluster: ClusterName,
        /// The name of the snapshot.
        snapshot: SnapshotName,
        /// Whether the cluster stays stopped afterwards.
        stop: bool,
        /// Whether the plan is printed instead of carried out.
        dry_run: bool,
    },
    /// `create registry`
    CreateRegistry {
        /// The name of the registry.
        name: RegistryName,
        /// The port on this machine's loopback address. `None`: the default port.
        port: Option<NonZeroU16>,
        /// The node image that contains the registry program. `None`: the default one.
        image: Option<ImageRef>,
        /// Whether the plan is printed instead of carried out.
        dry_run: bool,
    },
    /// `delete registry`
    DeleteRegistry {
        /// The registry to delete.
        name: RegistryName,
        /// Whether the command goes ahead without asking the user.
        yes: bool,
        /// Whether the plan is printed instead of carried out.
        dry_run: bool,
    },
    /// `get registries`
    GetRegistries,
    /// `restore cluster`
    RestoreCluster {
        /// The cluster to restore.
        cluster: ClusterName,
        /// The snapshot to restore it from.
        snapshot: SnapshotName,
        /// Whether the command goes ahead without asking the user.
        yes: bool,
        /// Whether the plan is printed instead of carried out.
        dry_run: bool,
    },
    /// `upgrade cluster`
    UpgradeCluster {
        /// The cluster to upgrade, and to what.
        spec: UpgradeSpec,
        /// Whether the plan is printed instead of carried out.
        dry_run: bool,
    },
    /// `delete snapshot`
    DeleteSnapshot {
        /// The snapshot to delete.
        snapshot: SnapshotName,
        /// Whether the command goes ahead without asking the user.
        yes: bool,
        /// Whether the plan is printed instead of carried out.
        dry_run: bool,
    },
    /// `delete cluster`
    DeleteCluster {
        /// The cluster to delete.
        cluster: ClusterName,
        /// Whether the command goes ahead without asking the user.
        yes: bool,
        /// Whether the plan is printed instead of carried out.
        dry_run: bool,
    },
    /// `delete master` and `delete worker`
    DeleteNode {
        /// The node to delete. It has the role that the command names.
        node: NodeName,
        /// Whether the command goes ahead without asking the user.
        yes: bool,
        /// Whether the plan is printed instead of carried out.
        dry_run: bool,
    },
    /// `get clusters`
    GetClusters {
        /// The cluster to show. `None`: all clusters.
        cluster: Option<ClusterName>,
    },
    /// `get cluster --output command`
    GetCommand {
        /// The cluster whose `create cluster` command is shown.
        cluster: ClusterName,
    },
    /// `get nodes`
    GetNodes {
        /// The cluster whose nodes are shown.
        cluster: ClusterName,
    },
    /// `get kubeconfig`
    GetKubeconfig {
        /// The cluster whose kubeconfig is shown.
        cluster: ClusterName,
    },
    /// `get images`
    GetImages,
    /// `get snapshots`
    GetSnapshots {
        /// The cluster whose snapshots are shown. `None`: all snapshots.
        cluster: Option<ClusterName>,
    },
    /// `start cluster`
    StartCluster {
        /// The cluster to start.
        cluster: ClusterName,
        /// Whether the plan is printed instead of carried out.
        dry_run: bool,
    },
    /// `stop cluster`
    StopCluster {
        /// The cluster to stop.
        cluster: ClusterName,
        /// Whether the plan is printed instead of carried out.
        dry_run: bool,
    },
    /// `build image`
    BuildImage {
        /// The flavour as it was given. `build image` checks whether it exists.
        flavour: Option<String>,
        /// The Kubernetes version that was asked for.
        version: Option<VersionPrefix>,
        /// Whether the image is pulled instead of built.
        prebuilt: bool,
        /// The repository that the image is pulled from. `None`: the one that the release names.
        repository: Option<ImageRepository>,
    },
    /// `exec`
    Exec {
        /// The node, if one was named.
        node: Option<NodeName>,
        /// The command to run. Empty: a shell.
        argv: Vec<OsString>,
    },
    /// `load image`
    LoadImage {
        /// The cluster to load into.
        cluster: ClusterName,
        /// The images to load, at least one.
        images: Vec<ImageRef>,
    },
    /// `load snapshot`
    LoadSnapshot {
        /// The file to load it from.
        file: PathBuf,
    },
    /// `export snapshot`
    ExportSnapshot {
        /// The snapshot to export.
        snapshot: SnapshotName,
        /// The file to write it to.
        file: PathBuf,
    },
    /// `export logs`
    ExportLogs {
        /// The cluster whose logs are exported.
        cluster: ClusterName,
        /// The folder to write them to, if one was named.
        dir: Option<PathBuf>,
    },
}
