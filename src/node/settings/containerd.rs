//! The user's additions to containerd's configuration.

use serde::{Deserialize, Serialize};

use crate::node::files::File;

/// The configuration of the node image.
const OF_IMAGE: &str = "/etc/containerd/config.toml";
const OF_USER: &str = "/etc/mok/containerd-user.toml";
/// A configuration that imports both files, because not every image's own configuration imports
/// others.
const BOTH: &str = "/etc/mok/containerd.toml";
const UNIT: &str = "etc/systemd/system/containerd.service.d/mok-config.conf";

/// A part of containerd's configuration. It may contain a password.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContainerdConfig(String);

impl ContainerdConfig {
    /// Takes `text` as it is: the image's containerd will check it.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// Returns the text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Returns the files for a node. Of several imports, the last one has precedence.
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
