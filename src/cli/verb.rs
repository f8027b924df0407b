//! The names of the commands within the program. Knows nothing else about them.

/// The name of a command, which identifies its row in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is called what its row says")]
pub enum Verb {
    CreateCluster,
    CreateMaster,
    CreateWorker,
    CreateSnapshot,
    CreateRegistry,
    DeleteCluster,
    DeleteMaster,
    DeleteWorker,
    DeleteSnapshot,
    DeleteRegistry,
    GetClusters,
    GetNodes,
    GetKubeconfig,
    GetImages,
    GetSnapshots,
    GetRegistries,
    StartCluster,
    StopCluster,
    RestoreCluster,
    UpgradeCluster,
    BuildImage,
    Exec,
    LoadImage,
    LoadSnapshot,
    ExportLogs,
    ExportSnapshot,
    Help,
    Version,
    Completion,
    Man,
}
