//! Clusters whose containers are stopped, killed and started without mokctl: each works again by
//! itself.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::cluster::{Cluster, name};
use crate::engine::{Objects, docker, output_of, tell};
use crate::pods::{self, Pod};
use crate::wait;

/// How long a cluster may take until all of it works again.
const PATIENCE: Duration = Duration::from_secs(180);

/// The state of a running cluster with pods and a Service, to compare with later.
#[derive(Serialize, Deserialize)]
pub(crate) struct Before {
    nodes: Vec<String>,
    echo: Vec<Pod>,
    service: String,
    addresses: BTreeMap<String, String>,
    routes: BTreeMap<String, String>,
}

impl Before {
    pub(crate) fn of(cluster: &Cluster, nodes: Vec<String>) -> Self {
        let (echo, service) = pods::deploy(cluster, &nodes);
        let before = Self {
            addresses: addresses(cluster).unwrap(),
            routes: routes(&nodes).unwrap(),
            nodes,
            echo,
            service,
        };
        // What is found missing later must have been there before. This takes a moment, because
        // kube-proxy writes its rules at most once a second.
        let whole = || before.whole(cluster, &BTreeSet::new(), "");
        wait::until("the whole cluster", PATIENCE, whole);
        assert!(before.nodes.len() == 1 || before.routes.values().all(|text| !text.is_empty()));
        before
    }

    /// Checks that everything is as it was, that every node has reported since `since`, and that
    /// the pods on the nodes that were `hit` have been started since then.
    fn whole(&self, cluster: &Cluster, hit: &BTreeSet<String>, since: &str) -> Result<(), String> {
        let ready = cluster.ready_nodes()?;
        if ready != self.nodes {
            return Err(format!("of {:?} Ready: {ready:?}", self.nodes));
        }
        have_reported(cluster, &self.nodes, since)?;
        let echo = pods::ready(cluster)?;
        let names = |pods: &[Pod]| pods.iter().map(|pod| pod.name.clone()).collect::<Vec<_>>();
        if names(&echo) != names(&self.echo) {
            return Err(format!("of the pods {:?} ready: {echo:?}", names(&self.echo)));
        }
        if let Some(old) =
            echo.iter().find(|pod| hit.contains(&pod.node) && pod.started.as_str() < since)
        {
            return Err(format!("{old:?} is not known to have been started"));
        }
        let addresses = addresses(cluster)?;
        if addresses != self.addresses {
            return Err(format!("addresses were {:?}, are {addresses:?}", self.addresses));
        }
        let routes = routes(&self.nodes)?;
        if routes != self.routes {
            return Err(format!("routes were {:?}, are {routes:?}", self.routes));
        }
        pods::check_addresses(cluster, &self.nodes, &echo)?;
        pods::check_service(cluster, &self.nodes, &echo, &self.service)?;
        answers_the_host(cluster)
    }

    /// Calls `happen`, which affects the containers `hit`, and waits until the cluster works as
    /// before and a new pod runs. The time counts from the return of `happen`.
    pub(crate) fn survives(
        &self,
        cluster: &Cluster,
        what: &str,
        hit: &BTreeSet<String>,
        happen: impl FnOnce(&BTreeSet<String>),
    ) {
        let since = now(&self.nodes[0]);
        let begun = Instant::now();
        happen(hit);
        tell(&format!("{}: {what} took {:.1} s", cluster.name, begun.elapsed().as_secs_f64()));
        self.comes_back(cluster, what, hit, &since);
    }

    /// Waits until the cluster works as before and a new pod runs. `what` happened to the
    /// containers `hit` after `since`; the time counts from now.
    pub(crate) fn comes_back(
        &self,
        cluster: &Cluster,
        what: &str,
        hit: &BTreeSet<String>,
        since: &str,
    ) {
        let begun = Instant::now();
        let (_, api) =
            wait::until("the API", PATIENCE, || cluster.kubectl(&["get", "--raw=/healthz"]));
        let mut last = String::new();
        wait::until(what, PATIENCE, || {
            self.whole(cluster, hit, since).inspect_err(|why| {
                if *why != last {
                    let at = begun.elapsed().as_secs_f64();
                    tell(&format!("  {at:5.1} s: {}", first_line(why)));
                    last.clone_from(why);
                }
            })
        });
        let whole = begun.elapsed();
        // The scheduler works again once the lease that it held before has expired.
        let word = what.replace(' ', "-");
        let new = pods::run(cluster, &format!("after-{word}"));
        for node in &self.nodes {
            pods::check_one(cluster, node, &new).unwrap();
        }
        let [api, whole, new] = [api, whole, begun.elapsed()].map(|time| time.as_secs_f64());
        tell(&format!(
            "{}: after {what} the API answered after {api:.1} s, it was whole after {whole:.1} s, \
             a new pod ran after {new:.1} s",
            cluster.name,
        ));
    }

