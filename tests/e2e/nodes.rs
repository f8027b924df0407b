//! Nodes that are added and deleted, and clusters that mokctl stops and starts.

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::cluster::Cluster;
use crate::engine::{Objects, docker, lines, output_of, shown, tell};
use crate::pods;
use crate::refuse::name_in_use_is_refused;
use crate::wait;

/// How long a cluster may take until all of it works again.
const PATIENCE: Duration = Duration::from_secs(120);

impl Cluster {
    /// Runs mokctl, which must succeed, and returns how long it took.
    pub(crate) fn does(&self, words: &[&str]) -> Duration {
        let begun = Instant::now();
        let output = self.mokctl(words);
        assert!(output.status.success(), "{}", shown(&words.join(" "), &output));
        begun.elapsed()
    }

    pub(crate) fn nodes(&self, numbered: &[&str]) -> Vec<String> {
        numbered.iter().map(|node| self.node(node)).collect()
    }
}

/// Checks that pods on every node reach each other and every node, and that each node has routes
/// to the pods of exactly the other nodes.
pub(crate) fn is_whole(cluster: &Cluster, nodes: &[String]) {
    assert_eq!(cluster.ready_nodes().unwrap(), nodes);
    let (echo, service) = pods::deploy(cluster, nodes);
    let pods_are_right = || {
        pods::check_addresses(cluster, nodes, &echo)?;
        pods::check_service(cluster, nodes, &echo, &service)
    };
    wait::until("pods and Service", PATIENCE, pods_are_right);
    for node in nodes {
        let routes = docker(&["exec", node, "ip", "route", "show", "proto", "77"]).unwrap();
        assert_eq!(lines(&routes).len(), nodes.len() - 1, "{node}: {routes}");
    }
}

#[test]
fn workers_come_and_go() {
    let Some(cluster) = Cluster::named("workers") else { return };
    cluster.create(1, 1);
    let added = cluster.does(&["create", "worker", &cluster.name, "2"]);
    is_whole(&cluster, &cluster.nodes(&["master-1", "worker-1", "worker-2", "worker-3"]));

    let before = Objects::of(&cluster.name).unwrap();
    let deleted = cluster.does(&["delete", "worker", &cluster.node("worker-1")]);
    let after = Objects::of(&cluster.name).unwrap();
    assert_eq!(before.containers.difference(&after.containers).count(), 1);
    let gone: BTreeSet<_> = before.volumes.difference(&after.volumes).cloned().collect();
    let left = before.volumes_left().unwrap();
    assert!(gone.is_disjoint(&left), "left of {gone:?}: {left:?}");
    is_whole(&cluster, &cluster.nodes(&["master-1", "worker-2", "worker-3"]));

    // The new worker gets the number of the deleted one: it is the first free number.
    cluster.does(&["create", "worker", &cluster.name]);
    is_whole(&cluster, &cluster.nodes(&["master-1", "worker-1", "worker-2", "worker-3"]));
    tell(&format!(
        "{}: two workers added in {:.1} s, one deleted in {:.1} s",
        cluster.name,
        added.as_secs_f64(),
        deleted.as_secs_f64()
    ));
    assert!(!cluster.mokctl(&["create", "master", &cluster.name]).status.success());
    assert!(!cluster.mokctl(&["delete", "master", &cluster.node("master-1")]).status.success());
}

/// Checks that bash completes the names of what the engine has.
fn bash_completes(cluster: &Cluster) {
    for (typed, want) in [
        (format!("mokctl stop cluster {}", cluster.name), cluster.name.clone()),
        (format!("mokctl delete worker {}", cluster.name), cluster.node("worker-1")),
        (
            "mokctl create cluster a 1 0 --image local/mok-debian".to_owned(),
            "local/mok-debian-13:v1.37.2".to_owned(),
        ),
    ] {
        let mut bash = Command::new("bash");
        bash.args(["-c", include_str!("../data/complete.bash"), "bash"]);
        bash.args([env!("CARGO_BIN_EXE_mokctl"), &typed]);
        let output = output_of(bash, b"").unwrap();
        // There may be images of other versions as well.
        let offered = lines(&String::from_utf8_lossy(&output.stdout));
        assert!(offered.contains(&want), "{}", shown(&typed, &output));
    }
}

