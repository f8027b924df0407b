//! What a user has containerd told beyond what a node image says.

use serde::{Deserialize, Serialize};

use crate::node::files::File;

/// The image's own.
const OF_IMAGE: &str = "/etc/containerd/config.toml";
const OF_USER: &str = "/etc/mok/containerd-user.toml";
/// Which reads both: not every image's own reads others.
const BOTH: &str = "/etc/mok/containerd.toml";
const UNIT: &str = "etc/systemd/system/containerd.service.d/mok-config.conf";

/// A part of containerd's configuration. There may be a password in it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContainerdConfig(String);

impl ContainerdConfig {
    /// Of `text`, which the image's containerd judges.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }

    /// What a node has of it: what comes later in a list of imports counts.
    #[must_use]
    pub fn files(&self) -> [File; 3] {
        let both = format!("version = 3\nimports = [\"{OF_IMAGE}\", \"{OF_USER}\"]\n");
        let unit = format!("[Service]\nExecStart=\nExecStart=containerd --config {BOTH}\n");
        [
            File { mode: 0o600, ..File::public(OF_USER.trim_start_matches('/'), self.text()) },
            File::public(BOTH.trim_start_matches('/'), both),
            File::public(UNIT, unit),
        ]
    }
}
