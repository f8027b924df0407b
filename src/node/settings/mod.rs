//! What a user has told a cluster of Kubernetes itself. Read and checked once, kept in each
//! master: nodes that come later, upgrades and clones have it from there.

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

/// Where they are kept.
pub const FILE: &str = "/etc/mok/settings.json";

/// The longest file that is taken: what is larger is none of these.
pub const LONGEST: u64 = 1 << 20;

/// All that was said. Its `Debug` shows nothing: there may be secrets in it.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Settings {
    /// Feature gates of Kubernetes' components.
    pub feature_gates: Switches,
    /// Feature gates that are kubeadm's.
    pub kubeadm_gates: Switches,
    /// What the API server serves, or does not.
    pub runtime_config: Switches,
    /// kubeadm's patches.
    pub patches: Patches,
    /// What is merged over mokctl's own documents for kubeadm.
    pub kubeadm_config: Documents,
    /// What the API server logs.
    pub audit_policy: Option<AuditPolicy>,
    /// Where else images of registries are.
    pub mirrors: Vec<Mirror>,
    /// Who signs for registries and mirrors that the user named.
    pub registry_authorities: Option<Authorities>,
    /// With what nodes pull from the user's registry.
    pub login: Option<Login>,
    /// The authorities that nodes trust in all pulls.
    pub authorities: Option<Authorities>,
    /// What containerd is told.
    pub containerd_config: Option<ContainerdConfig>,
}

impl Settings {
    /// Whether nothing was said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What a master has of them, for root alone: the file that keeps them, if there are
    /// any, and what its API server reads.
    #[must_use]
    pub fn files(&self) -> Vec<File> {
        let kept = (!self.is_empty()).then(|| self.file());
        kept.into_iter().chain(self.audit_policy.as_ref().map(AuditPolicy::file)).collect()
    }

    /// What every node has of them for its runtime, beside registries.
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

    /// Reads what the file holds that keeps them.
    ///
    /// # Errors
    /// That it is not that, without what is in it.
    pub fn read(text: &str) -> Result<Self, &'static str> {
        serde_json::from_str(text).map_err(|_| "no settings that this version of mokctl knows")
    }

    /// What was said, a line for each, without what is in files.
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
