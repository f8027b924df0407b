//! A node that may not use all of the machine: what its kubelet offers to pods.

use super::files::File;
use super::snapshot::before;
use crate::cluster::limits::Limits;

/// What has the kubelet read a folder beside its configuration, as kubeadm's drop-in for its
/// service calls that.
const ARGUMENTS: &str = "[Service]\nEnvironment=\"KUBELET_CONFIG_ARGS=\
    --config=/var/lib/kubelet/config.yaml --config-dir=/etc/mok/kubelet.d\"\n";

/// For a node with `limits`: how much there is beyond them is seen at every start, because a
/// machine may change. Nothing for one without.
#[must_use]
pub fn files(limits: Limits) -> Vec<File> {
    if limits.is_empty() {
        return Vec::new();
    }
    let arguments =
        format!(" {} {}", limits.cpu.unwrap_or_default(), limits.memory.unwrap_or_default());
    let mut files = before("kubelet", "limits", &arguments, include_str!("limits.sh")).to_vec();
    files.push(File::public("etc/systemd/system/kubelet.service.d/mok-limits-dir.conf", ARGUMENTS));
    files
}