#[test]
fn stop_and_start_are_said_twice_without_harm() {
    let Some(cluster) = Cluster::named("power") else { return };
    cluster.create(1, 1);
    let nodes = cluster.nodes(&["master-1", "worker-1"]);
    bash_completes(&cluster);
    name_in_use_is_refused(&cluster, &nodes);
    cluster.kubectl(&["create", "configmap", "kept"]).unwrap();
    let stopped = cluster.does(&["stop", "cluster", &cluster.name]);
    cluster.does(&["stop", "cluster", &cluster.name]);
    let clusters = cluster.mokctl(&["get", "clusters", &cluster.name]);
    let clusters = String::from_utf8_lossy(&clusters.stdout).into_owned();
    assert_eq!(clusters.matches("stopped").count(), 2, "{clusters}");
    let started = cluster.does(&["start", "cluster", &cluster.name]);
    assert_eq!(cluster.ready_nodes().unwrap(), nodes);
    // On cgroup v1 runc gives up ("unable to freeze") on a node that starts processes as fast as
    // runc freezes them, which a node does right after its start.
    wait::until("a worker that can be frozen", PATIENCE, || docker(&["pause", &nodes[1]]));
    cluster.does(&["start", "cluster", &cluster.name]);
    cluster.kubectl(&["get", "configmap", "kept"]).unwrap();
    is_whole(&cluster, &nodes);
    tell(&format!(
        "{}: stopped in {:.1} s, started in {:.1} s",
        cluster.name,
        stopped.as_secs_f64(),
        started.as_secs_f64()
    ));
}

/// Freezes a pod, as runc leaves it if a shutdown interrupts it. cgroup v2 has no folder
/// `freezer`.
const FREEZE: &str = "
  v1=$(find /sys/fs/cgroup/freezer -path '*/pod*' -name freezer.state -print -quit 2>/dev/null || true)
  v2=$(find /sys/fs/cgroup -path '*/pod*' -name cgroup.freeze -print -quit)
  if [[ -n $v1 ]]; then echo FROZEN >$v1; else echo 1 >$v2; fi";

#[test]
fn a_node_with_a_frozen_pod_stops() {
    let Some(cluster) = Cluster::named("frozen") else { return };
    cluster.create(1, 0);
    docker(&["exec", &cluster.node("master-1"), "bash", "-euc", FREEZE]).unwrap();
    let stopped = cluster.does(&["stop", "cluster", &cluster.name]);
    tell(&format!("{}: stopped in {:.1} s", cluster.name, stopped.as_secs_f64()));
    cluster.does(&["start", "cluster", &cluster.name]);
    assert_eq!(cluster.ready_nodes().unwrap(), cluster.nodes(&["master-1"]));
}

/// A pod that ignores SIGTERM, and one whose first process ignores it while its child does not.
const DEAF: &str = "
apiVersion: v1
kind: Pod
metadata: {name: alone}
spec:
  containers:
  - {name: alone, image: localhost/mok/busybox:1, imagePullPolicy: Never, command: [sleep, '1001']}
---
apiVersion: v1
kind: Pod
metadata: {name: parent}
spec:
  containers:
  - name: parent
    image: localhost/mok/busybox:1
    imagePullPolicy: Never
    command: [sh, -c, 'sleep 1002 & wait']
";

#[test]
fn pods_that_need_not_be_waited_for_hold_no_stop() {
    let Some(cluster) = Cluster::named("deaf") else { return };
    cluster.does(&["create", "cluster", &cluster.name, "1", "0", "--addons", "none"]);
    let node = cluster.node("master-1");
    cluster.kubectl_with(&["apply", "--filename=-"], DEAF).unwrap();
    // A container that is being created while containerd stops would not react to it either.
    let all = ["wait", "pod", "--all", "--all-namespaces"];
    let ready = all.into_iter().chain(["--for=condition=Ready", "--timeout=180s"]);
    let ready: Vec<_> = ready.collect();
    cluster.kubectl(&ready).unwrap();
    let stopped = cluster.does(&["stop", "cluster", &cluster.name]);
    tell(&format!("{}: stopped in {:.1} s", cluster.name, stopped.as_secs_f64()));
    // Shorter than the time for which CoreDNS goes on serving, and than the 10 s after which
    // systemd kills what is left of pods.
    assert!(stopped < Duration::from_secs(5), "{stopped:?}");

    // The same script as at shutdown, in a node that goes on running: only deaf pods are killed.
    cluster.does(&["start", "cluster", &cluster.name]);
    cluster.kubectl(&ready).unwrap();
    let running = ["sleep 1001", "sleep 1002", "/coredns"];
    let still = || {
        let runs = |program: &&str| docker(&["exec", &node, "pgrep", "--full", program]).is_ok();
        running.into_iter().filter(runs).collect::<Vec<_>>()
    };
    wait::until("the pods' programs", Duration::from_secs(60), || {
        if still() == running { Ok(()) } else { Err(format!("{:?}", still())) }
    });
    docker(&["exec", &node, "systemctl", "stop", "kubelet"]).unwrap();
    docker(&["exec", &node, "/usr/local/lib/mok/pods.sh"]).unwrap();
    wait::until("the end of two", Duration::from_secs(10), || {
        if still() == ["sleep 1002"] { Ok(()) } else { Err(format!("{:?}", still())) }
    });
    // A socket like that of a lookup by docker's DNS server, to a server that does not answer.
    // Nothing is sent.
    let asks = "exec 3<>/dev/udp/192.0.2.1/53 && sleep 1003";
    docker(&["exec", "--detach", &node, "bash", "-c", asks]).unwrap();
    let asked = || docker(&["exec", &node, "ss", "-Hun", "dst 192.0.2.1"]).unwrap();
    wait::until("a lookup", Duration::from_secs(10), || {
        if asked().is_empty() { Err("none".to_owned()) } else { Ok(()) }
    });
    docker(&["exec", &node, "/usr/local/lib/mok/end_lookups.sh"]).unwrap();
    assert_eq!(asked(), "");
}

