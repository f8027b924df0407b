//! mokctl's add-ons as a user meets them: load balancer addresses that this host reaches,
//! metrics, network policies. `storage` has the tests of volumes.

use std::io::Read;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::cluster::Cluster;
use crate::engine::{docker, shown, tell};
use crate::offline::Offline;
use crate::pods::{self, PATIENCE, Pod};
use crate::snapshots::Snapshot;
use crate::wait;

/// Two Services of type `LoadBalancer`, and pods that a policy closes to everything.
const MANIFEST: &str = "
apiVersion: v1
kind: Service
metadata: {name: front}
spec: {type: LoadBalancer, selector: {app: echo}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: local}
spec:
  type: LoadBalancer
  externalTrafficPolicy: Local
  selector: {app: single}
  ports: [{port: 81, targetPort: 8080}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed}
spec: {podSelector: {matchLabels: {app: echo, closed: 'yes'}}, policyTypes: [Ingress]}
";

#[test]
fn add_ons_work_from_the_outside_after_a_restart_a_restore_and_in_a_clone() {
    let Some(cluster) = Cluster::named("addons") else { return };
    let _offline = Offline::create(&cluster, &["1", "1"]);
    let ((), took) = wait::until("figures of all nodes", Duration::from_secs(60), || top(&cluster));
    tell(&format!("{}: figures {:.1} s after create", cluster.name, took.as_secs_f64()));
    let nodes = ["master-1", "worker-1"].map(|node| cluster.node(node));
    let (pods, _) = pods::deploy(&cluster, &nodes);
    pods::run(&cluster, "single");
    for pod in &pods[1..] {
        cluster.kubectl(&["label", "pod", &pod.name, "closed=yes"]).unwrap();
    }
    cluster.kubectl_with(&["apply", "--filename=-"], MANIFEST).unwrap();
    let ((), took) =
        wait::until("an answer", Duration::from_secs(10), || answers(&cluster, "front"));
    tell(&format!("{}: an answer after {:.1} s", cluster.name, took.as_secs_f64()));
    works(&cluster);
    let address = address(&cluster, "front").unwrap();

    for verb in ["stop", "start"] {
        let output = cluster.mokctl(&[verb, "cluster", &cluster.name]);
        assert!(output.status.success(), "{}", shown(verb, &output));
    }
    works(&cluster);

    let snapshot = Snapshot::of(&cluster, &[]);
    let clone = cluster.beside("addons-clone");
    let offline = Offline::create(&clone, &["--from", &snapshot.name]);
    works(&clone);
    drop(offline);
    let output = clone.mokctl(&["delete", "cluster", &clone.name, "--yes"]);
    assert!(output.status.success(), "{}", shown("delete cluster", &output));

    cluster.kubectl(&["delete", "service", "front"]).unwrap();
    let words = ["restore", "cluster", &cluster.name, &snapshot.name, "--yes"];
    let output = cluster.mokctl(&words);
    assert!(output.status.success(), "{}", shown("restore", &output));
    works(&cluster);
    assert_eq!(self::address(&cluster, "front").unwrap(), address);
}

/// Both nodes can announce the address, and both run a pod of the Service.
#[test]
fn another_node_announces_an_address_when_one_dies() {
    let Some(cluster) = Cluster::named("announce") else { return };
    cluster.create(1, 1);
    let worker = cluster.node("worker-1");
    pods::deploy(&cluster, &[cluster.node("master-1"), worker.clone()]);
    let service = MANIFEST.split("---").next().unwrap();
    // MetalLB picks the announcing node for each Service separately.
    for name in ["front", "second", "third", "fourth"] {
        let service = service.replace("name: front", &format!("name: {name}"));
        cluster.kubectl_with(&["apply", "--filename=-"], &service).unwrap();
    }
    let all_answer = || {
        ["front", "second", "third", "fourth"].iter().try_for_each(|name| answers(&cluster, name))
    };
    wait::until("answers of all", PATIENCE, all_answer);
    docker(&["kill", &worker]).unwrap();
    let ((), took) = wait::until("answers of the other node", PATIENCE, all_answer);
    tell(&format!("{}: all answer {:.1} s after", cluster.name, took.as_secs_f64()));
}

