//! Clusters that are upgraded to the next minor version of Kubernetes while they are used.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::cluster::{Cluster, name};
use crate::engine::{docker, shown, tell};
use crate::pods::{self, IMAGE, PATIENCE};
use crate::restart::restart_engine;
use crate::storage;
use crate::wait;

const BEFORE: &str = "v1.35.4";
const FROM: &str = "v1.36.3";
const TO: &str = "v1.37.2";

/// A script that asks a Service ten times a second and prints a line for each answer or failure.
const ASK: &str = r#"while [[ ! -e /run/stop-asking ]]; do
  if answer=$(timeout 5 socat -T4 -u "TCP4:$0,connect-timeout=4" - 2>&1) && [[ -n $answer ]]
  then echo ok; else echo "failed at $(date +%s.%N): $answer"; fi
  sleep 0.1
done"#;

/// A node that asks a Service until [`Client::stop`].
struct Client {
    node: String,
    docker: Child,
    file: std::path::PathBuf,
}

impl Client {
    fn start(cluster: &Cluster, node: &str, service: &str) -> Self {
        let file = cluster.folder().join(node);
        let docker = Command::new("docker")
            .args(["exec", node, "bash", "-c", ASK, service])
            .stdout(File::create(&file).unwrap())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        Self { node: node.to_owned(), docker, file }
    }

    /// Returns the number of answers, and the lines about failures.
    fn stop(mut self) -> (usize, Vec<String>) {
        docker(&["exec", &self.node, "touch", "/run/stop-asking"]).unwrap();
        self.docker.wait().unwrap();
        let text = fs::read_to_string(&self.file).unwrap();
        let (good, failed): (Vec<_>, Vec<_>) = text.lines().partition(|line| *line == "ok");
        (good.len(), failed.into_iter().map(String::from).collect())
    }
}

/// Returns a cluster of Kubernetes `version`. Panics if an image that the test needs is missing.
fn older(word: &str, [masters, workers]: [&str; 2], version: &str) -> Option<Cluster> {
    let cluster = Cluster::named(word)?;
    for version in [version, FROM] {
        let image = format!("local/mok-debian-13:{version}");
        let there = docker(&["image", "inspect", "--format={{.Id}}", &image]);
        assert!(
            there.is_ok(),
            "there is no {image}: 'mokctl build image --k8sver {version}' builds it"
        );
    }
    let words = ["create", "cluster", &cluster.name, masters, workers, "--k8sver", version];
    let output = cluster.mokctl(&words);
    assert!(output.status.success(), "{}", shown("create cluster", &output));
    Some(cluster)
}

/// Upgrades the cluster, and calls `watch` with the name of each step that begins. Returns
/// whether the upgrade succeeded, and how many seconds it took.
fn try_upgrade(cluster: &Cluster, flags: &[&str], mut watch: impl FnMut(&str)) -> (bool, f64) {
    let begun = Instant::now();
    let mut mokctl = Command::new(env!("CARGO_BIN_EXE_mokctl"))
        .args(["upgrade", "cluster", &cluster.name, "--k8sver", TO, "-o", "json"])
        .args(flags)
        .env("KUBECONFIG", cluster.kubeconfig())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    for line in BufReader::new(mokctl.stdout.take().unwrap()).lines() {
        let event: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
        if event["state"] == "started" {
            watch(event["name"].as_str().unwrap());
        }
    }
    let success = mokctl.wait().unwrap().success();
    let seconds = begun.elapsed().as_secs_f64();
    tell(&format!("{}: upgrade ended after {seconds:.1} s, success: {success}", cluster.name));
    (success, seconds)
}

fn upgrade(cluster: &Cluster, flags: &[&str], watch: impl FnMut(&str)) -> f64 {
    let (success, seconds) = try_upgrade(cluster, flags, watch);
    assert!(success, "the upgrade failed");
    seconds
}

fn all_have(cluster: &Cluster, version: &str) -> Result<(), String> {
    for node in cluster.get(&["nodes"])? {
        let has = node["status"]["nodeInfo"]["kubeletVersion"].as_str().unwrap_or_default();
        let cordoned = node["spec"]["unschedulable"] == true;
        if has != version || cordoned {
            return Err(format!("{} has {has}, cordoned: {cordoned}", name(&node)));
        }
    }
    let proxies = cluster.kubectl(&[
        "--namespace=kube-system",
        "get",
        "daemonset/kube-proxy",
        "--output=jsonpath={.spec.template.spec.containers[0].image} {.status.numberAvailable}",
    ])?;
    let nodes = cluster.get(&["nodes"])?.len();
    if proxies == format!("registry.k8s.io/kube-proxy:{version} {nodes}") {
        Ok(())
    } else {
        Err(proxies)
    }
}

