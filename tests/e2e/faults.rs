//! Faults of a real engine, each at one chosen docker call. The test puts a script in the docker
//! client's place, which first does something to the engine, or to itself, and then runs the
//! client.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};
use std::time::Duration;

use crate::cluster::Cluster;
use crate::engine::{self, Objects, docker, node_image, output_of, shown};
use crate::second_engine::{SCRIPT, SecondEngine};
use crate::wait;

/// Returns mokctl with a docker client that runs `hook` before the first call whose words match
/// `glob`. Deadlines are a quarter of the usual, because some hooks make a call hang forever.
fn hooked(cluster: &Cluster, glob: &str, hook: &str, words: &[&str]) -> Command {
    let folder = tempfile::tempdir_in(cluster.folder()).unwrap().keep();
    let (client, once) = (folder.join("docker"), folder.join("once"));
    let once = once.display();
    let script = format!(
        "#!/bin/sh\ncase \"$*\" in\n  {glob})\n    if mkdir '{once}' 2>/dev/null; then\n      \
         {{ {hook}; }} >/dev/null 2>&1\n    fi\n    ;;\nesac\nexec docker \"$@\"\n"
    );
    fs::write(&client, script).unwrap();
    fs::set_permissions(&client, fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_mokctl"));
    command.args(words).env("KUBECONFIG", cluster.kubeconfig()).env("MOKCTL_DOCKER", client);
    command.env("MOKCTL_DEADLINE_SCALE", "0.25");
    command
}

fn with_hook(cluster: &Cluster, glob: &str, hook: &str, words: &[&str]) -> Output {
    output_of(hooked(cluster, glob, hook, words), b"").unwrap()
}

/// Creates 1+1 with a fault. The message must name `step`, and nothing of the cluster may be
/// left.
fn create_fails(cluster: &Cluster, glob: &str, hook: &str, flags: &[&str], step: &str) {
    let create = ["create", "cluster", &cluster.name, "1", "1"];
    let output = with_hook(cluster, glob, hook, &[&create[..], flags].concat());
    refused(cluster, &output, hook, step);
}

fn refused(cluster: &Cluster, output: &Output, fault: &str, step: &str) {
    let all = shown(fault, output);
    assert_eq!(output.status.code(), Some(1), "{all}");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains(&format!("mokctl: error: failed to {step}")), "no '{step}' in {all}");
    assert!(!stderr.contains("panicked"), "{all}");
    assert_eq!(ours(cluster), Vec::<String>::new(), "{all}");
    let kubeconfig = fs::read_to_string(cluster.kubeconfig()).unwrap();
    assert!(!kubeconfig.contains(&cluster.name), "{kubeconfig}");
}

/// Returns the names of the objects that carry the cluster's label.
fn ours(cluster: &Cluster) -> Vec<String> {
    let label = format!("--filter=label=MokCluster={}", cluster.name);
    let containers = docker(&["ps", "--all", "--format={{.Names}}", &label]).unwrap();
    let networks = docker(&["network", "ls", "--format={{.Name}}", &label]).unwrap();
    containers.lines().chain(networks.lines()).map(String::from).collect()
}

#[test]
fn a_create_whose_parts_are_taken_away_leaves_nothing() {
    let Some(cluster) = Cluster::named("fault") else { return };
    let name = &cluster.name;
    let (master, worker) = (cluster.node("master-1"), cluster.node("worker-1"));
    let init = format!("\"exec {master} bash /root/mok/init.sh\"");

    let gone = format!("docker rm --force --volumes {worker}");
    create_fails(&cluster, &format!("\"start {worker}\""), &gone, &[], &format!("start {worker}"));
    let gone = format!("docker network rm mok-{name}");
    let start = format!("start {master}");
    create_fails(&cluster, &format!("\"start {master}\""), &gone, &[], &start);
    create_fails(&cluster, &init, "kill -KILL $$", &[], &format!("run kubeadm init on {master}"));
    create_fails(&cluster, &init, "kill -STOP $$", &[], &format!("run kubeadm init on {master}"));
    let gone = format!("docker kill {master}");
    create_fails(&cluster, &init, &gone, &[], &format!("run kubeadm init on {master}"));

    let image = format!("local/{name}:1");
    docker(&["tag", node_image().unwrap(), &image]).unwrap();
    let gone = format!("docker rmi {image}");
    let flags = ["--image", image.as_str()];
    // Nodes start side by side, so either may be the first to find the image missing.
    create_fails(&cluster, "\"network create \"*", &gone, &flags, &format!("start {name}-"));
}

