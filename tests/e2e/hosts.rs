//! Clusters over several hosts: engines in network namespaces, in one swarm, that are stopped
//! and started. `make e2e-hosts` runs these tests.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use crate::cluster::Cluster;
use crate::engine::{self, docker_with, node_image, output_of, shown, tell};
use crate::pods::{IMAGE, MANIFEST, PATIENCE, image};
use crate::{slow_link, wait};

/// The script that starts and removes the engines.
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/hosts.sh");

/// The engines of a test, removed when it ends. The first one has the node image.
struct Hosts {
    folder: PathBuf,
    all: Vec<String>,
}

impl Hosts {
    fn up(count: usize) -> Self {
        // The engines keep their data in this folder: it is too large for a tmpfs.
        let folder = PathBuf::from(format!("/var/tmp/mok-e2e-hosts-{}", std::process::id()));
        let mut hosts = Self { folder, all: Vec::new() };
        hosts.all = hosts.start(count);
        let load = "docker save \"$1\" | docker --host \"$2\" load --quiet";
        let mut command = Command::new("bash");
        command.args([
            "-euo",
            "pipefail",
            "-c",
            load,
            "load",
            node_image().unwrap(),
            &hosts.all[0],
        ]);
        let output = output_of(command, b"").unwrap();
        assert!(output.status.success(), "{}", shown("load", &output));
        hosts
    }

    /// Starts the engines that are not running.
    fn start(&self, count: usize) -> Vec<String> {
        self.script("up", &count.to_string()).lines().map(String::from).collect()
    }

    /// Ends an engine as a power failure would. Hosts are numbered from 1.
    fn kill(&self, host: usize) {
        self.script("kill", &host.to_string());
    }

