//! The configuration of kubelets (`KubeletConfiguration`).

use std::fmt::Write;

use super::header;

pub(super) fn document(cgroup_driver: &str) -> String {
    let mut text = header("kubelet.config.k8s.io/v1beta1", "KubeletConfiguration");
    let _ = writeln!(text, "cgroupDriver: {cgroup_driver}");
    // From 1.35 on, a kubelet on a host with cgroup v1 would not start otherwise.
    text += "failCgroupV1: false\n";
    // Swap is up to the host.
    text += "failSwapOn: false\n";
    // Nodes see the host's disk. A full disk must neither evict their pods nor remove the images
    // that came with the node.
    text += "imageGCHighThresholdPercent: 100\n\
             evictionHard:\n  imagefs.available: \"0%\"\n  nodefs.available: \"0%\"\n  nodefs.inodesFree: \"0%\"\n";
    text
}