/// The workload of the cluster: a Service with two replicas, a volume, a custom resource.
fn use_it(cluster: &Cluster, nodes: &[String]) -> String {
    pods::deploy(cluster, nodes);
    let manifest = [MANIFEST, storage::MANIFEST].join("---").replace("IMAGE", IMAGE);
    cluster.kubectl_with(&["apply", "--filename=-"], &manifest).unwrap();
    let wait = "--timeout=120s";
    cluster
        .kubectl(&["wait", "--for=condition=Established", "crd/things.example.com", wait])
        .unwrap();
    cluster.kubectl_with(&["apply", "--filename=-"], THING).unwrap();
    cluster.kubectl(&["rollout", "status", "deployment/web", wait]).unwrap();
    cluster.kubectl(&["rollout", "status", "statefulset/db", wait]).unwrap();
    cluster.kubectl(&["exec", "db-0", "--", "sh", "-c", "echo kept >/data/file"]).unwrap();
    let service = &cluster.get(&["service", "web"]).unwrap()[0];
    format!("{}:80", service["spec"]["clusterIP"].as_str().unwrap())
}

fn is_kept(cluster: &Cluster) {
    wait::until("the volume's file", PATIENCE, || {
        let text = cluster.kubectl(&[
            "exec",
            "db-0",
            "--",
            "sh",
            "-c",
            "read -r word </data/file; echo $word",
        ])?;
        if text == "kept" { Ok(()) } else { Err(text) }
    });
    assert_eq!(
        cluster.kubectl(&["get", "thing/mine", "--output=jsonpath={.spec.word}"]).unwrap(),
        "kept"
    );
    wait::until("the new version everywhere", PATIENCE, || all_have(cluster, TO));
}

#[test]
#[ignore = "slow, and needs the image of another version: make e2e-full"]
fn a_single_node_keeps_what_it_has() {
    let Some(cluster) = older("upgrade-one", ["1", "0"], FROM) else { return };
    let node = cluster.node("master-1");
    use_it(&cluster, std::slice::from_ref(&node));
    docker(&["exec", &node, "sh", "-c", "mkdir /data && echo kept >/data/file"]).unwrap();
    let images = || docker(&["exec", &node, "crictl", "images", "--output=json"]).unwrap();
    assert!(images().contains(IMAGE));
    let address = || docker(&["inspect", "--format={{json .NetworkSettings.Networks}}", &node]);
    let port = || docker(&["port", &node]).unwrap();
    let (before, published) = (address().unwrap(), port());
    upgrade(&cluster, &[], |_| ());
    is_kept(&cluster);
    assert!(images().contains(IMAGE), "an image that was loaded is gone");
    assert!(!images().contains(&format!("kube-apiserver:{FROM}")));
    assert_eq!(docker(&["exec", &node, "cat", "/data/file"]).unwrap(), "kept");
    assert_eq!(port(), published);
    let ip = |text: &str| {
        let all: serde_json::Value = serde_json::from_str(text).unwrap();
        all[&cluster.network()]["IPAddress"].clone()
    };
    assert_eq!(ip(&address().unwrap()), ip(&before));

    // It can be rolled back and upgraded again, saved and cloned, as any other.
    let saved = format!("{}-before-v1-37-2", cluster.name);
    let clone = cluster.beside("upgrade-clone");
    for words in [
        &["create", "snapshot", &cluster.name, &clone.name][..],
        &["create", "cluster", &clone.name, "--from", &clone.name],
        &["delete", "cluster", &clone.name, "--yes"],
        &["restore", "cluster", &cluster.name, &clone.name, "--yes"],
    ] {
        let output = cluster.mokctl(words);
        assert!(output.status.success(), "{}", shown(&words.join(" "), &output));
    }
    is_kept(&cluster);
    let output = cluster.mokctl(&["restore", "cluster", &cluster.name, &saved, "--yes"]);
    assert!(output.status.success(), "{}", shown("restore", &output));
    assert_eq!(cluster.get(&["nodes"]).unwrap()[0]["status"]["nodeInfo"]["kubeletVersion"], FROM);
    for snapshot in [&clone.name, &saved] {
        cluster.mokctl(&["delete", "snapshot", snapshot, "--yes"]);
    }
}

