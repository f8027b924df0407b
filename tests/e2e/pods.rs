//! Pods that answer on the network, and checks of who reaches them. Their image is made from the
//! node image and imported into the nodes, so that no registry is needed.

use std::collections::BTreeSet;
use std::sync::OnceLock;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::cluster::{Cluster, has_condition, name};
use crate::engine::{self, docker, docker_with};
use crate::wait;

/// How long pods may take to become ready.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);
/// The name of the image in the archive.
pub(crate) const IMAGE: &str = "local/mok-e2e:1";
const PORT: u16 = 8080;

/// A script that connects to each `ADDRESS:PORT` and prints a line: the answer, or why there was
/// none.
const ASK: &str =
    r#"for at; do echo "$at: $(socat -T5 -u "TCP4:$at,connect-timeout=3" - 2>&1)"; done"#;

/// A pod that answers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Pod {
    /// The pod's name.
    pub(crate) name: String,
    /// The node it runs on.
    pub(crate) node: String,
    /// The pod's address.
    pub(crate) address: String,
    /// When its container was started, in the format of Kubernetes.
    pub(crate) started: String,
}

/// The place that a connection comes from.
#[derive(Debug, Clone, Copy)]
enum From<'a> {
    Node(&'a str),
    Pod(&'a Pod),
}

/// Imports the image into every node, then creates a pod on each node, masters too, and a
/// Service. Returns the pods once they are ready, sorted by node, and the Service's address.
pub(crate) fn deploy(cluster: &Cluster, nodes: &[String]) -> (Vec<Pod>, String) {
    for node in nodes {
        let import = ["exec", "-i", node, "ctr", "--namespace=k8s.io", "images", "import", "-"];
        docker_with(&import, image()).unwrap();
    }
    // Right after a start, the API may be too busy to answer.
    wait::until("pods to be accepted", PATIENCE, || {
        cluster.kubectl_with(&["apply", "--filename=-"], MANIFEST)
    });
    let everywhere: BTreeSet<_> = nodes.iter().collect();
    let (pods, took) = wait::until("a pod on every node", PATIENCE, || {
        let pods = ready(cluster)?;
        let on: BTreeSet<_> = pods.iter().map(|pod| &pod.node).collect();
        if on == everywhere { Ok(pods) } else { Err(format!("pods are ready on {on:?}")) }
    });
    engine::tell(&format!(
        "{}: {} pods ready after {:.1} s",
        cluster.name,
        pods.len(),
        took.as_secs_f64()
    ));
    let service = &cluster.get(&["service", "echo"]).unwrap()[0];
    (pods, service["spec"]["clusterIP"].as_str().unwrap().to_owned())
}

/// Returns the image as an archive, which is made once.
pub(crate) fn image() -> &'static [u8] {
    static IMAGE_ARCHIVE: OnceLock<Vec<u8>> = OnceLock::new();
    IMAGE_ARCHIVE.get_or_init(|| {
        let archive = include_bytes!("../../dockerfiles/mok-debian-13/images/archive.sh");
        let script = include_str!("pod_image.sh");
        let node_image = engine::node_image().unwrap();
        let container = format!("--name=e2e-image-{}", std::process::id());
        let mut words = vec!["run", "--rm", "--interactive", "--network=none", &container];
        words.extend(["--entrypoint=bash", node_image, "-c", script, "bash", IMAGE]);
        docker_with(&words, archive).unwrap()
    })
}

/// A pod on every node, and a Service for these pods.
pub(crate) const MANIFEST: &str = "
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: echo}
spec:
  selector: {matchLabels: {app: echo}}
  template:
    metadata: {labels: {app: echo}}
    spec:
      terminationGracePeriodSeconds: 1
      tolerations:
      - {key: node-role.kubernetes.io/control-plane, operator: Exists, effect: NoSchedule}
      containers:
      - {name: echo, image: 'local/mok-e2e:1', imagePullPolicy: Never}
---
apiVersion: v1
kind: Service
metadata: {name: echo}
spec:
  selector: {app: echo}
  ports:
  - {port: 80, targetPort: 8080}
";

/// Starts a pod without tolerations, which the scheduler must find a node for, and waits until it
/// is ready.
pub(crate) fn run(cluster: &Cluster, name: &str) -> Pod {
    let manifest = format!(
        "
apiVersion: v1
kind: Pod
metadata: {{name: {name}, labels: {{app: single}}}}
spec:
  terminationGracePeriodSeconds: 1
  containers:
  - {{name: echo, image: '{IMAGE}', imagePullPolicy: Never}}
"
    );
    // Right after a start, the service account may not exist yet.
    wait::until("a pod to be accepted", PATIENCE, || {
        cluster.kubectl_with(&["apply", "--filename=-"], &manifest)
    });
    let (pod, _) = wait::until("a new pod", PATIENCE, || {
        let found = labelled(cluster, "single")?.into_iter().find(|pod| pod.name == name);
        found.ok_or_else(|| "it is not ready".to_owned())
    });
    pod
}