/// Checks that a Service before echo's pods gets an address that this host reaches.
pub(crate) fn answers_at_its_address(cluster: &Cluster) {
    let service = MANIFEST.split("---").next().unwrap();
    cluster.kubectl_with(&["apply", "--filename=-"], service).unwrap();
    let ((), took) = wait::until("an answer", PATIENCE, || answers(cluster, "front"));
    tell(&format!("{}: an answer after {:.1} s", cluster.name, took.as_secs_f64()));
}

/// Checks all add-ons, in a cluster to which `MANIFEST` has been applied.
fn works(cluster: &Cluster) {
    wait::until("figures of all nodes", PATIENCE, || top(cluster));
    for service in ["front", "local"] {
        wait::until("an answer", PATIENCE, || answers(cluster, service));
    }
    wait::until("the policy", PATIENCE, || is_kept_off(cluster));
}

/// Checks that `kubectl top` has figures for every node.
fn top(cluster: &Cluster) -> Result<(), String> {
    let shown = cluster.kubectl(&["top", "nodes", "--no-headers"])?;
    let nodes = cluster.ready_nodes()?;
    let has_figures = |node: &String| shown.lines().any(|line| line.starts_with(node.as_str()));
    let is_known = !shown.contains("unknown") && nodes.iter().all(has_figures);
    if is_known && nodes.len() == 2 { Ok(()) } else { Err(shown) }
}

/// Waits for the address of a Service, which must be in its cluster's network.
fn address(cluster: &Cluster, service: &str) -> Result<SocketAddr, String> {
    let service = &cluster.get(&["service", service])?[0];
    let address = service["status"]["loadBalancer"]["ingress"][0]["ip"].as_str();
    let address = address.ok_or("it has no address")?;
    let subnet = cluster.subnet()?;
    let (start, _) = subnet.rsplit_once('.').unwrap();
    let last: Option<u8> = address
        .strip_prefix(start)
        .and_then(|rest| rest.strip_prefix('.'))
        .and_then(|number| number.parse().ok());
    // Until the controller has seen the new network, the address is of the former one.
    if !last.is_some_and(|number| (200..255).contains(&number)) {
        return Err(format!("{address} is not in {subnet}"));
    }
    let port = service["spec"]["ports"][0]["port"].as_u64().unwrap_or_default();
    format!("{address}:{port}").parse().map_err(|error| format!("{error}"))
}

/// Waits until the address answers this host.
fn answers(cluster: &Cluster, service: &str) -> Result<(), String> {
    let address = address(cluster, service)?;
    let patience = Duration::from_secs(2);
    let stream = TcpStream::connect_timeout(&address, patience);
    let mut stream = stream.map_err(|error| format!("{address}: {error}"))?;
    stream.set_read_timeout(Some(patience)).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).map_err(|error| error.to_string())?;
    if answer.is_empty() { Err(format!("{address}: an empty answer")) } else { Ok(()) }
}

/// Checks that the closed pods cannot be reached, and that they reach the others.
fn is_kept_off(cluster: &Cluster) -> Result<(), String> {
    let all = pods::labelled(cluster, "echo")?;
    let closed: Vec<Pod> = pods::labelled(cluster, "echo,closed=yes")?;
    let open: Vec<Pod> = all.iter().filter(|pod| !closed.contains(pod)).cloned().collect();
    let ([closed], [open]) = (closed.as_slice(), open.as_slice()) else {
        return Err(format!("the pods are {all:?}"));
    };
    match (pods::reaches(cluster, open, closed), pods::reaches(cluster, closed, open)) {
        (false, true) => Ok(()),
        reached => Err(format!("{} and {} reach each other: {reached:?}", open.name, closed.name)),
    }
}