/// Objects of others stay, whether they were there first or appear during the run.
#[test]
fn a_create_that_meets_others_leaves_them_alone() {
    let Some(cluster) = Cluster::named("others") else { return };
    let name = &cluster.name;
    let (master, worker) = (cluster.node("master-1"), cluster.node("worker-1"));
    let image = node_image().unwrap();
    let foreign = Foreign(format!("e2e-foreign-{}", std::process::id()));

    docker(&["create", &format!("--name={worker}"), image]).unwrap();
    create_fails(&cluster, "nothing", ":", &[], &format!("start {worker}"));
    docker(&["rm", "--volumes", &worker]).unwrap();

    let subnet = "10.214.77.0/24";
    let taken = format!("docker network create --subnet={subnet} {}", foreign.0);
    let flags = ["--subnet", subnet];
    create_fails(&cluster, "\"network create \"*", &taken, &flags, "create network");
    docker(&["network", "rm", &foreign.0]).unwrap();

    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let port = port.to_string();
    let taken = format!(
        "docker run --detach --name={} --publish=127.0.0.1:{port}:80 --entrypoint=sleep {image} 100",
        foreign.0
    );
    let flags = ["--api-port", port.as_str()];
    let start = format!("\"start {master}\"");
    create_fails(&cluster, &start, &taken, &flags, &format!("start {master}"));
    let state = docker(&["container", "inspect", "--format={{.State.Status}}", &foreign.0]);
    assert_eq!(state.as_deref(), Ok("running"), "{name}");
}

/// A container or network that is not mokctl's. Removed when the test ends.
struct Foreign(String);

impl Drop for Foreign {
    fn drop(&mut self) {
        // Usually only one of the two exists, or neither.
        let _ = docker(&["rm", "--force", "--volumes", &self.0]);
        let _ = docker(&["network", "rm", &self.0]);
    }
}

#[test]
fn a_create_that_fails_late_leaves_nothing() {
    let Some(cluster) = Cluster::named("late") else { return };
    let worker = cluster.node("worker-1");
    let join = format!("\"exec --interactive {worker} bash /root/mok/join.sh\"");
    let gone = format!("docker kill {worker}");
    create_fails(&cluster, &join, &gone, &[], &format!("join {worker}"));
}

/// The cluster stays, because it is ready, and `get kubeconfig` gives access to it.
#[test]
fn a_kubeconfig_that_cannot_be_written_in_the_end_costs_no_cluster() {
    let Some(cluster) = Cluster::named("unsaved") else { return };
    let name = &cluster.name;
    // The kubeconfig's folder becomes a file after the check that it can be written.
    let folder = cluster.folder().join("kube");
    fs::create_dir(&folder).unwrap();
    let init = format!("\"exec {} bash /root/mok/init.sh\"", cluster.node("master-1"));
    let gone = format!("rm -r '{0}' && touch '{0}'", folder.display());
    let mut command = hooked(&cluster, &init, &gone, &["create", "cluster", name, "1", "0"]);
    command.env("KUBECONFIG", folder.join("config"));
    let output = output_of(command, b"").unwrap();
    let all = shown(&gone, &output);
    let error = format!("mokctl: error: cluster {name} is ready, but its access is not saved: ");
    assert!(all.contains(&error) && output.status.code() == Some(1), "{all}");
    let access = cluster.mokctl(&["get", "kubeconfig", name]);
    assert!(access.status.success(), "{}", shown("get kubeconfig", &access));
    fs::write(cluster.kubeconfig(), access.stdout).unwrap();
    assert_eq!(cluster.ready_nodes().unwrap(), [cluster.node("master-1")]);
    let output = cluster.mokctl(&["delete", "cluster", name]);
    assert!(output.status.success(), "{}", shown("delete cluster", &output));
}

