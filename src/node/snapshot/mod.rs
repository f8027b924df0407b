//! What a node has that comes out of a snapshot, beside what is in its image.

use super::files::File;
use super::scripts::{CLONE, FOLDER};
use crate::cluster::name::Role;
use crate::cluster::runtime::Runtime;

/// For a node of `role` with that `runtime`; with `renews` its certificates are
/// renewed.
#[must_use]
pub fn files(role: Role, runtime: Runtime, renews: bool) -> Vec<File> {
    let mut files = Vec::new();
    if role.runs_kubernetes() {
        let (service, state) = (runtime.service(), format!(" {}", runtime.state()));
        files.extend(before(service, "unpack", &state, include_str!("unpack.sh")));
    }
    if renews && role == Role::Master {
        files.extend(before("kubelet", "renew", "", include_str!("renew.sh")));
        files.push(File::public(format!("{FOLDER}/renew"), ""));
    }
    files
}

/// For a node of `role` with that `runtime` that becomes one of another cluster, where
/// it has these `credentials`.
#[must_use]
pub fn files_of_clone(role: Role, runtime: Runtime, credentials: Vec<File>) -> Vec<File> {
    let mut files = files(role, runtime, false);
    // Put in place when those of the other cluster have gone.
    let credentials = credentials.into_iter();
    files.extend(
        credentials.map(|file| File { path: format!("{FOLDER}/new/{}", file.path), ..file }),
    );
    // Before the runtime is before the kubelet.
    files.extend(before(runtime.service(), "shed", "", include_str!("shed.sh")));
    files.push(File::public(format!("{FOLDER}/shed"), ""));
    // Empty, it is made anew at the start.
    files.push(File::public("etc/machine-id", ""));
    if role == Role::Master {
        let path = CLONE.trim_start_matches('/');
        files.push(File::script(path, include_str!("../scripts/clone.sh")));
    }
    files
}

/// Has `service` start after the script `name`, called with `argument`.
pub(super) fn before(service: &str, name: &str, argument: &str, text: &str) -> [File; 2] {
    let unit = format!("etc/systemd/system/{service}.service.d/mok-{name}.conf");
    // Much that was loaded takes its time.
    let first = format!(
        "[Service]\nTimeoutStartSec=infinity\nExecStartPre=/{FOLDER}/{name}.sh{argument}\n"
    );
    [File::public(unit, first), File::script(format!("{FOLDER}/{name}.sh"), text)]
}
