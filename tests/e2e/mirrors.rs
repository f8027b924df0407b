//! Pods whose images come from a mirror with TLS, and from a registry of which nodes know
//! nothing but its certificate authority.

use std::net::Ipv4Addr;

use crate::cluster::Cluster;
use crate::engine::shown;
use crate::registry::Registry;
use crate::{pods, wait};

/// The registry's certificate must name the address at which nodes reach this host.
const SUBNET: &str = "10.213.77.0/24";
const GATEWAY: Ipv4Addr = Ipv4Addr::new(10, 213, 77, 1);

fn pod(name: &str, node: &str, image: &str) -> String {
    format!(
        "
---
apiVersion: v1
kind: Pod
metadata: {{name: {name}, labels: {{app: mirrors}}}}
spec:
  nodeName: {node}
  terminationGracePeriodSeconds: 1
  containers: [{{name: echo, image: '{image}', imagePullPolicy: Always}}]
"
    )
}

#[test]
fn nodes_pull_from_a_mirror_and_trust_whom_they_are_told_to() {
    let Some(cluster) = Cluster::named("mirrors") else { return };
    let (mirror_folder, other_folder) = (cluster.folder().join("m"), cluster.folder().join("o"));
    let mut mirror = Registry::with_tls(&mirror_folder, GATEWAY);
    let mut other = Registry::with_tls(&other_folder, GATEWAY);
    mirror.push("mok-mirrored/echo:1");
    other.push("echo:1");
    let of_hub = format!("docker.io=https://localhost:{}", mirror.port);
    let registry_ca = mirror_folder.join("ca.crt").display().to_string();
    let ca = other_folder.join("ca.crt").display().to_string();
    let words = [
        &["create", "cluster", &cluster.name, "1", "0", "--subnet", SUBNET][..],
        &["--registry-mirror", &of_hub, "--registry-ca", &registry_ca, "--ca", &ca],
    ];
    for words in [&words.concat()[..], &["create", "worker", &cluster.name]] {
        let output = cluster.mokctl(words);
        assert!(output.status.success(), "{}", shown("create", &output));
    }

    let (master, worker) = (cluster.node("master-1"), cluster.node("worker-1"));
    let foreign = format!("{GATEWAY}:{}/echo:1", other.port);
    let manifest = [
        pod("master-mirrored", &master, "mok-mirrored/echo:1"),
        pod("master-trusted", &master, &foreign),
        pod("worker-mirrored", &worker, "docker.io/mok-mirrored/echo:1"),
        pod("worker-trusted", &worker, &foreign),
    ];
    cluster.kubectl_with(&["apply", "--filename=-"], &manifest.concat()).unwrap();
    wait::until("four pods", pods::PATIENCE, || {
        let pods = pods::labelled(&cluster, "mirrors")?;
        if pods.len() == 4 { Ok(()) } else { Err(format!("{pods:?}")) }
    });
}
