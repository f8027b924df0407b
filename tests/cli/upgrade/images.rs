//! The node images that an upgrade goes through, and where they come from.

use std::fs;

use super::{OLD, all_have, machine, refused, versions, with_cluster};
use crate::fake_docker::{Call, image, labels};
use crate::fetch::archive;

#[test]
fn versions_between_are_gone_through() {
    let machine = machine().with_cluster("a 1 1 --k8sver 1.35");
    machine.mokctl("upgrade cluster a --k8sver 1.37 --snapshot none -q").run();
    assert!(all_have(&machine, "v1.37.2"));
    let calls = machine.docker.calls();
    let of = |call: &&Call| call.line().contains("kubeadm upgrade apply v");
    let versions: Vec<_> = calls.iter().filter(of).map(|call| call.argv[5].clone()).collect();
    assert_eq!(versions, ["v1.36.3", "v1.37.2"]);
}

#[test]
fn a_version_between_that_has_no_image_is_named() {
    let machine = machine().with_cluster("a 1 0 --k8sver 1.35");
    machine.docker.remove_image(OLD);
    refused(
        "upgrade cluster a",
        &machine,
        "mokctl: error: cannot upgrade from v1.35.4 to v1.37.2: there is no image with Kubernetes \
         1.36\nhint: '--image-repository REPO' pulls one, 'mokctl build image --k8sver 1.36' \
         builds one\n",
    );
}

#[test]
fn images_that_are_not_here_are_pulled() {
    let machine = machine().with_cluster("a 1 0 --k8sver 1.35");
    machine.docker.remove_images();
    machine.docker.offer("r/mok-debian-13:v1.36", &labels("v1.36.3"));
    machine.docker.offer("r/mok-debian-13:v1.37", &labels("v1.37.2"));
    let line = "upgrade cluster a --k8sver 1.37 --image-repository r --snapshot none";
    let stdout =
        "Pulling the node image\n  fetch the node image\n    docker pull 'r/mok-debian-13:v1.37'\n";
    let dry_run = machine.mokctl(&format!("{line} --dry-run"));
    dry_run.stdout(stdout).stderr("The rest depends on the image.\n").run();
    let outcome = machine.mokctl(line).outcome();
    let told = ["v1.37", "v1.36"].map(|tag| {
        format!("The node image comes from r/mok-debian-13:{tag}.\nPulling the node image .. ok (")
    });
    outcome.assert(told.iter().all(|told| outcome.stderr.contains(told)), "not told");
    outcome.assert(outcome.code() == Some(0), "not upgraded");
    assert!(all_have(&machine, "v1.37.2"));
}

#[test]
fn the_target_may_be_in_a_file() {
    let machine = with_cluster("a 1 0");
    machine.docker.remove_images();
    machine.docker.add_image(OLD, &labels("v1.36.3"));
    fs::write(machine.path("node.tar"), archive("v1.37.2")).unwrap();
    machine.docker.on("exec a-master-1 kubeadm upgrade apply v*").nth(1).fails(1, "no");
    let line = "upgrade cluster a --image-file node.tar";
    let outcome = machine.mokctl(&format!("{line} --snapshot none")).outcome();
    let hint = format!("hint: 'mokctl {line}' goes on\n");
    outcome.assert(outcome.stderr.ends_with(&hint), "no hint");
    machine.mokctl(&format!("{line} -q")).run();
    assert!(all_have(&machine, "v1.37.2"));
}

#[test]
fn nowhere_to_get_the_target_from_is_told_before_anything_moves() {
    let machine = with_cluster("a 1 0");
    machine.docker.remove_image(&image());
    refused(
        "upgrade cluster a",
        &machine,
        "mokctl: error: there is no image local/mok-debian-13:v1.37.2, and no repository to pull \
         it from\nhint: '--image-repository REPO' pulls one in about a minute, '--image-file FILE' \
         takes it out of a release's file in half a minute, 'mokctl build image' compiles it in \
         about 20 minutes\n",
    );
}

#[test]
fn later_nodes_are_of_the_new_image() {
    let machine = with_cluster("a 2 1");
    machine.mokctl("upgrade cluster a -q").run();
    machine.mokctl("create worker a -q").run();
    machine.mokctl("create master a -q").run();
    machine.docker.remove_image("local/mok-debian-13:v1.35.4");
    assert!(all_have(&machine, "v1.37.2"), "{:?}", versions(&machine));
}
