use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::*;

fn cluster(name: &str) -> ClusterName {
    ClusterName::parse(name).unwrap()
}

/// Returns the changes, by command, that make `objects` of cluster `a` those of cluster `name`.
fn changes_in(name: &str, pki: &Pki, objects: &[Value]) -> [Vec<Value>; 4] {
    let (former, name) = (cluster("a"), cluster(name));
    let identity = Identity { former: &former, name: &name, endpoint: "10.1.0.11:6443", pki };
    let list = json!({"apiVersion": "v1", "kind": "List", "items": objects}).to_string();
    let changes = Changes::of(&[list.into_bytes()], identity).unwrap();
    changes.lists().unwrap().map(|list| {
        let list: Value = list.map_or(Value::Null, |list| serde_json::from_slice(&list).unwrap());
        list["items"].as_array().cloned().unwrap_or_default()
    })
}

fn changes(objects: &[Value]) -> [Vec<Value>; 4] {
    changes_in("b", &Pki::new().unwrap(), objects)
}

fn pod(change: Value) -> Value {
    let mut pod = json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "p", "namespace": "n", "uid": "1", "resourceVersion": "7",
            "creationTimestamp": "2026-01-01T00:00:00Z", "generation": 1,
            "ownerReferences": [{"kind": "DaemonSet", "name": "d", "uid": "2"}]},
        "spec": {"nodeName": "a-worker-1", "containers": [{"name": "c", "image": "a-worker-1:1"}],
            "affinity": {"values": ["a-worker-1"]}},
        "status": {"phase": "Running"}
    });
    merge(&mut pod, change);
    pod
}

fn merge(into: &mut Value, change: Value) {
    match (into, change) {
        (Value::Object(into), Value::Object(change)) => {
            for (key, value) in change {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, change) => *into = change,
    }
}

fn reference(kind: &str, name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": name}})
}

#[test]
fn a_pod_is_created_again_on_the_node_of_that_role_and_number() {
    let [replaced, deleted, applied, created] = changes(&[pod(json!({}))]);
    assert!(replaced.is_empty() && applied.is_empty());
    let name = json!({"name": "p", "namespace": "n"});
    assert_eq!(deleted, [json!({"apiVersion": "v1", "kind": "Pod", "metadata": name})]);
    assert_eq!(
        created,
        [json!({
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "p", "namespace": "n",
                "ownerReferences": [{"kind": "DaemonSet", "name": "d", "uid": "2"}]},
            "spec": {"nodeName": "b-worker-1",
                "containers": [{"name": "c", "image": "a-worker-1:1"}],
                "affinity": {"values": ["b-worker-1"]}},
        })]
    );
}

/// Returns the number of objects for each command.
fn counts(objects: &[Value]) -> [usize; 4] {
    changes(objects).map(|list| list.len())
}

#[test]
fn pods_go_move_or_stay() {
    for (what, change, want) in [
        ("waits for a node", json!({"spec": {"nodeName": null}}), [0, 0, 0, 0]),
        ("is on a node of the new cluster", json!({"spec": {"nodeName": "b-worker-1"}}), [0; 4]),
        ("is on a node alike", json!({"spec": {"nodeName": "aa-worker-1"}}), [0; 4]),
        ("has succeeded", json!({"status": {"phase": "Succeeded"}}), [0, 1, 0, 0]),
        ("has failed", json!({"status": {"phase": "Failed"}}), [0, 1, 0, 0]),
        ("is being deleted", json!({"metadata": {"deletionTimestamp": "now"}}), [0, 1, 0, 0]),
        (
            "is the kubelet's own",
            json!({"metadata": {"annotations": {"kubernetes.io/config.mirror": "1"}}}),
            [0, 1, 0, 0],
        ),
        ("has a finalizer", json!({"metadata": {"finalizers": ["x"]}}), [1, 1, 0, 1]),
    ] {
        assert_eq!(counts(&[pod(change)]), want, "a pod that {what}");
    }
}

