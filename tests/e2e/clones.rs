//! Two clusters from one snapshot: they have the same data, and do not trust each other.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::cluster::{Cluster, name};
use crate::engine::{Objects, docker, docker_with, shown, tell};
use crate::pods::{self, IMAGE, PATIENCE, Pod};
use crate::snapshots::{Snapshot, read, write};
use crate::wait;

/// A volume of the default storage class, a pod without a controller, and a service account
/// token in a secret with a name of the user's choice.
const MANIFEST: &str = "
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: kept}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: bare, labels: {app: bare}}
spec:
  terminationGracePeriodSeconds: 1
  nodeSelector: {mine: 'yes'}
  containers:
  - {name: bare, image: 'IMAGE', imagePullPolicy: Never, volumeMounts: [{name: kept, mountPath: /data}]}
  volumes:
  - {name: kept, persistentVolumeClaim: {claimName: kept}}
---
apiVersion: v1
kind: Secret
type: kubernetes.io/service-account-token
metadata: {name: my-token, annotations: {kubernetes.io/service-account.name: default}}
";

#[test]
fn a_clone_beside_the_original() {
    let Some(original) = Cluster::named("origin") else { return };
    original.create(1, 1);
    let nodes = |of: &Cluster| ["master-1", "worker-1"].map(|node| of.node(node));
    let (echo, service) = pods::deploy(&original, &nodes(&original));
    original.kubectl(&["label", "node", &original.node("worker-1"), "mine=yes"]).unwrap();
    original.kubectl_with(&["apply", "--filename=-"], &MANIFEST.replace("IMAGE", IMAGE)).unwrap();
    wait::until("a pod with a volume", PATIENCE, || bare(&original));
    in_bare(&original, "echo kept >/data/file").unwrap();
    write(&original, "saved");

    let snapshot = Snapshot::of(&original, &[]);
    write(&original, "changed");
    let clone = original.beside("clone");
    let output = clone.mokctl(&["create", "cluster", &clone.name, "--from", &snapshot.name]);
    assert!(output.status.success(), "{}", shown("create cluster --from", &output));
    tell(&format!("{}: {}", clone.name, String::from_utf8_lossy(&output.stderr).trim_end()));

    assert_eq!((read(&original).as_str(), read(&clone).as_str()), ("changed", "saved"));
    assert_eq!(clone.ready_nodes().unwrap(), nodes(&clone));
    assert_eq!(original.ready_nodes().unwrap(), nodes(&original));
    // The clone has the same pods, each on the node with the same role and number.
    let (pods, took) = wait::until("the pods of the clone", PATIENCE, || {
        let pods = pods::ready(&clone)?;
        bare(&clone)?;
        if pods.len() == echo.len() { Ok(pods) } else { Err(format!("{pods:?}")) }
    });
    tell(&format!("{}: its pods ready {:.1} s later", clone.name, took.as_secs_f64()));
    let place = |pod: &Pod| (pod.name.clone(), pod.node.clone());
    let there = |pod: &Pod| (pod.name.clone(), pod.node.replace(&original.name, &clone.name));
    assert_eq!(
        pods.iter().map(place).collect::<BTreeSet<_>>(),
        echo.iter().map(there).collect::<BTreeSet<_>>()
    );
    wait::until("pods and Service of the clone", PATIENCE, || {
        pods::check_addresses(&clone, &nodes(&clone), &pods)?;
        pods::check_service(&clone, &nodes(&clone), &pods, &service)?;
        names_are_known(&clone, &pods, &service)
    });
    assert_eq!(in_bare(&clone, "read -r line </data/file; echo \"$line\"").unwrap(), "kept");
    let new = pods::run(&clone, "new");
    pods::check_addresses(&clone, &nodes(&clone), &[new]).unwrap();

    for (one, other) in [(&original, &clone), (&clone, &original)] {
        refuses(one, other);
    }
    nothing_is_left_of(&original, &clone);

    // The two are independent: deleting one leaves the other alone.
    let output = clone.mokctl(&["create", "worker", &clone.name]);
    assert!(output.status.success(), "{}", shown("create worker", &output));
    let output = original.mokctl(&["delete", "cluster", &original.name, "--yes"]);
    assert!(output.status.success(), "{}", shown("delete cluster", &output));
    assert_eq!(Objects::of(&original.name).unwrap(), Objects::default());
    assert_eq!(clone.ready_nodes().unwrap().len(), 3);
    assert_eq!(read(&clone), "saved");
    let output = clone.mokctl(&["delete", "cluster", &clone.name, "--yes"]);
    assert!(output.status.success(), "{}", shown("delete cluster", &output));
    assert_eq!(Objects::of(&clone.name).unwrap(), Objects::default());
}

