//! Upgrades that are refused before any node has changed.

use super::{refused, with_cluster};
use crate::harness::Machine;

#[test]
fn what_cannot_be_is_refused_before_anything_moves() {
    let machine = with_cluster("a 1 1");
    refused(
        "upgrade cluster a --k8sver 1.35",
        &machine,
        "mokctl: error: cannot upgrade to v1.35.4: a-master-1 has v1.36.3\n",
    );
    refused(
        "upgrade cluster b",
        &machine,
        "mokctl: error: no cluster exists with name b\nhint: 'mokctl get clusters' lists them\n",
    );
    refused(
        "upgrade cluster a --image x",
        &machine,
        "mokctl: error: there is no image x\nhint: 'mokctl build image' builds one\n",
    );
    let crio = machine.docker.add_crio_image();
    refused(
        &format!("upgrade cluster a --image {crio}"),
        &machine,
        "mokctl: error: image local/crio:1 has another container runtime than a-master-1\n",
    );
    machine.docker.is_not_ready("a-worker-1");
    refused(
        "upgrade cluster a",
        &machine,
        "mokctl: error: a-worker-1 is not Ready\n\
         hint: 'mokctl exec a-worker-1 -- journalctl --unit=kubelet' shows what it says\n",
    );
    machine.mokctl("stop cluster a -q").run();
    refused(
        "upgrade cluster a",
        &machine,
        "mokctl: error: cluster a has a stopped node: a-master-1\n\
         hint: 'mokctl start cluster a' starts it\n",
    );
}

#[test]
fn crio_and_podman_are_refused() {
    let machine = Machine::new();
    let image = machine.docker.add_crio_image();
    let machine = machine.with_cluster(&format!("a 1 0 --image {image}"));
    let line = format!("upgrade cluster a --image {image}");
    refused(&line, &machine, "mokctl: error: nodes with CRI-O cannot be upgraded\n");
    let machine = Machine::new();
    machine.docker.is_podman();
    let stderr = "mokctl: error: an upgrade needs docker: podman keeps volumes differently\n";
    machine.mokctl("upgrade cluster a").env("MOKCTL_DOCKER", "podman").stderr(stderr).code(1).run();
}
