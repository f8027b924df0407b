//! The scripts that mokctl runs in a node, and the values that they read. The scripts
//! are their own files, the same for every node; values reach them as data,
//! quoted for the shell, in one file beside them. What a user or the node itself runs lies
//! beside the module that puts it there.

use std::fmt::Write;
use std::time::Duration;

use super::files::File;
use crate::cluster::cni::Cni;

/// Where everything of mokctl lies in a node, without the leading slash. Stays
/// there: who made the containers alone runs the scripts by hand.
pub const FOLDER: &str = "root/mok";

/// Makes the first master.
pub const INIT: &str = "/root/mok/init.sh";
/// Starts the control plane of a further master of a new cluster.
pub const CONTROL_PLANE: &str = "/root/mok/control_plane.sh";
/// Does what nodes can join a new cluster without, on its first master.
pub const FINISH: &str = "/root/mok/finish.sh";
/// Makes the only master of a cluster with the data of another: `clone.sh FORMER`.
pub const CLONE: &str = "/root/mok/clone.sh";
/// Joins a node; its kubeadm configuration on standard input.
pub const JOIN: &str = "/root/mok/join.sh";
/// Deletes a join token: `revoke.sh TOKEN_ID`.
pub const REVOKE: &str = "/root/mok/revoke.sh";
/// Takes a master out of the control plane.
pub const LEAVE: &str = "/root/mok/leave.sh";
/// Takes a master whose container is gone out of etcd: `remove_member.sh NODE`.
pub const REMOVE_MEMBER: &str = "/root/mok/remove_member.sh";
/// Starts what the image brings along for a new cluster.
pub const ADDONS: &str = "/root/mok/addons.sh";
/// There until the image has installed all add-ons of a new cluster.
pub const ADDONS_PENDING: &str = "/etc/systemd/system/multi-user.target.wants/mok-addons.service";
/// Waits for nodes: `ready.sh SECONDS SINCE|registered NODE[=POD_RANGES[=LABELS]]...`.
pub const READY: &str = "/root/mok/ready.sh";
/// Where a master has kubeadm's configuration, without the leading slash.
pub const INIT_CONFIG: &str = "root/mok/kubeadm-init.yaml";
/// Where it has kubeadm's patch of etcd's manifest, without the leading slash: behind the
/// user's, which may not have a tilde.
pub const ETCD_PATCH: &str = "root/mok/patches/etcd~members+json.json";
/// Where the first master has kubeadm's patch of `CoreDNS`, the same way: before the user's,
/// whose names have no such mark either, and which may say otherwise.
pub const DNS_PATCH: &str = "root/mok/patches/corednsdeployment!starts+strategic.json";
/// The folder of these files, and of the user's.
pub const PATCHES: &str = "/root/mok/patches";

/// Where a master has kubeadm's patch of a static pod, without the leading slash: before the
/// user's, as [`DNS_PATCH`].
#[must_use]
pub fn probes_patch(pod: &str) -> String {
    format!("root/mok/patches/{pod}!probes+strategic.json")
}

/// The values that the scripts read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Values {
    /// The node's name.
    pub node: String,
    /// Who makes its pods' network.
    pub cni: Cni,
    /// The container runtime's socket.
    pub cri_socket: String,
    /// `ADDRESS:PORT` of the API for all nodes.
    pub endpoint: String,
    /// Phases that `kubeadm init` leaves out, with commas.
    pub skip_init_phases: String,
    /// Phases that `kubeadm join` leaves out, with commas.
    pub skip_join_phases: String,
    /// Where etcd listens, on a master.
    pub etcd: String,
    /// Whether further masters will join by hand.
    pub upload_certs: bool,
    /// How long scripts wait for what an ordinary machine has in a moment.
    pub patience: Duration,
}

impl Values {
    /// The file with the values.
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

/// The scripts and their values.
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