/// A clone may have the name of the cluster that was saved, once that cluster is deleted.
#[test]
fn a_clone_in_the_place_of_the_original() {
    let Some(cluster) = Cluster::named("again") else { return };
    let output = cluster.mokctl(&["create", "cluster", &cluster.name, "1", "1", "--with-lb"]);
    assert!(output.status.success(), "{}", shown("create cluster", &output));
    write(&cluster, "saved");
    let snapshot = Snapshot::of(&cluster, &["--stop"]);
    let authority = || docker(&["exec", &cluster.node("master-1"), "cat", AUTHORITY]);
    docker(&["start", &cluster.node("master-1")]).unwrap();
    let before = authority().unwrap();
    let output = cluster.mokctl(&["delete", "cluster", &cluster.name, "--yes"]);
    assert!(output.status.success(), "{}", shown("delete cluster", &output));
    let output = cluster.mokctl(&["create", "cluster", &cluster.name, "--from", &snapshot.name]);
    assert!(output.status.success(), "{}", shown("create cluster --from", &output));
    assert_eq!(read(&cluster), "saved");
    assert_ne!(authority().unwrap(), before);
    let nodes = ["master-1", "worker-1"].map(|node| cluster.node(node));
    assert_eq!(cluster.ready_nodes().unwrap(), nodes);
    pods::deploy(&cluster, &nodes);
    // A second master finds etcd only if its member announces the clone's address.
    let output = cluster.mokctl(&["create", "master", &cluster.name]);
    assert!(output.status.success(), "{}", shown("create master", &output));
    assert_eq!(cluster.ready_nodes().unwrap().len(), 3);
}

const AUTHORITY: &str = "/etc/kubernetes/pki/ca.crt";

fn bare(cluster: &Cluster) -> Result<(), String> {
    let pods = pods::labelled(cluster, "bare")?;
    if pods.len() == 1 { Ok(()) } else { Err("the pod is not ready".into()) }
}

fn in_bare(cluster: &Cluster, script: &str) -> Result<String, String> {
    cluster.kubectl(&["exec", "bare", "--", "sh", "-c", script])
}

/// Checks that a pod on each node reaches the others.
fn names_are_known(cluster: &Cluster, pods: &[Pod], service: &str) -> Result<(), String> {
    for pod in pods {
        let found = cluster.kubectl(&["exec", &pod.name, "--", "getent", "hosts", "echo"])?;
        if found.split(' ').next() != Some(service) {
            return Err(format!("echo on {}: {found}", pod.node));
        }
    }
    Ok(())
}

