//! What a user tells a cluster beyond what every cluster is told, as it is asked for: the
//! files are not read yet.

pub mod switches;

use std::path::PathBuf;

use switches::Switches;

use super::mirror::Mirror;

/// Settings of Kubernetes itself, and of what nodes pull.
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
    /// Where else images of registries are.
    pub mirrors: Vec<Mirror>,
    /// The file with those who sign for registries and mirrors.
    pub registry_ca: Option<PathBuf>,
    /// Whether nodes pull from the registry with what docker's client has for it.
    pub registry_auth: bool,
    /// The file with the authorities that nodes trust in all pulls.
    pub ca: Option<PathBuf>,
    /// Whether nodes also trust whom this machine trusts.
    pub host_ca: bool,
    /// The file with a part of containerd's configuration.
    pub containerd_config: Option<PathBuf>,
}
