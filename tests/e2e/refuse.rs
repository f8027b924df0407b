//! Commands that must be refused are, and change nothing.

use std::fs;

use crate::cluster::{Cluster, OTHER};
use crate::engine::{Objects, docker, shown};

/// Returns the containers, each with the times of its creation and its start.
fn lives(objects: &Objects) -> String {
    let words = ["container", "inspect", "--format={{.Id}} {{.Created}} {{.State.StartedAt}}"];
    let names = objects.containers.iter().map(String::as_str);
    docker(&words.into_iter().chain(names).collect::<Vec<_>>()).unwrap()
}

/// Checks that `create` refuses the name of a cluster that is Ready, and leaves it as it is.
pub(crate) fn name_in_use_is_refused(cluster: &Cluster, nodes: &[String]) {
    let objects = Objects::of(&cluster.name).unwrap();
    let lives_before = lives(&objects);
    let kubeconfig = fs::read(cluster.kubeconfig()).unwrap();

    for shape in [["1", "0"], ["1", "2"]] {
        let words = ["create", "cluster", cluster.name.as_str()];
        let output = cluster.mokctl(&[&words[..], &shape[..]].concat());
        let all = shown("create cluster", &output);
        assert_eq!(output.status.code(), Some(1), "{all}");
        assert!(all.contains(&format!("cluster {} already exists", cluster.name)), "{all}");
    }

    assert_eq!(Objects::of(&cluster.name).unwrap(), objects);
    assert_eq!(lives(&objects), lives_before);
    assert_eq!(fs::read(cluster.kubeconfig()).unwrap(), kubeconfig);
    assert_eq!(cluster.ready_nodes().unwrap(), nodes);
}

#[test]
fn bad_input_creates_nothing() {
    let Some(cluster) = Cluster::named("bad") else { return };
    let name = cluster.name.as_str();
    let upper = format!("{name}-X");
    for words in [
        &[name][..],
        &[name, "1"],
        &[name, "0", "1"],
        &[name, "1", "-1"],
        &[name, "1", "x"],
        &[name, "10", "0"],
        &[name, "1", "100"],
        &[name, "1", "1", "1"],
        &[name, "1", "1", "--no-such-flag"],
        &[&upper, "1", "0"],
        &[name, "1", "0", "--image", "local/no-such-image:1"],
    ] {
        let output = cluster.mokctl(&[&["create", "cluster"], words].concat());
        let all = shown(&format!("create cluster {}", words.join(" ")), &output);
        assert_eq!(output.status.code(), Some(1), "{all}");
        assert_eq!(Objects::of(words[0]).unwrap(), Objects::default(), "{all}");
    }
    let output = cluster.mokctl(&["delete", "cluster", name]);
    assert_eq!(output.status.code(), Some(1), "{}", shown("delete cluster", &output));
    assert_eq!(fs::read_to_string(cluster.kubeconfig()).unwrap(), OTHER);
}
