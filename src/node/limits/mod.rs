//! The kubelet of a node that may not use the whole machine: it offers less to pods.

use super::files::File;
use super::snapshot::before;
use crate::cluster::limits::Limits;

/// A drop-in for the kubelet's service that has it read a folder in addition to its configuration.
/// kubeadm's drop-in uses the same variable.
const ARGUMENTS: &str = "[Service]\nEnvironment=\"KUBELET_CONFIG_ARGS=\
    --config=/var/lib/kubelet/config.yaml --config-dir=/etc/mok/kubelet.d\"\n";

/// Returns the files of a node with `limits`, or none without limits. The node determines at every
/// start by how much the machine exceeds them, because the machine may change.
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
