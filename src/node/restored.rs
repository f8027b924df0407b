//! What a node has that comes out of a snapshot, beside what is in its image.

use super::files::File;
use super::scripts::{CLONE, FOLDER};
use crate::cluster::name::Role;

/// The container runtime's state, which is a volume in every node.
pub const STATE: &str = "/var/lib/containerd";
/// Where a snapshot's image has it: no image holds a volume.
pub const ARCHIVE: &str = "/var/lib/containerd.tar";

/// For a node of `role`; with `renews` its certificates are renewed.
#[must_use]
pub fn files(role: Role, renews: bool) -> Vec<File> {
    let mut files = Vec::new();
    if role.runs_kubernetes() {
        files.extend(before("containerd", "unpack", include_str!("scripts/unpack.sh")));
    }
    if renews && role == Role::Master {
        files.extend(before("kubelet", "renew", include_str!("scripts/renew.sh")));
        files.push(File::public(format!("{FOLDER}/renew"), ""));
    }
    files
}

/// For a node of `role` that becomes one of another cluster.
#[must_use]
pub fn files_of_clone(role: Role) -> Vec<File> {
    let mut files = files(role, false);
    // Before containerd is before the kubelet.
    files.extend(before("containerd", "shed", include_str!("scripts/shed.sh")));
    files.push(File::public(format!("{FOLDER}/shed"), ""));
    // Empty, it is made anew at the start.
    files.push(File::public("etc/machine-id", ""));
    if role == Role::Master {
        let path = CLONE.trim_start_matches('/');
        files.push(File::script(path, include_str!("scripts/clone.sh")));
    }
    files
}

/// Has `service` start after the script `name`.
fn before(service: &str, name: &str, text: &str) -> [File; 2] {
    let unit = format!("etc/systemd/system/{service}.service.d/mok-{name}.conf");
    // Much that was loaded takes its time.
    let first = format!("[Service]\nTimeoutStartSec=infinity\nExecStartPre=/{FOLDER}/{name}.sh\n");
    [File::public(unit, first), File::script(format!("{FOLDER}/{name}.sh"), text)]
}