#[test]
fn a_finalizer_does_not_keep_the_former_pod_and_stays_with_the_new_one() {
    let [replaced, _, _, created] =
        changes(&[pod(json!({"metadata": {"finalizers": ["batch.kubernetes.io/job-tracking"]}}))]);
    assert_eq!(replaced[0]["metadata"]["finalizers"], Value::Null);
    assert_eq!(replaced[0]["metadata"]["resourceVersion"], Value::Null);
    assert_eq!(replaced[0]["spec"]["nodeName"], "a-worker-1");
    assert_eq!(created[0]["metadata"]["finalizers"], json!(["batch.kubernetes.io/job-tracking"]));
}

#[test]
fn a_pod_that_was_debugged_can_be_created() {
    let debugged = pod(json!({"spec": {"ephemeralContainers": [{"name": "debugger"}]}}));
    let [.., created] = changes(&[debugged]);
    assert_eq!(created[0]["spec"]["ephemeralContainers"], Value::Null);
}

#[test]
fn a_node_comes_back_under_its_new_name_with_what_was_noted_about_it() {
    let node = json!({
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": "a-worker-1", "uid": "1", "resourceVersion": "7",
            "labels": {"kubernetes.io/hostname": "a-worker-1", "mine": "yes"},
            "annotations": {"note": "x"}},
        "spec": {"podCIDR": "10.244.101.0/24", "unschedulable": true,
            "taints": [{"key": "k", "effect": "NoSchedule"}]},
        "status": {"capacity": {"pods": "110"}, "allocatable": {"pods": "100"},
            "conditions": [{"type": "Ready", "status": "True"}]}
    });
    let [replaced, deleted, applied, created] = changes(&[node]);
    assert!(replaced.is_empty() && created.is_empty());
    assert_eq!(deleted, [reference("Node", "a-worker-1")]);
    assert_eq!(
        applied,
        [json!({
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": "b-worker-1",
                "labels": {"kubernetes.io/hostname": "b-worker-1", "mine": "yes"},
                "annotations": {"note": "x"}},
            "spec": {"unschedulable": true, "taints": [{"key": "k", "effect": "NoSchedule"}]},
            "status": {"capacity": {"pods": "110"}, "allocatable": {"pods": "100"}},
        })]
    );
}

#[test]
fn volumes_move_only_if_they_are_on_a_node() {
    let volume = |node: &str| {
        json!({
            "apiVersion": "v1",
            "kind": "PersistentVolume",
            "metadata": {"name": "v", "finalizers": ["kubernetes.io/pv-protection"]},
            "spec": {"claimRef": {"uid": "3"}, "nodeAffinity": {"values": [node]}}
        })
    };
    assert_eq!(counts(&[volume("elsewhere")]), [0; 4]);
    let [replaced, deleted, _, created] = changes(&[volume("a-worker-2")]);
    assert_eq!(replaced[0]["metadata"], json!({"name": "v"}));
    assert_eq!(deleted, [reference("PersistentVolume", "v")]);
    assert_eq!(created, [volume("b-worker-2")]);
}

fn config_map(namespace: &str, name: &str, data: &Value) -> Value {
    let metadata = json!({"name": name, "namespace": namespace, "uid": "1"});
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})
}

