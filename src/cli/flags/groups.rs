//! The groups of commands that have flags in common.

use crate::cli::verb::Verb;

/// The command that creates a cluster.
pub(super) const NEW: &[Verb] = &[Verb::CreateCluster];

/// The commands that create nodes.
pub(super) const CREATE: &[Verb] = &[Verb::CreateCluster, Verb::CreateMaster, Verb::CreateWorker];

/// The commands that work on clusters over several hosts.
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

/// The commands that change a cluster, a snapshot or a registry.
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

/// The commands that execute a plan, whose steps can be timed.
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

/// The commands that print an answer which programs may want to read.
pub(super) const ANSWERS: &[Verb] = &[
    Verb::GetClusters,
    Verb::GetNodes,
    Verb::GetImages,
    Verb::GetSnapshots,
    Verb::GetRegistries,
    Verb::Version,
];