    /// Saves the state for a later run of these tests.
    pub(crate) fn leave(&self, path: &Path) {
        fs::write(path, serde_json::to_vec(self).unwrap()).unwrap();
    }

    /// Reads the state that an earlier run has saved.
    pub(crate) fn read(path: &Path) -> Self {
        serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
    }
}

/// Checks that each of these nodes has reported since `since`: a node stays Ready for a while
/// after its kubelet goes silent. A new node is Ready before it has a lease (up to 4 s,
/// measured), so a node without a lease has not reported.
fn have_reported(cluster: &Cluster, nodes: &[String], since: &str) -> Result<(), String> {
    let leases = cluster.get(&["lease", "--namespace=kube-node-lease"])?;
    for node in nodes {
        let lease = leases.iter().find(|lease| name(lease) == *node);
        let renewed = lease.and_then(|lease| lease["spec"]["renewTime"].as_str());
        if renewed.is_none_or(|renewed| renewed < since) {
            return Err(format!("{node} last reported at {renewed:?}"));
        }
    }
    Ok(())
}

/// Returns the time in a node, in the format of Kubernetes.
fn now(node: &str) -> String {
    docker(&["exec", node, "date", "--utc", "+%FT%TZ"]).unwrap()
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// Returns the address of every container, and the address of every node in the API.
fn addresses(cluster: &Cluster) -> Result<BTreeMap<String, String>, String> {
    let mut addresses = BTreeMap::new();
    for container in containers(cluster)? {
        let format = "--format={{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
        addresses.insert(container.clone(), docker(&["inspect", format, &container])?);
    }
    for node in cluster.get(&["nodes"])? {
        let all = node["status"]["addresses"].as_array().cloned().unwrap_or_default();
        let internal = all.iter().find(|address| address["type"] == "InternalIP");
        let address = internal.and_then(|found| found["address"].as_str()).unwrap_or_default();
        addresses.insert(format!("Node {}", name(&node)), address.to_owned());
    }
    Ok(addresses)
}

/// Returns the routes of each node to other nodes' pods: those with mokctl's protocol number.
fn routes(nodes: &[String]) -> Result<BTreeMap<String, String>, String> {
    let table = |node: &String| {
        docker(&["exec", node, "ip", "route", "show", "proto", "77"])
            .map(|text| (node.clone(), text))
    };
    nodes.iter().map(table).collect()
}

/// Returns all containers of the cluster, including the load balancer.
pub(crate) fn containers(cluster: &Cluster) -> Result<BTreeSet<String>, String> {
    Ok(Objects::of(&cluster.name)?.containers)
}

/// Asks the API at the published port, if this machine has kubectl.
fn answers_the_host(cluster: &Cluster) -> Result<(), String> {
    let mut command = std::process::Command::new("kubectl");
    command.args([&format!("--context=mok-{}", cluster.name), "get", "--raw=/healthz"]);
    command.env("KUBECONFIG", cluster.kubeconfig());
    match output_of(command, b"") {
        Ok(output) if !output.status.success() => {
            Err(crate::engine::shown("kubectl on the host", &output))
        }
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Runs one docker command on several containers.
fn all(words: &[&str], containers: &BTreeSet<String>) {
    let names = containers.iter().map(String::as_str);
    docker(&words.iter().copied().chain(names).collect::<Vec<_>>()).unwrap();
}

fn restart(containers: &BTreeSet<String>) {
    all(&["restart"], containers);
}

/// Starts containers one by one in reverse order, so that workers find no API for a while.
fn stop_and_start(containers: &BTreeSet<String>) {
    all(&["stop"], containers);
    for container in containers.iter().rev() {
        docker(&["start", container]).unwrap();
    }
}

fn crash(containers: &BTreeSet<String>) {
    all(&["kill"], containers);
    all(&["start"], containers);
}

#[test]
fn a_restart_and_a_stop_are_survived() {
    let Some(cluster) = Cluster::named("restart") else { return };
    cluster.create(1, 1);
    let nodes = ["master-1", "worker-1"].map(|node| cluster.node(node)).to_vec();
    let before = Before::of(&cluster, nodes);
    let containers = containers(&cluster).unwrap();
    assert_eq!(containers.len(), 2);

    before.survives(&cluster, "restart", &containers, restart);
    before.survives(&cluster, "stop and start", &containers, stop_and_start);
}

/// A separate cluster, because pods that are restarted often wait longer each time.
#[test]
fn a_crash_is_survived() {
    let Some(cluster) = Cluster::named("crash") else { return };
    cluster.create(1, 1);
    let nodes = ["master-1", "worker-1"].map(|node| cluster.node(node)).to_vec();
    let before = Before::of(&cluster, nodes);
    let containers = containers(&cluster).unwrap();
    let worker = BTreeSet::from([cluster.node("worker-1")]);

    before.survives(&cluster, "crash", &containers, crash);
    before.survives(&cluster, "crash of the worker", &worker, crash);
}

#[test]
fn three_masters_survive_the_loss_of_one_restart_stop_and_crash() {
    let Some(cluster) = Cluster::named("three") else { return };
    cluster.create(3, 0);
    api_outlives_the_first(&cluster);
    let nodes = ["master-1", "master-2", "master-3"].map(|node| cluster.node(node)).to_vec();
    let before = Before::of(&cluster, nodes);
    let containers = containers(&cluster).unwrap();
    assert_eq!(containers.len(), 4);

    before.survives(&cluster, "restart", &containers, restart);
    before.survives(&cluster, "stop and start", &containers, stop_and_start);
    before.survives(&cluster, "crash", &containers, crash);
}

/// The first of three masters is killed, and started again.
fn api_outlives_the_first(cluster: &Cluster) {
    let (first, second) = (cluster.node("master-1"), cluster.node("master-2"));
    docker(&["kill", &first]).unwrap();
    let (_, took) = wait::until("the API at the balancer", PATIENCE, || {
        let kubectl = ["exec", &second, "kubectl", "--kubeconfig=/etc/kubernetes/admin.conf"];
        // A write goes through etcd, which needs a majority for it.
        let words = ["create", "configmap", "written-without-the-first"];
        docker(&kubectl.into_iter().chain(words).collect::<Vec<_>>())
    });
    tell(&format!("{}: written {:.1} s after the loss", cluster.name, took.as_secs_f64()));
    let since = now(&second);
    docker(&["start", &first]).unwrap();
    wait::until("the first master to return", PATIENCE, || {
        let ready = cluster.ready_nodes()?;
        if ready.len() < 3 {
            return Err(format!("only {ready:?} are Ready"));
        }
        have_reported(cluster, &ready, &since)
    });
    cluster.kubectl(&["get", "configmap", "written-without-the-first"]).unwrap();
}

/// Runs a script in bash, and panics if it fails.
pub(crate) fn bash(script: &str) {
    let mut command = std::process::Command::new("bash");
    command.args(["-euo", "pipefail", "-c", script]).current_dir(env!("CARGO_MANIFEST_DIR"));
    let output = output_of(command, b"").unwrap();
    assert!(output.status.success(), "{}", crate::engine::shown("bash", &output));
}

/// Stops the engine as a shutdown of the host does. scripts/engine.sh starts it again.
pub(crate) fn restart_engine() {
    bash(
        r#"
        pid=$(</var/run/docker.pid)
        kill -TERM "$pid"
        while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
        scripts/engine.sh"#,
    );
}

/// Kills the engine and all containers at once, and removes the networks' bridges, as a power
/// failure does. Then starts the engine again.
fn lose_power() {
    bash(
        r#"
        mapfile -t first < <(docker ps --quiet | xargs docker inspect --format '{{.State.Pid}}')
        mapfile -t shims < <(ps -o ppid= -p "$(IFS=,; echo "${first[*]}")")
        mapfile -t bridges < <(docker network ls --quiet --filter label=MokCluster)
        all=("$(</var/run/docker.pid)" "$(</var/run/docker/containerd/containerd.pid)")
        all+=("${shims[@]}" "${first[@]}")
        # Unquoted: ps pads its numbers.
        kill -KILL ${all[@]}
        for pid in ${all[@]}; do
          while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
        done
        for id in "${bridges[@]}"; do ip link delete "br-$id"; done
        scripts/engine.sh"#,
    );
}

/// The engine starts the containers again: no command does.
fn survives_the_engine(name: &str, masters: u8, workers: u8) {
    let Some(cluster) = Cluster::named(name) else { return };
    cluster.create(masters, workers);
    let masters = (1..=masters).map(|n| cluster.node(&format!("master-{n}")));
    let workers = (1..=workers).map(|n| cluster.node(&format!("worker-{n}")));
    let before = Before::of(&cluster, masters.chain(workers).collect());
    let containers = containers(&cluster).unwrap();
    before.survives(&cluster, "engine restart", &containers, |_| restart_engine());
    before.survives(&cluster, "loss of power", &containers, |_| lose_power());
}

#[test]
#[ignore = "ends and starts this machine's engine: make e2e-engine"]
fn a_restart_of_the_engine_is_survived() {
    survives_the_engine("engine", 1, 1);
}

#[test]
#[ignore = "ends and starts this machine's engine: make e2e-engine"]
fn a_restart_of_the_engine_is_survived_by_three_masters() {
    survives_the_engine("engines", 3, 0);
}
