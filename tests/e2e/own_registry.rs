//! A registry made by mokctl, for a cluster that is created, stopped, loses its network and is
//! deleted; and a user's registry that requires credentials.

use std::fs;
use std::net::Ipv4Addr;

use crate::cluster::Cluster;
use crate::engine::{docker, docker_with, shown};
use crate::registry::{PASSWORD, Registry, free_port};
use crate::{pods, wait};

/// A registry made by mokctl. Removed when the test ends, with the image that was pushed to it.
struct OwnRegistry {
    name: String,
    image: String,
}

impl Drop for OwnRegistry {
    fn drop(&mut self) {
        let _ = docker(&["rm", "--force", "--volumes", &format!("mok-registry-{}", self.name)]);
        let _ = docker(&["image", "rm", &self.image, pods::IMAGE]);
    }
}

/// Starts a pod on each node with an image that the node has to pull.
fn pulls(cluster: &Cluster, app: &str, image: &str, nodes: &[String]) {
    let pod = |node: &String| {
        format!(
            "
---
apiVersion: v1
kind: Pod
metadata: {{name: {app}-{node}, labels: {{app: {app}}}}}
spec:
  nodeName: {node}
  terminationGracePeriodSeconds: 1
  containers: [{{name: echo, image: '{image}', imagePullPolicy: Always}}]
"
        )
    };
    let manifest: String = nodes.iter().map(pod).collect();
    cluster.kubectl_with(&["apply", "--filename=-"], &manifest).unwrap();
    wait::until("pods that were pulled", pods::PATIENCE, || {
        let pods = pods::labelled(cluster, app)?;
        if pods.len() == nodes.len() { Ok(()) } else { Err(format!("{pods:?}")) }
    });
}

#[track_caller]
fn done(cluster: &Cluster, words: &[&str]) {
    let output = cluster.mokctl(words);
    assert!(output.status.success(), "{}", shown(&words.join(" "), &output));
}

#[test]
fn nodes_pull_what_was_pushed_to_a_registry_of_mokctls() {
    let Some(cluster) = Cluster::named("pushed") else { return };
    let port = free_port(Ipv4Addr::LOCALHOST).to_string();
    let image = format!("localhost:{port}/echo:1");
    let registry = OwnRegistry { name: cluster.name.clone(), image };
    done(&cluster, &["create", "registry", &registry.name, "--port", &port]);
    docker_with(&["load"], pods::image()).unwrap();
    docker(&["tag", pods::IMAGE, &registry.image]).unwrap();
    docker(&["push", "--quiet", &registry.image]).unwrap();

    let at = format!("localhost:{port}");
    done(&cluster, &["create", "cluster", &cluster.name, "1", "1", "--registry", &at]);
    done(&cluster, &["create", "worker", &cluster.name]);
    let nodes = ["master-1", "worker-1", "worker-2"].map(|node| cluster.node(node));
    pulls(&cluster, "first", &registry.image, &nodes);

    // `start` makes the network again and connects the registry to it.
    done(&cluster, &["stop", "cluster", &cluster.name]);
    docker(&["network", "disconnect", &cluster.network(), &registry_container(&registry)]).unwrap();
    docker(&["network", "rm", &cluster.network()]).unwrap();
    done(&cluster, &["start", "cluster", &cluster.name]);
    pulls(&cluster, "second", &registry.image, &nodes);

    // The network is deleted with the cluster; the registry and its images stay.
    done(&cluster, &["delete", "cluster", &cluster.name, "--yes"]);
    docker(&["network", "inspect", &cluster.network()]).unwrap_err();
    docker(&["pull", "--quiet", &registry.image]).unwrap();
    done(&cluster, &["delete", "registry", &registry.name, "--yes"]);
    docker(&["container", "inspect", &registry_container(&registry)]).unwrap_err();
}

fn registry_container(registry: &OwnRegistry) -> String {
    format!("mok-registry-{}", registry.name)
}

#[test]
fn nodes_pull_with_the_credentials_of_dockers_client() {
    let Some(cluster) = Cluster::named("login") else { return };
    let mut registry = Registry::with_login(cluster.folder());
    let at = format!("localhost:{}", registry.port);
    let docker_config = cluster.folder().join("docker").display().to_string();
    registry.log_in(&docker_config);
    let image = registry.push_as("echo:1", &docker_config);

    let words =
        ["create", "cluster", &cluster.name, "1", "1", "--registry", &at, "--registry-auth"];
    let output = cluster.mokctl_with(&words, &[("DOCKER_CONFIG", &docker_config)]);
    assert!(output.status.success(), "{}", shown("create", &output));
    // A node that is added later has the credentials too.
    done(&cluster, &["create", "worker", &cluster.name]);
    let nodes = ["master-1", "worker-1", "worker-2"].map(|node| cluster.node(node));
    pulls(&cluster, "login", &image, &nodes);

    let containers = docker(&["container", "inspect", &nodes[0], &nodes[2]]).unwrap();
    let config = fs::read_to_string(cluster.folder().join("docker/config.json")).unwrap();
    let auth = config.split_once("\"auth\": \"").unwrap().1.split('"').next().unwrap();
    assert!(!containers.contains(auth) && !containers.contains(PASSWORD));
}