#[test]
fn what_names_the_authority_or_the_api_names_the_new_one() {
    let pki = Pki::new().unwrap();
    let kubeconfig = "clusters:\n- cluster:\n    certificate-authority-data: QQ==\n    \
         server: https://10.0.0.11:6443\n  name: \"\"\n";
    let [replaced, deleted, ..] = changes_in(
        "b",
        &pki,
        &[
            config_map(
                "kube-public",
                "cluster-info",
                &json!({"kubeconfig": kubeconfig, "jws-kubeconfig-abc": "x"}),
            ),
            config_map(
                "kube-system",
                "kube-proxy",
                &json!({"config.conf": "server: x", "kubeconfig.conf": "    server: https://a\n"}),
            ),
            config_map("mine", "kube-root-ca.crt", &json!({"ca.crt": "former"})),
            config_map(
                "kube-system",
                "extension-apiserver-authentication",
                &json!({"client-ca-file": "former"}),
            ),
            config_map("kube-system", "coredns", &json!({"Corefile": "server: x"})),
            config_map("mine", "cluster-info", &json!({"kubeconfig": kubeconfig})),
        ],
    );
    let data: Vec<_> = replaced.iter().map(|map| map["data"].clone()).collect();
    let authority = BASE64.encode(pki.ca());
    let lead = format!(
        "clusters:\n- cluster:\n    certificate-authority-data: {authority}\n    \
         server: https://10.1.0.11:6443\n  name: \"\"\n"
    );
    assert_eq!(
        data,
        [
            json!({"kubeconfig": lead}),
            json!({"config.conf": "server: x", "kubeconfig.conf": "    server: https://10.1.0.11:6443\n"}),
            json!({"ca.crt": pki.ca()}),
        ]
    );
    let name = json!({"name": "extension-apiserver-authentication", "namespace": "kube-system"});
    assert_eq!(deleted, [json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": name})]);
}

#[test]
fn a_token_that_is_kept_in_a_secret_is_signed_by_the_new_cluster() {
    let pki = Pki::new().unwrap();
    let secret = |annotations: Value| {
        json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "type": "kubernetes.io/service-account-token",
            "metadata": {"name": "s", "namespace": "n", "resourceVersion": "7", "annotations": annotations},
            "data": {"namespace": "bg==", "token": "Zm9ybWVy", "ca.crt": "Zm9ybWVy"}
        })
    };
    let whose = json!({
        "kubernetes.io/service-account.name": "default",
        "kubernetes.io/service-account.uid": "4"
    });
    // The second Secret has no UID yet, so the controller will sign it.
    let [replaced, ..] = changes_in("b", &pki, &[secret(whose), secret(json!({}))]);
    assert_eq!(replaced.len(), 1);
    let data = &replaced[0]["data"];
    assert_eq!(
        (&data["namespace"], &data["ca.crt"]),
        (&json!("bg=="), &json!(BASE64.encode(pki.ca())))
    );
    let token = BASE64.decode(data["token"].as_str().unwrap()).unwrap();
    assert_ne!(token, b"former");
    assert_eq!(replaced[0]["type"], "kubernetes.io/service-account-token");
    assert_eq!(replaced[0]["metadata"]["resourceVersion"], Value::Null);
}

#[test]
fn leases_of_the_former_nodes_go() {
    let lease = |namespace: &str, name: &str, labels: Value| {
        let metadata = json!({"name": name, "namespace": namespace, "labels": labels});
        json!({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata})
    };
    let host = |name: &str| json!({"kubernetes.io/hostname": name});
    let [_, deleted, ..] = changes(&[
        lease("kube-system", "apiserver-x", host("a-master-1")),
        lease("kube-system", "apiserver-y", host("b-master-1")),
        lease("kube-node-lease", "a-worker-1", json!({})),
        lease("kube-node-lease", "b-master-1", json!({})),
        lease("mine", "a-worker-1", json!({})),
    ]);
    let names: Vec<_> = deleted.iter().map(|lease| &lease["metadata"]["name"]).collect();
    assert_eq!(names, ["apiserver-x", "a-worker-1"]);
}

#[test]
fn a_cluster_of_the_same_name_keeps_what_its_nodes_have_made() {
    let node = |name: &str| json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}});
    let mirror = json!({"metadata": {"annotations": {"kubernetes.io/config.mirror": "1"}}});
    let objects = [node("a-master-1"), node("a-worker-1"), pod(mirror), pod(json!({}))];
    let [_, deleted, applied, created] = changes_in("a", &Pki::new().unwrap(), &objects);
    let name = |object: &Value| object["metadata"]["name"].as_str().unwrap().to_owned();
    assert_eq!(deleted.iter().map(name).collect::<Vec<_>>(), ["a-worker-1", "p"]);
    assert_eq!(applied.iter().map(name).collect::<Vec<_>>(), ["a-worker-1"]);
    assert_eq!(created.iter().map(name).collect::<Vec<_>>(), ["p"]);
}

#[test]
fn what_is_no_list_is_an_error() {
    let (former, name) = (cluster("a"), cluster("b"));
    let pki = Pki::new().unwrap();
    let identity = Identity { former: &former, name: &name, endpoint: "e", pki: &pki };
    for text in ["", "{}", "{\"items\": [{\"kind\": \"Pod\"}]}"] {
        let error = Changes::of(&[text.into()], identity).unwrap_err();
        assert_eq!(error.to_string(), "cannot read the saved objects");
    }
}
