//! What every kubelet is told (`KubeletConfiguration`).

use std::fmt::Write;

use super::header;

pub(super) fn document(cgroup_driver: &str) -> String {
    let mut text = header("kubelet.config.k8s.io/v1beta1", "KubeletConfiguration");
    let _ = writeln!(text, "cgroupDriver: {cgroup_driver}");
    // From 1.35 on it would not start where the engine's host has these.
    text += "failCgroupV1: false\n";
    // The host's swap is the host's business.
    text += "failSwapOn: false\n";
    // The nodes see the host's disk: its filling must not evict their pods or
    // remove the images that the node was made with.
    text += "imageGCHighThresholdPercent: 100\n\
             evictionHard:\n  imagefs.available: \"0%\"\n  nodefs.available: \"0%\"\n  nodefs.inodesFree: \"0%\"\n";
    text
}