/// Checks that `other` refuses the credentials of `one`: the administrator's certificate, and
/// the token of a service account.
fn refuses(one: &Cluster, other: &Cluster) {
    let admin = |cluster: &Cluster| {
        let master = cluster.node("master-1");
        docker(&["exec", &master, "cat", "/etc/kubernetes/admin.conf"]).unwrap()
    };
    let ask = |cluster: &Cluster, flags: &[&str], config: &str| {
        let server = admin(cluster);
        let server = server.lines().find_map(|line| line.trim().strip_prefix("server: ")).unwrap();
        let (master, server) = (cluster.node("master-1"), format!("--server={server}"));
        let exec =
            ["exec", "--interactive", &master, "kubectl", "--kubeconfig=/dev/stdin", &server];
        let words = [&exec[..], flags, &["get", "--raw=/api/v1/namespaces/default/pods"]].concat();
        docker_with(&words, config.as_bytes()).map(drop)
    };
    // Either the client refuses the server's authority, or the server the client's certificate.
    let unseen = ["--insecure-skip-tls-verify"];
    ask(one, &[], &admin(one)).unwrap();
    let error = ask(other, &[], &admin(one)).unwrap_err();
    assert!(error.contains("certificate signed by unknown authority"), "{error}");
    let without_authority: String = admin(one)
        .lines()
        .filter(|line| !line.contains("certificate-authority-data"))
        .fold(String::new(), |text, line| text + line + "\n");
    ask(one, &unseen, &without_authority).unwrap();
    let error = ask(other, &unseen, &without_authority).unwrap_err();
    assert!(error.contains("Unauthorized"), "{error}");

    let secrets = [
        "get",
        "secrets",
        "--output=go-template={{range .items}}{{if eq .type \"kubernetes.io/service-account-token\"}}{{.metadata.name}} {{.data.token}}\n{{end}}{{end}}",
    ];
    let tokens = one.kubectl(&secrets).unwrap();
    assert!(tokens.contains("my-token "), "{tokens}");
    for line in tokens.lines() {
        let token = line.split(' ').nth(1).unwrap();
        let token = docker_with(
            &["exec", "--interactive", &one.node("master-1"), "base64", "--decode"],
            token.as_bytes(),
        );
        let flag = format!("--token={}", String::from_utf8(token.unwrap()).unwrap());
        // In its own cluster the user is known, but may not list nodes.
        let error = ask(one, &[unseen[0], &flag], "").unwrap_err();
        assert!(error.contains("forbidden"), "{error}");
        let error = ask(other, &[unseen[0], &flag], "").unwrap_err();
        assert!(error.contains("Unauthorized"), "{error}");
    }
}

/// Checks that neither the nodes' configuration nor etcd names the other cluster.
fn nothing_is_left_of(original: &Cluster, clone: &Cluster) {
    let authority =
        |cluster: &Cluster| docker(&["exec", &cluster.node("master-1"), "cat", AUTHORITY]).unwrap();
    assert_ne!(authority(original), authority(clone));
    let trusted = ["get", "configmap", "extension-apiserver-authentication"];
    let trusted = [&trusted[..], &["--namespace=kube-system", "--output=yaml"]].concat();
    let trusted = clone.kubectl(&trusted).unwrap();
    assert_eq!(trusted.matches("BEGIN CERTIFICATE").count(), 2, "{trusted}");
    for node in ["master-1", "worker-1"] {
        let node = clone.node(node);
        let look = [
            "bash",
            "-c",
            "! grep --recursive --files-with-matches \"$1\" /etc /root /var/lib/kubelet",
        ];
        let words = [&["exec", &node], &look[..], &["look", &original.name]].concat();
        docker(&words).unwrap();
    }
    // Leases and `CSINode` objects are deleted with the Node objects.
    let kinds = "nodes,csinodes,leases,persistentvolumes,pods,endpoints,secrets,configmaps";
    wait::until("the former nodes to be gone", Duration::from_secs(90), || {
        let objects = clone.get(&[kinds, "--all-namespaces"])?;
        let bound = objects.iter().filter(|object| {
            let mut object = (*object).clone();
            // Managed fields record who wrote what, and when: they may name the past.
            if let Some(meta) = object["metadata"].as_object_mut() {
                meta.remove("managedFields");
                meta.remove("annotations");
            }
            object.to_string().contains(&format!("{}-", original.name))
        });
        let bound: Vec<_> = bound.map(name).collect();
        if bound.is_empty() { Ok(()) } else { Err(format!("{bound:?}")) }
    });
}
