//! With what nodes pull from a registry that asks who they are.

use serde::{Deserialize, Serialize};

use crate::node::files::File;

/// Where a kubelet looks for credentials by itself. It hands them to the runtime with each
/// pull; containerd's own configuration of a registry has no place for them.
const FILE: &str = "var/lib/kubelet/config.json";

/// The credentials of one registry. Not `Debug`: there is a password in it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Login {
    /// The registry, as it stands in images' names.
    pub registry: String,
    /// User and password, as docker's client keeps them: `USER:PASSWORD` in base64.
    pub auth: String,
}

impl Login {
    /// The file of a node that has them, for root alone.
    #[must_use]
    pub fn file(&self) -> File {
        let Self { registry, auth } = self;
        let text = serde_json::json!({ "auths": { registry: { "auth": auth } } }).to_string();
        File { mode: 0o600, ..File::public(FILE, text) }
    }
}