    fn script(&self, command: &str, value: &str) -> String {
        let output = script(&[Path::new(command), &self.folder, Path::new(value)]);
        assert!(output.status.success(), "{}", shown(command, &output));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn docker(&self, host: usize, words: &[&str], input: &[u8]) -> Result<String, String> {
        let at = format!("--host={}", self.all[host - 1]);
        let output = docker_with(&[&[at.as_str()], words].concat(), input)?;
        Ok(String::from_utf8_lossy(&output).trim_end().to_owned())
    }

    /// Runs kubectl on the first master.
    fn kubectl(&self, cluster: &Cluster, words: &[&str], input: &str) -> Result<String, String> {
        let master = cluster.node("master-1");
        let kubectl = ["kubectl", "--kubeconfig=/etc/kubernetes/admin.conf"];
        let exec = ["exec", "--interactive", master.as_str()];
        self.docker(1, &[&exec[..], &kubectl, words].concat(), input.as_bytes())
    }

    fn mokctl(&self, cluster: &Cluster, words: &[&str]) -> Output {
        cluster.mokctl_with(words, &[("MOKCTL_HOSTS", &self.all.join(","))])
    }

    fn does(&self, cluster: &Cluster, words: &[&str]) -> String {
        let output = self.mokctl(cluster, words);
        assert!(output.status.success(), "{}", shown(&words.join(" "), &output));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Returns the names of the nodes on a host.
    fn nodes(&self, host: usize) -> BTreeSet<String> {
        let words = ["ps", "--all", "--filter=label=MokCluster", "--format={{.Names}}"];
        self.docker(host, &words, b"").unwrap().lines().map(String::from).collect()
    }

    fn ready(&self, cluster: &Cluster, count: usize) {
        wait::until("all nodes Ready", Duration::from_secs(120), || {
            let nodes = self.kubectl(cluster, &["get", "nodes", "--no-headers"], "")?;
            let ready = nodes.matches(" Ready ").count();
            if ready == count { Ok(()) } else { Err(nodes) }
        });
    }

    /// Starts a pod on every node, waits until all are ready, and returns their names and
    /// addresses.
    fn pods(&self, cluster: &Cluster, count: usize) -> Vec<(String, String)> {
        let format = "--output=jsonpath={range .items[*]}{.metadata.name} {.status.podIP} \
                      {.status.containerStatuses[0].ready}{\"\\n\"}{end}";
        let ready = || {
            let list = self.kubectl(cluster, &["get", "pods", format], "")?;
            let ready: Vec<_> = list
                .lines()
                .filter_map(|line| line.strip_suffix(" true")?.split_once(' '))
                .map(|(name, address)| (name.to_owned(), address.to_owned()))
                .collect();
            if ready.len() == count { Ok(ready) } else { Err(list) }
        };
        wait::until("a pod on every node", PATIENCE * 2, ready).0
    }

    /// Checks that every pod reaches every other one, on whichever host.
    fn pods_reach_each_other(&self, cluster: &Cluster, pods: &[(String, String)]) {
        for (from, _) in pods {
            for (to, address) in pods {
                let at = format!("TCP4:{address}:8080,connect-timeout=3");
                let ask = ["exec", from, "--", "socat", "-T5", "-u", &at, "-"];
                let (answer, _) = wait::until("an answer", Duration::from_secs(60), || {
                    self.kubectl(cluster, &ask, "")
                });
                assert!(!answer.is_empty(), "{from} heard nothing of {to}");
            }
        }
    }

    /// Checks that nothing is left of any cluster.
    fn is_clean(&self) {
        for host in 1..=self.all.len() {
            assert_eq!(self.nodes(host), BTreeSet::new());
            assert_eq!(self.docker(host, &["volume", "ls", "--quiet"], b""), Ok(String::new()));
        }
        let networks = ["network", "ls", "--quiet", "--filter=label=MokCluster"];
        // A manager of the swarm takes a moment to learn what another one has removed.
        let ((), took) = wait::until("no network", Duration::from_secs(10), || {
            let left = self.docker(1, &networks, b"")?;
            if left.is_empty() { Ok(()) } else { Err(left) }
        });
        tell(&format!("no network {:.1} s later", took.as_secs_f64()));
    }
}

impl Drop for Hosts {
    fn drop(&mut self) {
        let output = script(&[Path::new("down"), &self.folder]);
        if !output.status.success() {
            tell(&shown("hosts.sh down", &output));
        }
    }
}

fn script(words: &[&Path]) -> Output {
    let mut script = Command::new(SCRIPT);
    script.args(words);
    output_of(script, b"").unwrap()
}

#[test]
#[ignore = "starts two engines: make e2e-hosts"]
fn a_cluster_over_two_hosts_survives_the_loss_of_one_and_goes_without_a_trace() {
    let Some(cluster) = Cluster::named("hosts") else { return };
    let hosts = Hosts::up(2);
    let name = cluster.name.as_str();
    hosts.does(&cluster, &["create", "cluster", name, "1", "2"]);
    let nodes = |words: &[&str]| words.iter().map(|word| cluster.node(word)).collect();
    assert_eq!(hosts.nodes(1), nodes(&["master-1", "worker-2"]));
    assert_eq!(hosts.nodes(2), nodes(&["worker-1"]));
    hosts.ready(&cluster, 3);

    for host in 1..=2 {
        for node in hosts.nodes(host) {
            let import =
                ["exec", "-i", &node, "ctr", "--namespace=k8s.io", "images", "import", "-"];
            hosts.docker(host, &import, image()).unwrap();
        }
    }
    tell(&format!("{name}: {IMAGE} is on every node"));
    hosts.kubectl(&cluster, &["apply", "--filename=-"], MANIFEST).unwrap();
    let pods = hosts.pods(&cluster, 3);
    hosts.pods_reach_each_other(&cluster, &pods);
    let file = "OPEN:/sys/class/net/eth0/mtu,rdonly";
    let mtu = ["exec", &pods[0].0, "--", "socat", "-u", file, "-"];
    assert_eq!(hosts.kubectl(&cluster, &mtu, ""), Ok("1450".into()));

    hosts.does(&cluster, &["create", "worker", name]);
    assert_eq!(hosts.nodes(2), nodes(&["worker-1", "worker-3"]));
    hosts.does(&cluster, &["delete", "worker", &cluster.node("worker-3"), "--yes"]);

    hosts.kill(2);
    let output = hosts.mokctl(&cluster, &["get", "nodes", name]);
    let told = format!("host {} does not answer", hosts.all[1]);
    assert!(
        output.status.success() && shown("", &output).contains(&told),
        "{}",
        shown("", &output)
    );
    hosts.start(2);
    hosts.does(&cluster, &["start", "cluster", name]);
    hosts.ready(&cluster, 3);
    let pods = hosts.pods(&cluster, 3);
    hosts.pods_reach_each_other(&cluster, &pods);

    hosts.kill(2);
    let output = hosts.mokctl(&cluster, &["delete", "cluster", name, "--yes"]);
    let told = format!("is deleted except on hosts that do not answer: {}", hosts.all[1]);
    assert!(
        !output.status.success() && shown("", &output).contains(&told),
        "{}",
        shown("", &output)
    );
    assert_eq!(hosts.nodes(1), BTreeSet::new());
    hosts.start(2);
    hosts.does(&cluster, &["delete", "cluster", name, "--yes"]);
    hosts.is_clean();
    engine::tell(&format!("{name}: nothing is left on either host"));
}

#[test]
#[ignore = "starts three engines: make e2e-hosts"]
fn three_masters_on_three_hosts_survive_the_loss_of_a_host() {
    let Some(cluster) = Cluster::named("hosts3") else { return };
    let hosts = Hosts::up(3);
    let name = cluster.name.as_str();
    hosts.does(&cluster, &["create", "cluster", name, "3", "3"]);
    let nodes = |words: &[&str]| words.iter().map(|word| cluster.node(word)).collect();
    assert_eq!(hosts.nodes(1), nodes(&["lb", "master-1", "worker-1"]));
    assert_eq!(hosts.nodes(2), nodes(&["master-2", "worker-2"]));
    assert_eq!(hosts.nodes(3), nodes(&["master-3", "worker-3"]));
    hosts.ready(&cluster, 6);
    hosts.kill(3);
    wait::until("the API without a host", Duration::from_secs(60), || {
        hosts.kubectl(&cluster, &["create", "configmap", "made-without-a-host"], "")
    });
    hosts.start(3);
    hosts.does(&cluster, &["start", "cluster", name]);
    hosts.ready(&cluster, 6);
    hosts.does(&cluster, &["delete", "cluster", name, "--yes"]);
    hosts.is_clean();
}

/// Measures what docs/hosts.md says about slow links, and about three hosts compared with one.
#[test]
#[ignore = "starts three engines: make e2e-hosts"]
fn a_slow_link_costs_what_the_calls_that_wait_for_each_other_cost() {
    const TIMES: usize = 3;
    let Some(cluster) = Cluster::named("slow") else { return };
    let hosts = Hosts::up(3);
    let addresses = hosts.all.iter().map(|host| host.trim_start_matches("tcp://"));
    let addresses: Vec<SocketAddr> = addresses.map(|address| address.parse().unwrap()).collect();
    // Nothing reaches a port that is published on the near end of such a link.
    let api = format!("--api-address={}", addresses[0].ip());
    let seconds = |round_trip: u64, count: usize| {
        let delay = Duration::from_millis(round_trip);
        let links = addresses.iter().map(|engine| slow_link::to(*engine, delay));
        let links: Vec<String> = links.map(|address| format!("tcp://{address}")).collect();
        let hosts = [("MOKCTL_HOSTS", &*links[..count].join(","))];
        let run = |words: &[&str]| {
            let output = cluster.mokctl_with(words, &hosts);
            assert!(output.status.success(), "{}", shown(&words.join(" "), &output));
        };
        let begun = Instant::now();
        run(&["create", "cluster", &cluster.name, "1", "2", &api]);
        let seconds = begun.elapsed().as_secs_f64();
        run(&["delete", "cluster", &cluster.name, "--yes"]);
        tell(&format!("1+2, {count} hosts, {round_trip} ms: {seconds:.1} s"));
        seconds
    };
    // The first run also copies the image.
    seconds(0, 3);
    let median = |round_trip, count| {
        let mut all: Vec<f64> = (0..TIMES).map(|_| seconds(round_trip, count)).collect();
        all.sort_by(f64::total_cmp);
        all[TIMES / 2]
    };
    let (one, near, mid, far) = (median(0, 1), median(0, 3), median(10, 3), median(50, 3));
    tell(&format!(
        "1+2, medians of {TIMES}: one host {one:.1} s; three {near:.1} s, {mid:.1} s at 10 ms, \
         {far:.1} s at 50 ms"
    ));
    // 20 calls one after another take a good five round trips each. Twice that is too much.
    assert!(far - near < 2.0 * 20.0 * 5.0 * 0.05, "{far:.1} s at 50 ms, {near:.1} s at none");
    hosts.is_clean();
}
