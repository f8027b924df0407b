//! The files of a node that is made from a snapshot, in addition to those in its image.

use super::files::File;
use super::scripts::{CLONE, FOLDER};
use crate::cluster::name::Role;
use crate::cluster::runtime::Runtime;

/// Returns the files of a restored node. With `renew_certificates`, a master renews its
/// certificates at the start.
#[must_use]
pub fn files(role: Role, runtime: Runtime, renew_certificates: bool) -> Vec<File> {
    let mut files = Vec::new();
    if role.runs_kubernetes() {
        let (service, state) = (runtime.service(), format!(" {}", runtime.state()));
        files.extend(before(service, "unpack", &state, include_str!("unpack.sh")));
    }
    if renew_certificates && role == Role::Master {
        files.extend(before("kubelet", "renew", "", include_str!("renew.sh")));
        files.push(File::public(format!("{FOLDER}/renew"), ""));
    }
    files
}

/// Returns the files of a node of a clone, which gets these `credentials` in the new cluster.
#[must_use]
pub fn files_of_clone(role: Role, runtime: Runtime, credentials: Vec<File>) -> Vec<File> {
    let mut files = files(role, runtime, false);
    // The node moves them into place once it has deleted the credentials of the saved cluster.
    let credentials = credentials.into_iter();
    files.extend(
        credentials.map(|file| File { path: format!("{FOLDER}/new/{}", file.path), ..file }),
    );
    // Before the runtime means before the kubelet as well.
    files.extend(before(runtime.service(), "drop_identity", "", include_str!("drop_identity.sh")));
    files.push(File::public(format!("{FOLDER}/drop_identity"), ""));
    // systemd fills an empty file at the start.
    files.push(File::public("etc/machine-id", ""));
    if role == Role::Master {
        let path = CLONE.trim_start_matches('/');
        files.push(File::script(path, include_str!("../scripts/clone.sh")));
    }
    files
}

/// Returns the files that run the script `name` with `argument` before `service` starts.
pub(super) fn before(service: &str, name: &str, argument: &str, text: &str) -> [File; 2] {
    let unit = format!("etc/systemd/system/{service}.service.d/mok-{name}.conf");
    // Large images that were loaded take long to unpack.
    let first = format!(
        "[Service]\nTimeoutStartSec=infinity\nExecStartPre=/{FOLDER}/{name}.sh{argument}\n"
    );
    [File::public(unit, first), File::script(format!("{FOLDER}/{name}.sh"), text)]
}
