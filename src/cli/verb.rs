//! What commands are about, by name. Knows nothing else about them.

/// What a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is called what its row says")]
pub enum Verb {
    CreateCluster,
    CreateMaster,
    CreateWorker,
    DeleteCluster,
    DeleteMaster,
    DeleteWorker,
    GetClusters,
    GetNodes,
    GetKubeconfig,
    GetImages,
    StartCluster,
    StopCluster,
    BuildImage,
    Exec,
    LoadImage,
    ExportLogs,
    Help,
    Version,
    Completion,
    Man,
}
