//! A cluster with `--pod-subnet` and `--service-subnet`.

use crate::cluster::Cluster;
use crate::engine::shown;
use crate::pods;

#[test]
fn pods_have_addresses_of_the_users_choice_on_old_and_new_nodes() {
    let Some(cluster) = Cluster::named("ranges") else { return };
    let flags = ["--pod-subnet", "10.60.0.0/16", "--service-subnet", "10.61.0.0/16"];
    let create = ["create", "cluster", &cluster.name, "1", "1", "--addons", "policy"];
    for words in [[&create[..], &flags].concat(), vec!["create", "worker", &cluster.name]] {
        let output = cluster.mokctl(&words);
        assert!(output.status.success(), "{}", shown("create", &output));
    }
    let nodes = ["master-1", "worker-1", "worker-2"].map(|node| cluster.node(node));
    let (pods, service) = pods::deploy(&cluster, &nodes);
    assert_eq!(pods.len(), nodes.len());
    for pod in &pods {
        assert!(pod.address.starts_with("10.60."), "{}: {}", pod.name, pod.address);
    }
    pods::check_addresses(&cluster, &nodes, &pods).unwrap();
    assert!(service.starts_with("10.61."), "{service}");
    pods::check_service(&cluster, &nodes, &pods, &service).unwrap();
    cluster.does(&["start", "cluster", &cluster.name]);
    let dns = &cluster.get(&["service", "kube-dns", "--namespace=kube-system"]).unwrap()[0];
    assert_eq!(dns["spec"]["clusterIP"], "10.61.0.10");
}