#[test]
#[ignore = "slow, and needs the image of another version: make e2e-full"]
fn a_service_answers_all_the_time() {
    let Some(cluster) = older("upgrade", ["1", "2"], FROM) else { return };
    let nodes = ["master-1", "worker-1", "worker-2"].map(|node| cluster.node(node));
    let service = use_it(&cluster, &nodes);
    let [master, first, last] = &nodes;
    // The last worker asks until it is drained. The master asks from the drain of the first
    // worker on: its own upgrade is over then.
    let mut on_last = Some(Client::start(&cluster, last, &service));
    let mut on_master = None;
    let mut counts = Vec::new();
    let mut steps = Vec::new();
    let seconds = upgrade(&cluster, &["--snapshot", "none"], |step| {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        steps.push(format!("{:.1} {step}", now.as_secs_f64()));
        if *step == format!("drain {first}") {
            on_master = Some(Client::start(&cluster, master, &service));
        } else if *step == format!("drain {last}") {
            counts.extend(on_last.take().map(Client::stop));
        }
    });
    counts.extend(on_master.map(Client::stop));
    let answered: usize = counts.iter().map(|(good, _)| good).sum();
    let failed: Vec<String> = counts.into_iter().flat_map(|(_, failed)| failed).collect();
    tell(&format!(
        "{}: {answered} requests answered, {} failed, in {seconds:.1} s",
        cluster.name,
        failed.len()
    ));
    assert!(failed.is_empty() && answered > 100, "{failed:#?} {steps:#?}");
    is_kept(&cluster);
    let output = cluster.mokctl(&["create", "worker", &cluster.name]);
    assert!(output.status.success(), "{}", shown("create worker", &output));
    wait::until("a new worker of that version", PATIENCE, || all_have(&cluster, TO));
}

#[test]
#[ignore = "slow, three masters, and needs the image of another version: make e2e-full"]
fn masters_move_behind_their_balancer() {
    let Some(cluster) = older("upgrade-three", ["3", "1"], FROM) else { return };
    let nodes = ["master-1", "worker-1"].map(|node| cluster.node(node));
    use_it(&cluster, &nodes);
    upgrade(&cluster, &[], |_| ());
    is_kept(&cluster);
    let output = cluster.mokctl(&["create", "master", &cluster.name]);
    assert!(output.status.success(), "{}", shown("create master", &output));
    wait::until("a new master of that version", PATIENCE, || all_have(&cluster, TO));
}

#[test]
#[ignore = "slow, and needs the images of two other versions: make e2e-full"]
fn two_minor_versions_in_one_run() {
    let Some(cluster) = older("upgrade-two", ["1", "1"], BEFORE) else { return };
    let nodes = ["master-1", "worker-1"].map(|node| cluster.node(node));
    use_it(&cluster, &nodes);
    upgrade(&cluster, &["--snapshot", "none"], |_| ());
    is_kept(&cluster);
}

/// Each time the command fails, and running it again continues the upgrade.
#[test]
#[ignore = "ends and starts this machine's engine: make e2e-engine"]
fn a_restart_of_the_engine_in_the_middle_costs_nothing() {
    let Some(cluster) = older("upgrade-engine", ["1", "1"], FROM) else { return };
    let nodes = ["master-1", "worker-1"].map(|node| cluster.node(node));
    use_it(&cluster, &nodes);
    let [master, worker] = &nodes;
    for step in [
        format!("replace {master}"),
        format!("run kubeadm upgrade on {master}"),
        format!("replace {worker}"),
    ] {
        let mut restarted = false;
        let (success, _) = try_upgrade(&cluster, &["--snapshot", "none"], |begins| {
            if *begins == step {
                restart_engine();
                restarted = true;
            }
        });
        assert!(restarted && !success, "the engine was restarted: {restarted}, at {step}");
    }
    upgrade(&cluster, &["--snapshot", "none"], |_| ());
    is_kept(&cluster);
}

const THING: &str = "
apiVersion: example.com/v1
kind: Thing
metadata: {name: mine}
spec: {word: kept}
";

const MANIFEST: &str = "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.com}
spec:
  group: example.com
  names: {kind: Thing, plural: things, singular: thing}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {minAvailable: 1, selector: {matchLabels: {app: web}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 10
      topologySpreadConstraints:
      - {maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: web}}}
      containers:
      - name: web
        image: 'IMAGE'
        imagePullPolicy: Never
        readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1}
        # Connections still come until every node knows that the pod ends.
        lifecycle: {preStop: {sleep: {seconds: 6}}}
";