#[test]
#[ignore = "slow, three minutes of twenty rounds: make e2e-full"]
fn twenty_stops_and_starts_need_no_help() {
    let Some(cluster) = Cluster::named("twenty") else { return };
    cluster.create(1, 1);
    let nodes = cluster.nodes(&["master-1", "worker-1"]);
    let mut starts = Vec::new();
    for _ in 0..20 {
        cluster.does(&["stop", "cluster", &cluster.name]);
        starts.push(cluster.does(&["start", "cluster", &cluster.name]).as_secs_f64());
        assert_eq!(cluster.ready_nodes().unwrap(), nodes);
    }
    is_whole(&cluster, &nodes);
    starts.sort_by(f64::total_cmp);
    tell(&format!(
        "{}: 20 of 20 rounds; start until Ready {:.1} / {:.1} / {:.1} s (least, median, most)",
        cluster.name, starts[0], starts[10], starts[19]
    ));
}

#[test]
fn masters_come_and_go() {
    let Some(cluster) = Cluster::named("masters") else { return };
    cluster.create(3, 0);
    assert_eq!(cluster.join_secrets().unwrap(), [""; 0]);
    // Not the first one: the tests run kubectl there.
    cluster.does(&["delete", "master", &cluster.node("master-2")]);
    assert_eq!(cluster.ready_nodes().unwrap(), cluster.nodes(&["master-1", "master-3"]));
    cluster.kubectl(&["create", "configmap", "written-by-two"]).unwrap();
    cluster.does(&["create", "master", &cluster.name]);
    let nodes = cluster.nodes(&["master-1", "master-2", "master-3"]);
    is_whole(&cluster, &nodes);
    assert_eq!(cluster.join_secrets().unwrap(), [""; 0]);
    // etcd has three members again, so it keeps a majority when another master is lost.
    docker(&["kill", &cluster.node("master-3")]).unwrap();
    wait::until("a write by the remaining two", PATIENCE, || {
        cluster.kubectl(&["create", "configmap", "written-without-the-third"])
    });
}

/// Asks the API through the load balancer some times a second, until `stop` is set. Returns the
/// longest time without an answer.
fn longest_gap(from: &str, endpoint: &str, stop: &AtomicBool) -> Duration {
    let (mut last, mut longest) = (Instant::now(), Duration::ZERO);
    while !stop.load(Ordering::SeqCst) {
        let server = format!("--server=https://{endpoint}:6443");
        let kubectl = ["kubectl", "--kubeconfig=/etc/kubernetes/admin.conf", &server];
        let ask = ["get", "--raw=/api/v1/namespaces/default", "--request-timeout=1s"];
        let words: Vec<_> = ["exec", from].into_iter().chain(kubectl).chain(ask).collect();
        if docker(&words).is_ok() {
            longest = longest.max(last.elapsed());
            last = Instant::now();
        }
        thread::sleep(Duration::from_millis(100));
    }
    longest.max(last.elapsed())
}

#[test]
#[ignore = "slow, three masters lost and won back: make e2e-full"]
fn the_api_stays_while_any_one_master_is_killed() {
    let Some(cluster) = Cluster::named("gap") else { return };
    cluster.create(3, 1);
    let format = "--format={{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
    let balancer = docker(&["inspect", format, &cluster.node("lb")]).unwrap();
    for (victim, asker) in [(1, 2), (2, 3), (3, 1)] {
        let victim = cluster.node(&format!("master-{victim}"));
        let asker = cluster.node(&format!("master-{asker}"));
        let stop = AtomicBool::new(false);
        let gap = thread::scope(|scope| {
            let asking = scope.spawn(|| longest_gap(&asker, &balancer, &stop));
            thread::sleep(Duration::from_secs(3));
            docker(&["kill", &victim]).unwrap();
            thread::sleep(Duration::from_secs(20));
            stop.store(true, Ordering::SeqCst);
            asking.join().unwrap()
        });
        tell(&format!(
            "{}: without {victim} the longest gap was {:.1} s",
            cluster.name,
            gap.as_secs_f64()
        ));
        assert!(gap < Duration::from_secs(20), "{victim}: no answer for {gap:?}");
        docker(&["start", &victim]).unwrap();
        wait::until("all nodes Ready again", PATIENCE, || match cluster.ready_nodes()?.len() {
            4 => Ok(()),
            n => Err(format!("{n} nodes are Ready")),
        });
        // Everything, including etcd, must work again before the next master is killed.
        wait::until("the victim's own API server", PATIENCE, || {
            docker(&[
                "exec",
                &victim,
                "kubectl",
                "--kubeconfig=/etc/kubernetes/admin.conf",
                "--server=https://127.0.0.1:6443",
                "--insecure-skip-tls-verify",
                "get",
                "--raw=/readyz",
            ])
        });
    }
}