/// Returns the ready pods of the `DaemonSet`, sorted by node.
pub(crate) fn ready(cluster: &Cluster) -> Result<Vec<Pod>, String> {
    labelled(cluster, "echo")
}

/// Returns the ready pods with the label `app`, sorted by node.
pub(crate) fn labelled(cluster: &Cluster, app: &str) -> Result<Vec<Pod>, String> {
    let pods = cluster.get(&["pods", &format!("--selector=app={app}")])?;
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let mut pods: Vec<_> = pods
        .iter()
        .filter(|pod| has_condition(pod, "Ready") && pod["metadata"]["deletionTimestamp"].is_null())
        .map(|pod| Pod {
            name: name(pod),
            node: text(&pod["spec"]["nodeName"]),
            address: text(&pod["status"]["podIP"]),
            started: text(&pod["status"]["containerStatuses"][0]["state"]["running"]["startedAt"]),
        })
        .collect();
    pods.sort_by(|a, b| a.node.cmp(&b.node));
    Ok(pods)
}

/// Checks that every pod reaches every other one, in both directions, with its own address as the
/// source, and that every node reaches every pod.
pub(crate) fn check_addresses(
    cluster: &Cluster,
    nodes: &[String],
    pods: &[Pod],
) -> Result<(), String> {
    let at: Vec<_> = pods.iter().map(|pod| format!("{}:{PORT}", pod.address)).collect();
    for asker in pods {
        let answers = ask(cluster, From::Pod(asker), &at)?;
        for ((pod, at), answer) in pods.iter().zip(&at).zip(&answers) {
            let wanted = format!("{at}: {} {}", pod.name, asker.address);
            if *answer != wanted {
                return Err(format!("{} asked {at}, wanted '{wanted}': {answer}", asker.name));
            }
        }
    }
    for node in nodes {
        let answers = ask(cluster, From::Node(node), &at)?;
        for ((pod, at), answer) in pods.iter().zip(&at).zip(&answers) {
            if !answer.starts_with(&format!("{at}: {} ", pod.name)) {
                return Err(format!("{node} asked {at} for {}: {answer}", pod.name));
            }
        }
    }
    Ok(())
}

/// Checks that every node and every pod gets an answer from the Service each time, that all pods
/// take part in answering, and that every pod reaches the API's Service.
pub(crate) fn check_service(
    cluster: &Cluster,
    nodes: &[String],
    pods: &[Pod],
    service: &str,
) -> Result<(), String> {
    let at = vec![format!("{service}:80"); 12];
    let names: BTreeSet<_> = pods.iter().map(|pod| pod.name.as_str()).collect();
    let mut seen = BTreeSet::new();
    let askers = nodes.iter().map(|node| From::Node(node)).chain(pods.iter().map(From::Pod));
    for asker in askers {
        for answer in ask(cluster, asker, &at)? {
            let known = answer.split(' ').nth(1).and_then(|name| names.get(name));
            seen.insert(*known.ok_or_else(|| format!("{asker:?} asked the Service: {answer}"))?);
        }
    }
    if seen != names {
        return Err(format!("of {names:?} only {seen:?} answered for the Service"));
    }
    let api = &cluster.get(&["service", "kubernetes"])?[0];
    let api = api["spec"]["clusterIP"].as_str().unwrap_or_default();
    for pod in pods {
        // The API speaks TLS, so it sends nothing here. An accepted connection is enough.
        let script = format!("socat -u /dev/null TCP4:{api}:443,connect-timeout=3");
        cluster.kubectl(&["exec", &pod.name, "--", "sh", "-c", &script])?;
    }
    Ok(())
}

/// Checks that one pod answers one node.
pub(crate) fn check_one(cluster: &Cluster, node: &str, pod: &Pod) -> Result<(), String> {
    check_addresses(cluster, &[node.to_owned()], std::slice::from_ref(pod))
}

/// Whether `from` gets an answer from `to`.
pub(crate) fn reaches(cluster: &Cluster, from: &Pod, to: &Pod) -> bool {
    let at = format!("{}:{PORT}", to.address);
    let answers = ask(cluster, From::Pod(from), std::slice::from_ref(&at));
    // socat's message about a timeout has a varying number of lines.
    answers.is_ok_and(|answers| answers[0].starts_with(&format!("{at}: {} ", to.name)))
}

fn ask(cluster: &Cluster, from: From<'_>, at: &[String]) -> Result<Vec<String>, String> {
    let shell = ["sh", "-c", ASK, "sh"].into_iter().chain(at.iter().map(String::as_str));
    let answers = match from {
        From::Node(node) => docker(&["exec", node].into_iter().chain(shell).collect::<Vec<_>>())?,
        From::Pod(pod) => cluster
            .kubectl(&["exec", &pod.name, "--"].into_iter().chain(shell).collect::<Vec<_>>())?,
    };
    let answers: Vec<_> = answers.lines().map(str::to_owned).collect();
    // socat's errors may have several lines.
    if answers.len() == at.len() { Ok(answers) } else { Err(format!("{from:?}: {answers:?}")) }
}
