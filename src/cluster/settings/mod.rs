//! What a user tells a cluster beyond what every cluster is told, as it is asked for: the
//! files are not read yet.

pub mod switches;

use std::path::PathBuf;

use switches::Switches;

/// Settings of Kubernetes itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SettingsSpec {
    /// Feature gates of all components and of kubeadm.
    pub feature_gates: Switches,
    /// What the API server serves, or does not.
    pub runtime_config: Switches,
    /// The folder with kubeadm's patches.
    pub patches: Option<PathBuf>,
    /// The file with kubeadm's documents.
    pub kubeadm_config: Option<PathBuf>,
    /// The file that says what the API server logs.
    pub audit_policy: Option<PathBuf>,
}
