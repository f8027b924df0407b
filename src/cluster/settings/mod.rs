//! The user's settings of Kubernetes, as they are given on the command line. Files have not been
//! read yet.

pub mod switches;

use std::path::PathBuf;

use switches::Switches;

use super::mirror::Mirror;

/// Settings of Kubernetes itself, and of how nodes pull images.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SettingsSpec {
    /// Feature gates of all components and of kubeadm.
    pub feature_gates: Switches,
    /// The APIs that are switched on or off.
    pub runtime_config: Switches,
    /// The folder with kubeadm's patches.
    pub patches: Option<PathBuf>,
    /// The file with documents to merge into kubeadm's configuration.
    pub kubeadm_config: Option<PathBuf>,
    /// The file with the API server's audit policy.
    pub audit_policy: Option<PathBuf>,
    /// Mirrors of registries.
    pub mirrors: Vec<Mirror>,
    /// The file with the certificate authorities of the registry and the mirrors.
    pub registry_ca: Option<PathBuf>,
    /// Whether nodes pull from the registry with the docker client's credentials for it.
    pub registry_auth: bool,
    /// The file with certificate authorities that nodes trust in all pulls.
    pub ca: Option<PathBuf>,
    /// Whether nodes also trust the certificate authorities of this machine.
    pub host_ca: bool,
    /// The file with additions to containerd's configuration.
    pub containerd_config: Option<PathBuf>,
}
