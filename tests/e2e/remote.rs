//! A remote engine: in a separate network namespace, reached over TCP. Ports that it publishes on
//! its loopback address cannot be reached from here.

use std::fs;
use std::process::Command;

use crate::cluster::Cluster;
use crate::engine::{self, docker, shown};
use crate::second_engine::SecondEngine;

#[test]
#[ignore = "slow, a second engine with the node image: make e2e-full"]
fn a_cluster_on_an_engine_elsewhere_is_reached_from_here() {
    let Some(cluster) = Cluster::named("remote") else { return };
    let second = SecondEngine::far();
    let does = |words: &[&str]| {
        let output = cluster.mokctl_with(words, &[("DOCKER_HOST", &second.host)]);
        assert!(output.status.success(), "{}", shown(&words.join(" "), &output));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let (name, master) = (cluster.name.as_str(), cluster.node("master-1"));
    does(&["create", "cluster", name, "1", "1"]);
    assert_eq!(
        docker(&["ps", "--quiet", &format!("--filter=label=MokCluster={name}")]),
        Ok(String::new())
    );

    let kubectl = cluster.folder().join("kubectl");
    let from = format!("{master}:/usr/local/bin/kubectl");
    second.docker(&["cp", &from, kubectl.to_str().unwrap()]).unwrap();
    let ready = |kubeconfig: &std::path::Path| {
        let mut command = Command::new(&kubectl);
        command.args(["get", "nodes", "--no-headers"]).env("KUBECONFIG", kubeconfig);
        let output = engine::output_of(command, b"").unwrap();
        assert!(output.status.success(), "{}", shown("kubectl get nodes", &output));
        String::from_utf8_lossy(&output.stdout).matches(" Ready ").count()
    };
    assert_eq!(ready(&cluster.kubeconfig()), 2);
    let address = second.host.strip_prefix("tcp://").unwrap().split(':').next().unwrap();
    let server = format!("server: https://{address}:");
    assert!(fs::read_to_string(cluster.kubeconfig()).unwrap().contains(&server));

    does(&["create", "worker", name]);
    does(&["stop", "cluster", name]);
    does(&["start", "cluster", name]);
    let printed = cluster.folder().join("printed");
    fs::write(&printed, does(&["get", "kubeconfig", name])).unwrap();
    assert_eq!(ready(&printed), 3);

    does(&["delete", "cluster", name]);
    assert_eq!(second.docker(&["ps", "--all", "--quiet"]), Ok(String::new()));
    assert_eq!(second.docker(&["volume", "ls", "--quiet"]), Ok(String::new()));
}
