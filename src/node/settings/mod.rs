//! The user's settings of Kubernetes itself. They are read and checked once, and kept in each
//! master, from where later nodes, upgrades and clones get them.

pub mod audit;
mod authorities;
mod containerd;
mod document;
mod error;
mod kubeadm;
mod login;
mod own;
mod patches;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use audit::AuditPolicy;
pub use authorities::Authorities;
pub use containerd::ContainerdConfig;
pub use document::Documents;
pub use error::FileError;
pub use login::Login;
pub use patches::Patches;

use super::files::File;
use crate::cluster::mirror::Mirror;
use crate::cluster::settings::switches::Switches;

/// The file in which masters keep the settings.
pub const FILE: &str = "/etc/mok/settings.json";

/// The size limit for the user's files, in bytes. A larger file cannot be one of these settings.
pub const MAX_FILE_BYTES: u64 = 1 << 20;

/// The settings. `Debug` shows nothing, because they may contain secrets.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Settings {
    /// Feature gates of Kubernetes' components.
    pub feature_gates: Switches,
    /// Feature gates of kubeadm.
    pub kubeadm_gates: Switches,
    /// The APIs that are switched on or off.
    pub runtime_config: Switches,
    /// kubeadm's patches.
    pub patches: Patches,
    /// Documents that are merged into mokctl's documents for kubeadm.
    pub kubeadm_config: Documents,
    /// The audit policy.
    pub audit_policy: Option<AuditPolicy>,
    /// Mirrors of registries.
    pub mirrors: Vec<Mirror>,
    /// The certificate authorities of the registry and the mirrors.
    pub registry_authorities: Option<Authorities>,
    /// The credentials for the user's registry.
    pub login: Option<Login>,
    /// Certificate authorities that nodes trust in all pulls.
    pub authorities: Option<Authorities>,
    /// Additions to containerd's configuration.
    pub containerd_config: Option<ContainerdConfig>,
}

impl Settings {
    /// Whether there are no settings.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns the files of a master, which only root can read: the settings themselves, if there
    /// are any, and the audit policy.
    #[must_use]
    pub fn files(&self) -> Vec<File> {
        let kept = (!self.is_empty()).then(|| self.file());
        kept.into_iter().chain(self.audit_policy.as_ref().map(AuditPolicy::file)).collect()
    }

    /// Returns the files that configure the container runtime of every node, except those about
    /// registries.
    #[must_use]
    pub fn files_of_runtime(&self) -> Vec<File> {
        let trusted = self.authorities.as_ref().map(Authorities::trusted);
        let login = self.login.as_ref().map(Login::file);
        let config = self.containerd_config.as_ref().map(ContainerdConfig::files);
        trusted.into_iter().chain(login).chain(config.into_iter().flatten()).collect()
    }

    fn file(&self) -> File {
        let text = serde_json::json!(self).to_string();
        File { mode: 0o600, ..File::public(FILE.trim_start_matches('/'), text) }
    }

    /// Parses the contents of [`FILE`].
    ///
    /// # Errors
    /// Fails if `text` is not in the format of [`FILE`]. The error does not quote it.
    pub fn read(text: &str) -> Result<Self, &'static str> {
        serde_json::from_str(text).map_err(|_| "no settings that this version of mokctl knows")
    }

    /// Returns a line for each setting, without the contents of files.
    #[must_use]
    pub fn summary(&self) -> Vec<String> {
        let switches = [
            ("feature gates", &self.feature_gates),
            ("feature gates of kubeadm", &self.kubeadm_gates),
            ("APIs", &self.runtime_config),
        ];
        let mut lines: Vec<String> = switches
            .into_iter()
            .filter(|(_, switches)| !switches.is_empty())
            .map(|(what, switches)| format!("{what}: {switches}"))
            .collect();
        let names: Vec<&str> = self.patches.names().collect();
        if !names.is_empty() {
            lines.push(format!("patches: {}", names.join(", ")));
        }
        let kinds: Vec<&str> = self.kubeadm_config.kinds().collect();
        if !kinds.is_empty() {
            lines.push(format!("kubeadm configuration: {}", kinds.join(", ")));
        }
        lines.extend(self.mirrors.iter().map(|mirror| format!("mirror: {mirror}")));
        let trusted = [
            ("registries' authorities", &self.registry_authorities),
            ("authorities", &self.authorities),
        ];
        let trusted = trusted.into_iter().filter_map(|(what, all)| Some((what, all.as_ref()?)));
        lines.extend(trusted.map(|(what, all)| format!("{what}: {}", all.count())));
        lines.extend(self.login.as_ref().map(|login| format!("credentials: {}", login.registry)));
        lines.extend(self.containerd_config.as_ref().map(|_| "containerd: your file".to_owned()));
        lines.extend(self.audit_policy.as_ref().map(|_| format!("audit log: {}", audit::LOG)));
        lines
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Settings(..)")
    }
}
