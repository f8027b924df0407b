//! Commands that run at the same time, and commands that are killed.

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use crate::cluster::{Cluster, OTHER};
use crate::engine::{self, Objects, docker, shown, tell};
use crate::wait;

/// How long anything may take here: many commands compete for one machine.
const PATIENCE: Duration = Duration::from_secs(600);

fn start(words: &[&str], kubeconfig: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_mokctl"))
        .args(words)
        .env("KUBECONFIG", kubeconfig)
        .env("MOKCTL_DEADLINE_SCALE", "5")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Runs these command lines at the same time.
fn at_once(lines: &[Vec<&str>], kubeconfig: &Path) -> Vec<Output> {
    let runs: Vec<_> = lines.iter().map(|words| start(words, kubeconfig)).collect();
    thread::scope(|scope| {
        let wait = |run: Child| scope.spawn(|| run.wait_with_output().unwrap());
        let threads: Vec<_> = runs.into_iter().map(wait).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn of_two_creates_of_one_name_one_wins() {
    let Some(cluster) = Cluster::named("race") else { return };
    let line = vec!["create", "cluster", &cluster.name, "1", "1"];
    let outputs = at_once(&[line.clone(), line], &cluster.kubeconfig());
    let all: String = outputs.iter().map(|output| shown("create cluster", output)).collect();
    let (won, lost): (Vec<_>, Vec<_>) = outputs.iter().partition(|output| output.status.success());
    assert!(won.len() == 1 && lost.len() == 1, "{all}");
    assert_eq!(lost[0].status.code(), Some(1), "{all}");
    assert!(String::from_utf8_lossy(&lost[0].stderr).contains("mokctl: error: "), "{all}");

    let nodes = ["master-1", "worker-1"].map(|node| cluster.node(node));
    assert_eq!(cluster.ready_nodes().unwrap(), nodes, "{all}");
    let objects = Objects::of(&cluster.name).unwrap();
    assert_eq!(objects.containers, nodes.into());
    assert_eq!((objects.volumes.len(), objects.networks.len()), (2, 1));
    let kubeconfig = fs::read_to_string(cluster.kubeconfig()).unwrap();
    assert!(kubeconfig.contains(&format!("current-context: mok-{}", cluster.name)));
}

/// Containers without setup: everything that can collide happens before they are set up.
#[test]
#[ignore = "slow, twenty clusters that two runs fight for: make e2e-full"]
fn of_two_creates_one_wins_each_time_and_of_two_deletes_both() {
    let Some(cluster) = Cluster::named("rounds") else { return };
    let create = vec!["create", "cluster", &cluster.name, "1", "0", "--skipmastersetup"];
    let delete = vec!["delete", "cluster", &cluster.name, "--yes"];
    for round in 1..=20 {
        let all_at_once = |words: &Vec<&str>| {
            let outputs = at_once(&[words.clone(), words.clone()], &cluster.kubeconfig());
            let all: String = outputs.iter().map(|output| shown(words[0], output)).collect();
            (outputs.iter().filter(|output| output.status.success()).count(), all)
        };
        let (won, all) = all_at_once(&create);
        assert_eq!(won, 1, "round {round}: {all}");
        assert!(all.contains("is already in use"), "round {round}: {all}");
        let objects = Objects::of(&cluster.name).unwrap();
        assert_eq!((objects.containers.len(), objects.networks.len()), (1, 1), "{all}");
        let (won, all) = all_at_once(&delete);
        assert!(won == 2 || all.contains("no cluster exists"), "round {round}: {all}");
        assert_eq!(Objects::of(&cluster.name).unwrap(), Objects::default(), "{all}");
    }
}

/// Names of clusters, which are removed when the test ends.
struct Several(Vec<String>);

impl Drop for Several {
    fn drop(&mut self) {
        for name in &self.0 {
            if let Err(why) = engine::remove(name) {
                tell(&format!("cannot remove {name}: {why}"));
            }
        }
    }
}

/// The kubeconfig is a symbolic link to a file with comments that others may read.
#[test]
#[ignore = "slow, ten clusters at once: make e2e-full"]
fn ten_at_once_of_different_names_lose_nothing() {
    let Some(turn) = Cluster::named("ten") else { return };
    let name = |number| format!("e2e-ten{number}-{}", std::process::id());
    let clusters = Several((0..10).map(name).collect());
    let target = turn.folder().join("shared");
    fs::write(&target, OTHER).unwrap();
    fs::set_permissions(&target, Permissions::from_mode(0o644)).unwrap();
    fs::remove_file(turn.kubeconfig()).unwrap();
    symlink(&target, turn.kubeconfig()).unwrap();

    let lines = |names: &[String], words: &dyn Fn(&str) -> Vec<String>| {
        names.iter().map(|name| words(name)).collect::<Vec<_>>()
    };
    let create = |name: &str| ["create", "cluster", name, "1", "0"].map(String::from).to_vec();
    let delete = |name: &str| ["delete", "cluster", name, "--yes"].map(String::from).to_vec();
    let succeed = |lines: &[Vec<String>]| {
        let words: Vec<Vec<&str>> =
            lines.iter().map(|line| line.iter().map(String::as_str).collect()).collect();
        for (line, output) in words.iter().zip(at_once(&words, &turn.kubeconfig())) {
            assert!(output.status.success(), "{}", shown(&line.join(" "), &output));
        }
    };
    let contexts = || {
        let text = fs::read_to_string(&target).unwrap();
        assert!(text.contains("   # not ours\n"), "{text}");
        let users = text.lines().skip_while(|line| *line != "users:").skip(1);
        let names =
            users.filter_map(|line| line.trim_start_matches(['-', ' ']).strip_prefix("name: "));
        names.map(str::to_owned).collect::<BTreeSet<_>>()
    };
    let expected = |names: &[String]| {
        let names = names.iter().map(|name| format!("mok-{name}"));
        names.chain(["other".to_owned()]).collect::<BTreeSet<_>>()
    };

    let (first, second) = clusters.0.split_at(5);
    succeed(&lines(first, &create));
    assert_eq!(contexts(), expected(first));
    let mixed = [lines(first, &delete), lines(second, &create)].concat();
    succeed(&mixed);
    assert_eq!(contexts(), expected(second));
    succeed(&lines(second, &delete));
    for name in &clusters.0 {
        assert_eq!(Objects::of(name).unwrap(), Objects::default());
    }
    let end = OTHER.replace("current-context: other", "current-context: \"\"");
    assert_eq!(fs::read_to_string(&target).unwrap(), end);
    assert!(fs::symlink_metadata(turn.kubeconfig()).unwrap().is_symlink());
    assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o600);
}

/// A docker client that creates a container of the cluster during one of its calls.
fn being_made(cluster: &str) -> Option<String> {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let lines = processes.filter_map(|process| fs::read(process.path().join("cmdline")).ok());
    let mut lines = lines.map(|line| String::from_utf8_lossy(&line).replace('\0', " "));
    lines.find(|line| line.contains(&format!(" create --name={cluster}-")))
}

/// Each moment is recognized by what the run has left in the nodes.
#[test]
fn a_killed_create_is_seen_told_and_removed() {
    let Some(cluster) = Cluster::named("killed") else { return };
    let (master, worker) = (cluster.node("master-1"), cluster.node("worker-1"));
    let kubectl = "--kubeconfig=/etc/kubernetes/admin.conf";
    let range = "--output=jsonpath={.spec.podCIDR}";
    for (moment, look) in [
        ("claimed", vec!["container", "inspect", &master]),
        ("init", vec!["exec", &master, "test", "-s", "/etc/kubernetes/pki/ca.key"]),
        ("join", vec!["exec", &worker, "test", "-s", "/root/mok/kubeadm-join.yaml"]),
        ("joined", vec!["exec", &master, "kubectl", kubectl, "get", "node", &worker, range]),
    ] {
        let line = ["create", "cluster", &cluster.name, "1", "1"];
        let mut run = start(&line, &cluster.kubeconfig());
        wait::until(moment, PATIENCE, || docker(&look));
        run.kill().unwrap();
        let output = run.wait_with_output().unwrap();
        assert_eq!(output.status.code(), None, "{moment}: {}", shown("create", &output));
        // Docker calls that it had started finish without it.
        wait::until("nothing more to come", PATIENCE, || match being_made(&cluster.name) {
            Some(call) => Err(call),
            None => Ok(()),
        });
        let before = Objects::of(&cluster.name).unwrap();

        let seen = cluster.mokctl(&["get", "clusters", &cluster.name]);
        let rows = String::from_utf8_lossy(&seen.stdout).into_owned();
        let all = shown(moment, &seen);
        assert!(rows.lines().count() > 1, "{all}");
        assert!(rows.lines().skip(1).all(|row| row.contains("incomplete")), "{all}");
        let again = cluster.mokctl(&line);
        let all = shown(moment, &again);
        assert_eq!(again.status.code(), Some(1), "{all}");
        assert!(
            all.contains(&format!("cluster {} exists but is incomplete", cluster.name)),
            "{all}"
        );
        assert!(
            all.contains(&format!("'mokctl delete cluster {}' removes it", cluster.name)),
            "{all}"
        );

        let delete = cluster.mokctl(&["delete", "cluster", &cluster.name]);
        assert!(delete.status.success(), "{}", shown("delete cluster", &delete));
        assert_eq!(Objects::of(&cluster.name).unwrap(), Objects::default(), "{moment}");
        assert!(before.volumes_left().unwrap().is_empty(), "{moment}");
        // It may have set the current context already, which is removed with its entry.
        let kubeconfig = fs::read_to_string(cluster.kubeconfig()).unwrap();
        let kubeconfig = kubeconfig.replace("current-context: \"\"", "current-context: other");
        assert_eq!(kubeconfig, OTHER, "{moment}");
    }
    // What is left does not prevent a new cluster.
    cluster.create(1, 1);
}

/// A configuration so long that haproxy is still reading it when it is told to reload again.
const LONG_CONFIG: &str = "
mkdir -p /etc/mok
{
  printf '%s\n' 'defaults' ' mode tcp' ' timeout connect 1s' ' timeout client 1s' ' timeout server 1s' \
    'listen masters' ' bind :7771'
  for ((i = 0; i < 3000; i++)); do echo \" server $i 127.0.0.1:1\"; done
} >/etc/mok/haproxy.cfg
exec mok-balancer";
const CHANGE: &str = "
until grep --quiet haproxy /proc/[0-9]*/comm; do :; done
sed --in-place s/7771/7772/ /etc/mok/haproxy.cfg
kill -HUP 1";
/// Waits until port 7772 listens.
const CHANGED: &str = "grep --quiet ':1E5C .* 0A ' /proc/net/tcp";

#[test]
fn a_starting_balancer_hears_of_a_new_configuration() {
    let Some(cluster) = Cluster::named("balancer") else { return };
    let image = engine::node_image().unwrap();
    let (label, node) = (format!("--label=MokCluster={}", cluster.name), cluster.node("lb"));
    let name = format!("--name={node}");
    docker(&["run", "--detach", &label, &name, "--entrypoint=bash", image, "-c", LONG_CONFIG])
        .unwrap();
    docker(&["exec", &node, "bash", "-c", CHANGE]).unwrap();
    let changed = || docker(&["exec", &node, "bash", "-c", CHANGED]);
    wait::until("the new port", Duration::from_secs(10), changed);
}
