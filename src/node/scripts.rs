//! The scripts that mokctl runs in a node, and their values. The scripts are the same for every
//! node. Values are data, quoted for the shell, in one file next to the scripts. Scripts that
//! users or the node itself run are in the modules that install them.

use std::fmt::Write;
use std::time::Duration;

use super::files::File;
use crate::cluster::cni::Cni;

/// The folder of mokctl's files in a node, without the leading slash. It is kept, because the user
/// may run the scripts manually.
pub const FOLDER: &str = "root/mok";

/// The script that sets up the first master.
pub const INIT: &str = "/root/mok/init.sh";
/// The script that starts the control plane of a further master of a new cluster.
pub const CONTROL_PLANE: &str = "/root/mok/control_plane.sh";
/// The script that finishes the setup of the first master: everything that joining nodes do not
/// need.
pub const FINISH: &str = "/root/mok/finish.sh";
/// The script that sets up the only master of a clone: `clone.sh FORMER`.
pub const CLONE: &str = "/root/mok/clone.sh";
/// The script that joins a node. It reads kubeadm's configuration from standard input.
pub const JOIN: &str = "/root/mok/join.sh";
/// The script that deletes a join token: `revoke.sh TOKEN_ID`.
pub const REVOKE: &str = "/root/mok/revoke.sh";
/// The script that removes the master on which it runs from the control plane.
pub const LEAVE: &str = "/root/mok/leave.sh";
/// The script that removes the etcd member of a master whose container is missing:
/// `remove_member.sh NODE`.
pub const REMOVE_MEMBER: &str = "/root/mok/remove_member.sh";
/// The script that starts the installation of add-ons.
pub const ADDONS: &str = "/root/mok/addons.sh";
/// A link that exists until all add-ons of a new cluster are installed.
pub const ADDONS_PENDING: &str = "/etc/systemd/system/multi-user.target.wants/mok-addons.service";
/// The script that waits for nodes:
/// `ready.sh SECONDS SINCE|registered NODE[=POD_RANGES[=LABELS]]...`.
pub const READY: &str = "/root/mok/ready.sh";
/// The path of kubeadm's configuration on a master, without the leading slash.
pub const INIT_CONFIG: &str = "root/mok/kubeadm-init.yaml";
/// The path of the patch of etcd's manifest, without the leading slash. It sorts after the user's
/// patches, whose names have no tilde.
pub const ETCD_PATCH: &str = "root/mok/patches/etcd~members+json.json";
/// The path of the patch of `CoreDNS` on the first master, without the leading slash. It sorts
/// before the user's patches, whose names have no exclamation mark, so these can override it.
pub const DNS_PATCH: &str = "root/mok/patches/corednsdeployment!starts+strategic.json";
/// The folder of kubeadm's patches, those of mokctl and those of the user.
pub const PATCHES: &str = "/root/mok/patches";

/// Returns the path of the patch of a static pod, without the leading slash. It sorts before the
/// user's patches, as [`DNS_PATCH`] does.
#[must_use]
pub fn probes_patch(pod: &str) -> String {
    format!("root/mok/patches/{pod}!probes+strategic.json")
}

/// The values for the scripts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Values {
    /// The node's name.
    pub node: String,
    /// Who sets up the pod network.
    pub cni: Cni,
    /// The container runtime's socket.
    pub cri_socket: String,
    /// The `ADDRESS:PORT` at which nodes reach the API.
    pub endpoint: String,
    /// The phases that `kubeadm init` skips, comma-separated.
    pub skip_init_phases: String,
    /// The phases that `kubeadm join` skips, comma-separated.
    pub skip_join_phases: String,
    /// The URL of etcd on a master.
    pub etcd: String,
    /// Whether the user will join further masters manually.
    pub upload_certs: bool,
    /// How long scripts wait for things that take a moment on an ordinary machine.
    pub patience: Duration,
}

impl Values {
    /// Returns the contents of the file with the values.
    fn render(&self) -> String {
        let mut text = String::new();
        let patience = self.patience.as_secs().max(1).to_string();
        for (name, value) in [
            ("NODE", self.node.as_str()),
            ("CNI", self.cni.as_str()),
            ("CRI_SOCKET", &self.cri_socket),
            ("ENDPOINT", &self.endpoint),
            ("ETCD", &self.etcd),
            ("SKIP_INIT_PHASES", &self.skip_init_phases),
            ("SKIP_JOIN_PHASES", &self.skip_join_phases),
            ("UPLOAD_CERTS", if self.upload_certs { "yes" } else { "" }),
            ("PATIENCE", &patience),
        ] {
            let _ = writeln!(text, "{name}={}", shell_escape::escape(value.into()));
        }
        text
    }
}

/// Returns the scripts and the file with their values.
#[must_use]
pub fn files(values: &Values) -> Vec<File> {
    let mut files = vec![File::public(format!("{FOLDER}/mok.env"), values.render())];
    files.extend(
        [
            ("addons.sh", include_str!("scripts/addons.sh")),
            ("common.sh", include_str!("scripts/common.sh")),
            ("control_plane.sh", include_str!("scripts/control_plane.sh")),
            ("finish.sh", include_str!("scripts/finish.sh")),
            ("init.sh", include_str!("scripts/init.sh")),
            ("join.sh", include_str!("scripts/join.sh")),
            ("leave.sh", include_str!("scripts/leave.sh")),
            ("ready.sh", include_str!("scripts/ready.sh")),
            ("remove_member.sh", include_str!("scripts/remove_member.sh")),
            ("revoke.sh", include_str!("scripts/revoke.sh")),
        ]
        .map(|(name, text)| File::script(format!("{FOLDER}/{name}"), text)),
    );
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_data_to_the_shell() {
        let values = Values {
            node: "a-worker-1".into(),
            cni: Cni::Static,
            cri_socket: "/run/x y.sock".into(),
            endpoint: "[fd00::2]:6443".into(),
            etcd: "https://127.0.0.1:2379".into(),
            skip_init_phases: "$(reboot);'".into(),
            skip_join_phases: String::new(),
            upload_certs: false,
            patience: Duration::from_secs(60),
        };
        assert_eq!(
            values.render(),
            "NODE=a-worker-1\nCNI=static\nCRI_SOCKET='/run/x y.sock'\nENDPOINT='[fd00::2]:6443'\n\
             ETCD='https://127.0.0.1:2379'\n\
             SKIP_INIT_PHASES='$(reboot);'\\'''\nSKIP_JOIN_PHASES=''\nUPLOAD_CERTS=''\nPATIENCE=60\n"
        );
    }
}