#[test]
fn nodes_that_are_killed_while_others_come_and_go_cost_nothing_more() {
    let Some(cluster) = Cluster::named("killed") else { return };
    cluster.create(1, 1);
    let (name, master) = (&cluster.name, cluster.node("master-1"));
    let before = Objects::of(name).unwrap();

    let join =
        format!("\"exec --interactive {} bash /root/mok/join.sh\"", cluster.node("worker-2"));
    let output =
        with_hook(&cluster, &join, &format!("docker kill {master}"), &["create", "worker", name]);
    let all = shown("create worker", &output);
    assert_eq!(output.status.code(), Some(1), "{all}");
    assert!(all.contains("mokctl: error: failed to join "), "{all}");
    assert_eq!(Objects::of(name).unwrap(), before, "{all}");
    docker(&["start", &master]).unwrap();
    let patience = Duration::from_secs(120);
    wait::until("both nodes", patience, || match cluster.ready_nodes()?.len() {
        2 => Ok(()),
        n => Err(format!("{n} nodes are Ready")),
    });

    let worker = cluster.node("worker-1");
    let drain = format!("\"exec {master} kubectl \"*\" drain \"*");
    let delete = ["delete", "worker", &worker, "--yes"];
    let output = with_hook(&cluster, &drain, &format!("docker kill {worker}"), &delete);
    if !output.status.success() {
        let all = shown("delete worker", &output);
        assert!(all.contains(&format!("mokctl: error: failed to drain {worker}")), "{all}");
        let second = cluster.mokctl(&delete);
        assert!(second.status.success(), "{all}{}", shown("the second time", &second));
    }
    assert_eq!(cluster.ready_nodes().unwrap(), [master.as_str()]);
    assert_eq!(Objects::of(name).unwrap().containers.into_iter().collect::<Vec<_>>(), [master]);
    engine::remove(name).unwrap();
}

/// Returns the ids of the objects of all clusters.
fn objects(engine: &SecondEngine) -> String {
    let label = "--filter=label=MokCluster";
    engine.docker(&["ps", "--all", "--quiet", label]).unwrap()
        + &engine.docker(&["network", "ls", "--quiet", label]).unwrap()
}

#[test]
#[ignore = "slow, a second engine: make e2e-full"]
fn an_engine_that_is_full_or_ends_is_survived() {
    let Some(cluster) = Cluster::named("small") else { return };
    let engine = SecondEngine::with_disk(cluster.folder().join("engine"), "4G");
    let create = ["create", "cluster", &cluster.name, "1", "1"];
    let run = |mut command: Command| {
        output_of(
            {
                command.env("DOCKER_HOST", &engine.host);
                command
            },
            b"",
        )
        .unwrap()
    };

    let start = format!("\"start {}\"", cluster.node("master-1"));
    let filler = engine.folder.join("data/filler");
    // Large blocks first, then small ones for the rest.
    let fill = format!(
        "for size in 1M 4K; do dd if=/dev/zero bs=$size oflag=append conv=notrunc of={}; done",
        filler.display()
    );
    let output = run(hooked(&cluster, &start, &fill, &create));
    refused(&cluster, &output, "a full disk", "");
    let all = shown("a full disk", &output);
    assert!(all.to_lowercase().contains("no space left"), "{all}");
    assert_eq!(objects(&engine), "", "{all}");
    fs::remove_file(filler).unwrap();

    let init = format!("\"exec {} bash /root/mok/init.sh\"", cluster.node("master-1"));
    let end = format!("{SCRIPT} kill {}", engine.folder.display());
    let output = run(hooked(&cluster, &init, &end, &create));
    refused(&cluster, &output, "an engine that ends", "run kubeadm init on ");
    let all = shown("an engine that ends", &output);
    assert!(all.contains(&format!("'mokctl delete cluster {}'", cluster.name)), "{all}");
    engine.script("start", &["near"]);
    assert_ne!(objects(&engine), "", "{all}");
    let mut delete = Command::new(env!("CARGO_BIN_EXE_mokctl"));
    delete.args(["delete", "cluster", &cluster.name]).env("KUBECONFIG", cluster.kubeconfig());
    let output = run(delete);
    assert!(output.status.success(), "{}", shown("delete", &output));
    assert_eq!(objects(&engine), "");
}
