//! Clusters and snapshots that the last release has made are listed, stopped, started, extended,
//! restored and deleted by this one.

use std::process::{Command, Output};

use crate::cluster::Cluster;
use crate::engine::{Objects, node_image, output_of, shown};

/// Runs `program` for `cluster`, and panics if it fails.
#[track_caller]
fn succeed(cluster: &Cluster, program: &str, words: &[&str]) -> String {
    let mut command = Command::new(program);
    command.args(words).env("KUBECONFIG", cluster.kubeconfig());
    let output: Output = output_of(command, b"").unwrap();
    assert!(output.status.success(), "{}", shown(&words.join(" "), &output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
#[ignore = "needs the program of the last release: `make e2e-last-release`"]
fn what_the_release_before_has_made_is_used_by_this_one() {
    let old = std::env::var("MOK_LAST_RELEASE").expect("MOK_LAST_RELEASE names no program");
    let Some(cluster) = Cluster::named("last") else { return };
    let new = env!("CARGO_BIN_EXE_mokctl");
    let (name, snapshot) = (cluster.name.as_str(), format!("{}-s", cluster.name));
    let was = |words: &[&str]| succeed(&cluster, &old, words);
    let is = |words: &[&str]| succeed(&cluster, new, words);

    // The last release's image, if it is here: both releases use the same name for theirs.
    let image = std::env::var("MOK_LAST_RELEASE_IMAGE");
    let image = image.unwrap_or_else(|_| node_image().unwrap().to_owned());
    was(&["create", "cluster", name, "1", "1", "--image", &image]);
    cluster.kubectl(&["create", "configmap", "kept", "--from-literal=a=b"]).unwrap();
    was(&["create", "snapshot", name, &snapshot]);

    assert!(is(&["get", "clusters"]).contains(name));
    let nodes = is(&["get", "nodes", name]);
    for node in ["master-1", "worker-1"] {
        assert!(nodes.contains(&cluster.node(node)), "{nodes}");
    }
    assert!(is(&["get", "snapshots", name]).contains(&snapshot));
    assert!(is(&["get", "kubeconfig", name]).contains(name));
    is(&["exec", &cluster.node("worker-1"), "--", "true"]);
    is(&["stop", "cluster", name]);
    is(&["start", "cluster", name]);
    assert_eq!(cluster.ready_nodes().unwrap().len(), 2);
    is(&["create", "worker", name]);
    assert_eq!(cluster.ready_nodes().unwrap().len(), 3);
    is(&["delete", "worker", &cluster.node("worker-2"), "--yes"]);

    cluster.kubectl(&["delete", "configmap", "kept"]).unwrap();
    is(&["restore", "cluster", name, &snapshot, "--yes"]);
    cluster.kubectl(&["get", "configmap", "kept"]).unwrap();
    is(&["delete", "cluster", name, "--yes"]);
    is(&["delete", "snapshot", &snapshot, "--yes"]);
    assert_eq!(Objects::of(name).unwrap(), Objects::default(), "something is left");
}
