//! Settings of Kubernetes (patches, feature gates and the like) and nodes that differ from each
//! other, all in one cluster.

use std::fs;

use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::engine::docker;

const KUBEADM: &str = "\
kind: ClusterConfiguration
kubernetesVersion: v1.0.0
scheduler:
  extraArgs: {v: '3'}
---
kind: KubeletConfiguration
containerLogMaxFiles: 3
---
kind: KubeProxyConfiguration
mode: nftables
";

/// Returns the configuration that the kubelet runs with.
fn kubelet(cluster: &Cluster, node: &str) -> Value {
    let path = format!("/api/v1/nodes/{node}/proxy/configz");
    let text = cluster.kubectl(&["get", &format!("--raw={path}")]).unwrap();
    serde_json::from_str::<Value>(&text).unwrap()["kubeletconfig"].clone()
}

/// Returns which of `words` are in the static pod manifests of `node`.
fn has_in_manifests(node: &str, words: &str) -> bool {
    let find = ["exec", node, "grep", "--recursive", "--quiet", "--", words];
    docker(&[&find[..], &["/etc/kubernetes/manifests"]].concat()).is_ok()
}

#[test]
fn a_cluster_is_what_it_was_told_to_be_and_so_are_later_nodes() {
    let Some(cluster) = Cluster::named("settings") else { return };
    let folder = cluster.folder();
    let patches = folder.join("patches");
    fs::create_dir(&patches).unwrap();
    let annotation = "{\"metadata\": {\"annotations\": {\"example.org/note\": \"mine\"}}}";
    fs::write(patches.join("etcd+merge.json"), annotation).unwrap();
    fs::write(patches.join("kubeletconfiguration+merge.yaml"), "maxPods: 41\n").unwrap();
    let kubeadm = folder.join("kubeadm.yaml");
    fs::write(&kubeadm, KUBEADM).unwrap();
    let name = cluster.name.as_str();
    cluster.does(&[
        "create",
        "cluster",
        name,
        "2",
        "1",
        "--feature-gates=HPAScaleToZero=true",
        "--runtime-config=api/all=true",
        &format!("--patches={}", patches.display()),
        &format!("--kubeadm-config={}", kubeadm.display()),
        "--label=worker:disk=ssd",
        "--label=worker:node-role.kubernetes.io/db=",
        "--taint=worker:dedicated=db:PreferNoSchedule",
        "--node-cpus=1.5",
        "--node-memory=2Gi",
    ]);
    // The masters have the labels.
    fs::remove_dir_all(&patches).unwrap();
    fs::remove_file(&kubeadm).unwrap();
    cluster.does(&["create", "worker", name, "--label=worker:more=1"]);
    cluster.does(&["create", "master", name]);

    for node in cluster.nodes(&["master-1", "master-2", "master-3"]) {
        for words in ["--feature-gates=HPAScaleToZero=true", "example.org/note: mine", "--v=3"] {
            assert!(has_in_manifests(&node, words), "{node}: {words}");
        }
        assert!(has_in_manifests(&node, "--runtime-config=api/all=true"), "{node}");
    }
    let apis = cluster.kubectl(&["api-versions"]).unwrap();
    assert!(apis.contains("alpha"), "{apis}");
    let nodes = cluster.get(&["nodes"]).unwrap();
    assert_eq!(nodes.len(), 5);
    for node in &nodes {
        let name = node["metadata"]["name"].as_str().unwrap();
        let running = kubelet(&cluster, name);
        assert_eq!(running["maxPods"], 41, "{name}");
        assert_eq!(running["containerLogMaxFiles"], 3, "{name}");
        assert_eq!(running["featureGates"], json!({ "HPAScaleToZero": true }), "{name}");
        let allocatable = &node["status"]["allocatable"];
        assert_eq!((&allocatable["cpu"], &allocatable["memory"]), (&"1500m".into(), &"2Gi".into()));
        let label = |key: &str| node["metadata"]["labels"][key].as_str();
        let is_worker = name.contains("-worker-");
        assert_eq!(label("disk"), is_worker.then_some("ssd"), "{name}");
        assert_eq!(label("node-role.kubernetes.io/db"), is_worker.then_some(""), "{name}");
        assert_eq!(label("more"), name.ends_with("-worker-2").then_some("1"), "{name}");
        let taints = node["spec"]["taints"].as_array().unwrap();
        let key = if is_worker { "dedicated" } else { "node-role.kubernetes.io/control-plane" };
        assert!(taints.iter().any(|taint| taint["key"] == key), "{name}: {taints:?}");
    }
}
