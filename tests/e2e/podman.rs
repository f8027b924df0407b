//! podman instead of docker: the machine's, or that of a later Debian if the machine's is too
//! old.

use std::process::Command;

use crate::cluster::Cluster;
use crate::engine::{node_image, output_of, shown, tell};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/podman.sh");

/// A podman without images, removed when the test ends.
struct Podman {
    folder: String,
    program: String,
}

impl Podman {
    fn get() -> Self {
        // podman keeps its images in this folder: they are too large for a tmpfs.
        let folder = format!("/var/tmp/mok-podman-{}", std::process::id());
        let mut podman = Self { folder, program: String::new() };
        podman.program = run(SCRIPT, &["get", &podman.folder]);
        tell(&podman.run(&["--version"]));
        podman
    }

    /// Copies `images` from the machine's engine.
    fn load(&self, images: &[&str]) {
        let load = "podman=$1; shift; docker save \"$@\" | \"$podman\" load --quiet";
        run("bash", &[&["-euo", "pipefail", "-c", load, "load", &self.program], images].concat());
    }

    fn run(&self, words: &[&str]) -> String {
        run(&self.program, words)
    }
}

impl Drop for Podman {
    fn drop(&mut self) {
        let mut script = Command::new(SCRIPT);
        script.args(["remove", &self.folder]);
        if let Some(output) = output_of(script, b"").ok().filter(|output| !output.status.success())
        {
            tell(&shown("podman.sh remove", &output));
        }
    }
}

/// Runs a program, which must succeed, and returns its output.
fn run(program: &str, words: &[&str]) -> String {
    let mut command = Command::new(program);
    command.args(words);
    let output = output_of(command, b"").unwrap();
    assert!(
        output.status.success(),
        "{}",
        shown(&format!("{program} {}", words.join(" ")), &output)
    );
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[test]
#[ignore = "slow, podman with the node image: make e2e-full"]
fn a_cluster_of_podman_comes_stops_starts_and_goes() {
    let Some(cluster) = Cluster::named("podman") else { return };
    let podman = Podman::get();
    podman.load(&[node_image().unwrap()]);
    let does = |words: &[&str]| {
        let output = cluster.mokctl_with(words, &[("MOKCTL_DOCKER", &podman.program)]);
        assert!(output.status.success(), "{}", shown(&words.join(" "), &output));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let (name, master) = (cluster.name.as_str(), cluster.node("master-1"));
    let ready = || {
        let kubectl = ["kubectl", "--kubeconfig=/etc/kubernetes/admin.conf", "get", "nodes"];
        does(&[&["exec", &master, "--"], &kubectl[..]].concat()).matches(" Ready ").count()
    };
    does(&["create", "cluster", name, "1", "1"]);
    assert_eq!(ready(), 2);
    assert_eq!(does(&["get", "nodes", name]).matches(" running ").count(), 2);
    does(&["create", "worker", name]);
    assert_eq!(ready(), 3);
    does(&["delete", "worker", &cluster.node("worker-1"), "--yes"]);
    does(&["stop", "cluster", name]);
    does(&["start", "cluster", name]);
    assert_eq!(ready(), 2);
    does(&["delete", "cluster", name, "--yes"]);
    for left in [
        &["ps", "--all", "--quiet"][..],
        &["volume", "ls", "--quiet"],
        &["network", "ls", "--quiet", "--filter=label=MokCluster"],
    ] {
        assert_eq!(podman.run(left), "", "{left:?}");
    }
}

/// All programs but one are copied from the machine's engine: compiling them would take a quarter
/// of an hour.
#[test]
#[ignore = "slow, a node image: make e2e-full"]
fn podman_builds_a_node_image() {
    let Some(cluster) = Cluster::named("podman-build") else { return };
    let podman = Podman::get();
    let listed =
        run("docker", &["images", "--format={{.Repository}}:{{.Tag}}", "local/mok-programs"]);
    let (compiled, copied): (Vec<_>, Vec<_>) =
        listed.lines().partition(|image| image.contains(":crictl-"));
    assert!(!compiled.is_empty(), "no crictl in {listed}");
    podman.load(&copied);
    let does = |words: &[&str]| {
        let output = cluster.mokctl_with(words, &[("MOKCTL_DOCKER", &podman.program)]);
        assert!(output.status.success(), "{}", shown(&words.join(" "), &output));
        tell(&shown(&words.join(" "), &output));
    };
    does(&["build", "image"]);
    does(&["create", "cluster", &cluster.name, "1", "0", "--wait", "pods"]);
    does(&["delete", "cluster", &cluster.name, "--yes"]);
    // Nothing is left of the build either.
    assert_eq!(podman.run(&["ps", "--all", "--quiet"]), "");
    assert_eq!(podman.run(&["volume", "ls", "--quiet"]), "");
}
