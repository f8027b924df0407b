//! Groups of commands that have flags in common.

use crate::cli::verb::Verb;

/// The command that makes a cluster.
pub(super) const NEW: &[Verb] = &[Verb::CreateCluster];

/// The commands that make nodes.
pub(super) const CREATE: &[Verb] = &[Verb::CreateCluster, Verb::CreateMaster, Verb::CreateWorker];

/// The commands about clusters that may be on several hosts.
pub(super) const SPREAD: &[Verb] = &[
    Verb::CreateCluster,
    Verb::CreateMaster,
    Verb::CreateWorker,
    Verb::DeleteCluster,
    Verb::DeleteMaster,
    Verb::DeleteWorker,
    Verb::GetClusters,
    Verb::GetNodes,
    Verb::GetKubeconfig,
    Verb::StartCluster,
    Verb::StopCluster,
    Verb::Exec,
    Verb::LoadImage,
    Verb::ExportLogs,
];

/// The commands that change a cluster.
pub(super) const CHANGE: &[Verb] = &[
    Verb::CreateCluster,
    Verb::CreateMaster,
    Verb::CreateWorker,
    Verb::CreateSnapshot,
    Verb::CreateRegistry,
    Verb::DeleteCluster,
    Verb::DeleteMaster,
    Verb::DeleteWorker,
    Verb::DeleteSnapshot,
    Verb::DeleteRegistry,
    Verb::StartCluster,
    Verb::StopCluster,
    Verb::RestoreCluster,
    Verb::UpgradeCluster,
];

/// The commands whose steps print something worth seeing.
pub(super) const TALKATIVE: &[Verb] = &[
    Verb::CreateCluster,
    Verb::CreateMaster,
    Verb::CreateWorker,
    Verb::UpgradeCluster,
    Verb::BuildImage,
];

/// The commands that carry out a plan.
pub(super) const PLANNED: &[Verb] = &[
    Verb::CreateCluster,
    Verb::CreateMaster,
    Verb::CreateWorker,
    Verb::CreateSnapshot,
    Verb::DeleteMaster,
    Verb::DeleteWorker,
    Verb::StartCluster,
    Verb::StopCluster,
    Verb::RestoreCluster,
    Verb::UpgradeCluster,
];

/// The commands whose answer a program may want to read.
pub(super) const ANSWERS: &[Verb] = &[
    Verb::GetClusters,
    Verb::GetNodes,
    Verb::GetImages,
    Verb::GetSnapshots,
    Verb::GetRegistries,
    Verb::Version,
];
