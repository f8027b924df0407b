//! Credentials for a registry.

use serde::{Deserialize, Serialize};

use crate::node::files::File;

/// The file in which a kubelet looks for credentials. It passes them to the runtime with each
/// pull, because containerd's hosts.toml cannot have credentials.
const FILE: &str = "var/lib/kubelet/config.json";

/// The credentials for one registry. Not `Debug`, because it contains a password.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Login {
    /// The registry, as it is written in the names of images.
    pub registry: String,
    /// User and password as the docker client stores them: `USER:PASSWORD` in base64.
    pub auth: String,
}

impl Login {
    /// Returns the file for nodes, which only root can read.
    #[must_use]
    pub fn file(&self) -> File {
        let Self { registry, auth } = self;
        let text = serde_json::json!({ "auths": { registry: { "auth": auth } } }).to_string();
        File { mode: 0o600, ..File::public(FILE, text) }
    }
}
