//! Snapshots: a cluster is saved in images, and restored from them.

use std::fs;
use std::net::TcpListener;

use serde_json::{Value, json};

use crate::fake_docker::Call;
use crate::harness::Machine;

const SAVED: &str = "\
Stopping workers .. ok (0.0 s)
Stopping masters .. ok (0.0 s)
Saving nodes .. ok (0.0 s)
Starting masters .. ok (0.0 s)
Starting workers .. ok (0.0 s)
Waiting for nodes to become Ready .. ok (0.0 s)
Cluster a is saved as s after 0.0 s. It holds the cluster's keys. To have it back:

  mokctl restore cluster a s

";

const RESTORED: &str = "\
Removing containers .. ok (0.0 s)
Removing network .. ok (0.0 s)
Reserving the name .. ok (0.0 s)
Creating network .. ok (0.0 s)
Starting nodes .. ok (0.0 s)
Waiting for nodes to become Ready .. ok (0.0 s)
Completing setup .. ok (0.0 s)
";

fn saved(line: &str) -> Machine {
    let machine = Machine::new().with_cluster(line);
    machine.mokctl("create snapshot a s -q").run();
    machine
}

/// The names and states of all containers, and what each is created with.
fn shape(machine: &Machine) -> Vec<(String, String)> {
    let containers = machine.docker.containers().into_iter();
    containers.map(|container| (container.name, container.status)).collect()
}

#[test]
fn create_stops_saves_and_starts_again() {
    let machine = Machine::new().with_cluster("a 1 1");
    let (before, images) = (machine.docker.containers(), machine.docker.images());
    machine.mokctl("create snapshot a s").stderr(SAVED).run();
    assert_eq!(machine.docker.containers(), before);
    let made = ["mok-snapshot/s:a-master-1", "mok-snapshot/s:a-worker-1"].map(String::from);
    assert_eq!(machine.docker.images(), images.into_iter().chain(made).collect());
    // Images are committed only when all containers are stopped.
    let stopped = machine.docker.call("stop -t 30 a-master-1").ended;
    let calls = machine.docker.calls();
    let mut commits = calls.iter().filter(|call| call.verb() == "commit");
    assert!(commits.all(|commit| Some(commit.started) > stopped));
}

#[test]
fn a_cluster_stays_stopped_if_it_was_or_shall_be() {
    let machine = Machine::new().with_cluster("a 1 1");
    machine.mokctl("create snapshot a s --stop -q").run();
    let is_stopped = || shape(&machine).iter().all(|(_, status)| status == "exited");
    assert!(is_stopped());
    machine.mokctl("create snapshot a t -q").run();
    assert!(is_stopped());
    assert_eq!(machine.docker.images().len(), 5);
}

#[test]
fn snapshots_are_a_table_or_json() {
    let machine = saved("a 1 1");
    let table = "\
Snapshot   MOK_Cluster   Nodes   Size   Age   Status   Version
s          a             2       4 MB   AGE   whole    v1.37.2
";
    let outcome = machine.mokctl("get snapshots").outcome();
    let age = regex::Regex::new(r"[0-9]s ").unwrap();
    let shown = age.replace(&outcome.stdout, "AGE ").into_owned();
    assert_eq!(shown.replace("AGE    ", "AGE   "), table);
    let outcome = machine.mokctl("get snapshots a -o json").outcome();
    let mut list: Vec<Value> = serde_json::from_str(&outcome.stdout).unwrap();
    assert!(list[0]["created"].take().as_u64().unwrap() > 1_700_000_000);
    let want = json!({
        "snapshot": "s", "cluster": "a", "nodes": ["a-master-1", "a-worker-1"],
        "bytes": 4_000_000, "created": null, "status": "whole", "version": "v1.37.2",
    });
    assert_eq!(list, [want]);
    machine.mokctl("get snapshots b").run();
    machine.mokctl("get snapshots b -o json").stdout("[]\n").run();
}

#[test]
fn a_snapshot_is_no_node_image() {
    let machine = saved("a 1 1");
    let outcome = machine.mokctl("get images").outcome();
    outcome.assert(!outcome.stdout.contains("mok-snapshot"), "it is listed");
    let image = "mok-snapshot/s:a-master-1";
    let stderr =
        format!("mokctl: error: image {image} is not a node image: it belongs to a snapshot\n");
    machine.mokctl(&format!("create cluster b 1 0 --image {image}")).stderr(stderr).code(1).run();
}

#[test]
fn restore_puts_the_cluster_back_whatever_has_become_of_it() {
    for (line, changes) in [
        ("a 1 1", &["create worker a 2"][..]),
        ("a 1 1", &["stop cluster a"]),
        ("a 1 1", &["delete worker a-worker-1 --yes"]),
        ("a 1 1", &["delete cluster a"]),
        ("a 1 1", &["delete cluster a", "create cluster a 3 0 --subnet 10.88.0.0/24"]),
        ("a 3 1", &["delete master a-master-3 --yes", "create worker a"]),
    ] {
        let machine = saved(line);
        let (before, networks) = (shape(&machine), machine.docker.networks());
        let flags = |call: &Call| ["ip", "publish"].map(|flag| call.flag(flag).map(String::from));
        let create = flags(&machine.docker.call("create --name=a-master-1 "));
        let subnet = machine.docker.call("network create ").flag("subnet").unwrap().to_owned();
        let lb = line.starts_with("a 3").then(|| machine.docker.call("create --name=a-lb "));
        let lb = lb.and_then(|call| call.flag("publish").map(String::from));
        for change in changes {
            machine.mokctl(&format!("{change} -q")).run();
        }
        let first = machine.docker.calls().len();
        machine.mokctl("restore cluster a s -q").run();
        assert_eq!(shape(&machine), before, "{changes:?}");
        assert_eq!(machine.docker.networks().len(), networks.len());
        let calls = &machine.docker.calls()[first..];
        let call = |start: &str| calls.iter().find(|call| call.line().starts_with(start)).unwrap();
        let master = call("create --name=a-master-1 ");
        assert_eq!(flags(master), create);
        assert!(master.line().ends_with(" mok-snapshot/s:a-master-1"), "{}", master.line());
        assert_eq!(call("network create ").flag("subnet"), Some(subnet.as_str()));
        let published = create[1].as_deref().or(lb.as_deref()).unwrap();
        let server = format!("server: https://{}\n", published.strip_suffix(":6443/tcp").unwrap());
        assert!(machine.kubeconfig_text().contains(&server), "{}", machine.kubeconfig_text());
        // The cluster is complete, and made from this snapshot alone.
        let outcome = machine.mokctl("get nodes a").outcome();
        outcome.assert(!outcome.stdout.contains("incomplete"), "not finished");
        machine.mokctl("restore cluster a s -q").run();
        assert_eq!(shape(&machine), before, "the second time");
    }
}

#[test]
fn restore_says_what_it_did_and_that_the_rest_is_gone() {
    let machine = saved("a 1 1");
    let outcome = machine.mokctl("restore cluster a s").outcome();
    let last = regex::Regex::new(
        r"^Cluster a is as it was in s, [0-9]+s ago, after 0\.0 s\. Changes made since then are lost\.\n$",
    );
    let rest = outcome.stderr.strip_prefix(RESTORED);
    outcome.assert(rest.is_some_and(|rest| last.unwrap().is_match(rest)), "not as it should");
}

#[test]
fn what_a_node_had_from_outside_it_has_again() {
    let machine = Machine::new();
    let folder = machine.path("home").display().to_string();
    let flags = format!("--publish 8080:30080 --registry localhost:5000 --mount {folder}:/data:ro");
    let machine = machine.with_cluster(&format!("a 3 1 {flags}"));
    let of = |first: usize, node: &str| {
        let calls = machine.docker.calls();
        let start = format!("create --name={node} ");
        let call = calls[first..].iter().find(|call| call.line().starts_with(&start)).unwrap();
        let about = ["--publish=", "--mount=", "--label=mok.registry="];
        let word = |word: &&String| about.iter().any(|start| word.starts_with(start));
        call.argv.iter().filter(word).cloned().collect::<Vec<_>>()
    };
    machine.mokctl("create snapshot a s -q").run();
    machine.mokctl("delete cluster a -q").run();
    let first = machine.docker.calls().len();
    machine.mokctl("restore cluster a s -q").run();
    for (node, count) in [("a-lb", 2), ("a-master-1", 2), ("a-worker-1", 2)] {
        assert_eq!(of(first, node), of(0, node));
        assert_eq!(of(0, node).len(), count, "{node}");
    }
    // So do nodes that are added later, which are made from the original node image.
    machine.mokctl("create worker a -q").run();
    let worker = machine.docker.call("create --name=a-worker-2 ");
    assert!(worker.line().ends_with(" local/mok-debian-13:v1.37.2"), "{}", worker.line());
    assert_eq!(of(0, "a-worker-2"), of(0, "a-worker-1"));
    // A snapshot of a restored cluster does not depend on the first one.
    machine.mokctl("create snapshot a t -q").run();
    machine.mokctl("delete snapshot s -q").run();
    machine.mokctl("restore cluster a t -q").run();
    let stdout = machine.mokctl("get snapshots").outcome().stdout;
    assert!(stdout.contains("\nt ") && !stdout.contains("\ns "), "{stdout}");
}

#[test]
fn old_certificates_are_renewed() {
    let machine = Machine::new();
    machine.docker.set_creation_time("2021-01-31T12:00:00.000000000Z");
    let machine = machine.with_cluster("a 1 1");
    machine.mokctl("create snapshot a s -q").run();
    let outcome = machine.mokctl("restore cluster a s").outcome();
    let note = "Its certificates were old and have been renewed.\n";
    outcome.assert(outcome.code() == Some(0) && outcome.stderr.contains(note), "not renewed");
    let unit = "/etc/systemd/system/kubelet.service.d/mok-renew.conf";
    assert!(machine.docker.file("a-master-1", unit).contains("ExecStartPre=/root/mok/renew.sh\n"));
    assert_eq!(machine.docker.file("a-master-1", "/root/mok/renew"), "");
    let issued = |machine: &Machine| {
        let calls = machine.docker.calls();
        calls.iter().filter(|call| call.line().contains(" a-master-1 tar --create ")).count()
    };
    assert_eq!(issued(&machine), 1);
    // The certificates are new now, so their age counts from here on.
    machine.mokctl("create snapshot a t -q").run();
    machine.mokctl("restore cluster a t -q").run();
    assert_eq!(issued(&machine), 1);
}

#[test]
fn what_cannot_be_is_refused() {
    let machine = saved("a 1 0");
    let refused = |line: &str, error: &str, hint: &str| {
        let stderr = format!("mokctl: error: {error}\nhint: {hint}\n");
        machine.mokctl(line).stderr(stderr).code(1).run();
    };
    let delete = "'mokctl delete snapshot s' removes it";
    refused("create snapshot a s", "snapshot s already exists", delete);
    let list = "'mokctl get snapshots' lists them";
    refused("restore cluster a x", "no snapshot exists with name x", list);
    refused("delete snapshot x", "no snapshot exists with name x", list);
    let other = "'mokctl restore cluster a s' restores it, \
        'mokctl create cluster NAME --from s' creates another";
    refused("restore cluster b s", "snapshot s is of cluster a", other);
    let clusters = "'mokctl get clusters' lists them";
    refused("create snapshot b t", "no cluster exists with name b", clusters);
    assert_eq!(machine.docker.containers().len(), 1);
    for line in ["create snapshot a S", "restore cluster a S", "delete snapshot S"] {
        let outcome = machine.mokctl(line).outcome();
        outcome.assert(outcome.stdout.contains("Invalid SNAPSHOT name, 'S': "), "not refused");
    }
}

#[test]
fn one_that_is_not_whole_is_told_and_deleted() {
    let machine = saved("a 1 1");
    machine.docker.remove_image("mok-snapshot/s:a-worker-1");
    let table = "\
Snapshot   MOK_Cluster   Nodes   Size   Age   Status       Version
s          -             -       -      -     incomplete   -
";
    machine.mokctl("get snapshots").stdout(table).run();
    let stderr = "mokctl: error: snapshot s is incomplete\n\
        hint: 'mokctl delete snapshot s' removes it\n";
    machine.mokctl("restore cluster a s").stderr(stderr).code(1).run();
    machine.mokctl("create snapshot a s").stderr(stderr).code(1).run();
    machine.mokctl("delete snapshot s").stderr("Deleting snapshot s .. ok (0.0 s)\n").run();
    assert_eq!(machine.docker.images().len(), 1);
    assert_eq!(machine.docker.containers().len(), 2);
}

/// Makes the engine one of this machine, with its data in `root`.
fn here(machine: &Machine, root: &str) {
    let kernel = |name: &str| fs::read_to_string(format!("/proc/sys/kernel/{name}")).unwrap();
    machine.docker.set_info(&json!({
        "ServerVersion": "28.2.2", "OSType": "linux", "CgroupVersion": "2", "DockerRootDir": root,
        "Name": kernel("hostname").trim_end(), "KernelVersion": kernel("osrelease").trim_end(),
    }));
}

#[test]
fn a_full_disk_is_found_before_anything_is_stopped() {
    let machine = Machine::new().with_cluster("a 1 1");
    here(&machine, "/proc");
    let outcome = machine.mokctl("create snapshot a s").outcome();
    let error = "mokctl: error: too little disk space in /proc: the snapshot needs 23 MiB, \
        0 MiB are free\nhint: 'docker system df' shows what takes the space\n";
    outcome.assert(outcome.stderr == error && outcome.code() == Some(1), "not refused");
    assert!(machine.docker.calls().iter().all(|call| call.verb() != "stop"));
}

#[test]
fn what_others_have_is_found_before_anything_is_removed() {
    let machine = Machine::new();
    let folder = machine.path("data");
    fs::create_dir(&folder).unwrap();
    let machine = machine.with_cluster(&format!("a 1 1 --mount {}:/data", folder.display()));
    let port = machine.docker.call("create --name=a-master-1 ");
    let port = port.flag("publish").unwrap().split(':').nth(1).unwrap().to_owned();
    let subnet = machine.docker.call("network create ").flag("subnet").unwrap().to_owned();
    machine.mokctl("create snapshot a s --stop -q").run();
    let refused = |error: &str| {
        let before = machine.docker.names();
        let outcome = machine.mokctl("restore cluster a s").outcome();
        let error = format!("mokctl: error: {error}\nhint: ");
        outcome.assert(outcome.stderr.contains(&error) && outcome.code() == Some(1), "not refused");
        assert_eq!(machine.docker.names(), before);
    };
    here(&machine, "/");
    let other = TcpListener::bind(format!("127.0.0.1:{port}")).unwrap();
    refused(&format!("port {port} of 127.0.0.1, which the snapshot publishes, is already in use"));
    drop(other);
    fs::remove_dir(&folder).unwrap();
    refused(&format!("the snapshot mounts {}, which does not exist", folder.display()));
    machine.mokctl("delete cluster a -q").run();
    machine.docker.set_info(&json!({"ServerVersion": "28.2.2", "OSType": "linux"}));
    machine.mokctl(&format!("create cluster b 1 0 -q --subnet {subnet}")).run();
    let other = "a network of the engine or a route of the host";
    refused(&format!("subnet {subnet} of the snapshot overlaps {subnet}, {other}"));
}

#[test]
fn a_failed_restore_leaves_the_snapshot_and_says_so() {
    let machine = saved("a 1 1");
    machine.docker.on("start a-worker-1").fails(1, "Error response from daemon: no space left");
    let outcome = machine.mokctl("restore cluster a s").outcome();
    let error =
        "mokctl: error: failed to restore cluster a: failed to start a-worker-1: docker start";
    let hint = "hint: the snapshot is unchanged: run 'mokctl restore cluster a s' again\n";
    outcome.assert(outcome.code() == Some(1) && outcome.stderr.contains(error), "no error");
    outcome.assert(outcome.stderr.ends_with(hint), "no hint");
    assert!(machine.docker.names().is_empty());
    assert!(!machine.kubeconfig_text().contains("mok-a"));
    machine.docker.heal();
    machine.mokctl("restore cluster a s -q").run();
    assert_eq!(machine.docker.names().len(), 3);
}

#[test]
fn a_deleted_snapshot_leaves_its_cluster_alone() {
    let machine = saved("a 1 1");
    machine.mokctl("restore cluster a s -q").run();
    let before = machine.docker.containers();
    machine.mokctl("delete snapshot s").stderr("Deleting snapshot s .. ok (0.0 s)\n").run();
    assert_eq!(machine.docker.containers(), before);
    // Images that were kept only for the containers are removed with them.
    machine.mokctl("delete cluster a -q").run();
    let calls = machine.docker.calls();
    let [prune, network] = &calls[calls.len() - 2..] else { unreachable!() };
    assert_eq!(prune.line(), "image prune --force --filter=label=mok.snapshot");
    assert!(network.line().starts_with("network rm "), "{}", network.line());
}

#[test]
fn programs_are_told_of_the_snapshot() {
    let machine = Machine::new().with_cluster("a 1 0");
    for line in ["create snapshot a s", "restore cluster a s", "delete snapshot s"] {
        let outcome = machine.mokctl(&format!("{line} -o json")).outcome();
        let last: Value = serde_json::from_str(outcome.stdout.lines().last().unwrap()).unwrap();
        assert_eq!((&last["ok"], &last["snapshot"]), (&json!(true), &json!("s")), "{line}");
        outcome.assert(outcome.stderr.is_empty(), "something else was said");
    }
}

#[test]
fn the_state_of_cri_o_goes_with_its_nodes() {
    let machine = Machine::new();
    let image = machine.docker.add_crio_image();
    let machine = machine.with_cluster(&format!("a 1 0 --image {image}"));
    machine.mokctl("create snapshot a s -q").run();
    let pack = machine.docker.call("run --name=mok-snapshot-s-a-master-1 ").line();
    assert!(pack.contains(" --file=/var/lib/containers.tar --directory=/var/lib/containers "));
    machine.mokctl("delete cluster a -q").run();
    machine.mokctl("restore cluster a s -q").run();
    let unit = "/etc/systemd/system/crio.service.d/mok-unpack.conf";
    let text = machine.docker.file("a-master-1", unit);
    assert!(text.ends_with("ExecStartPre=/root/mok/unpack.sh /var/lib/containers\n"), "{text}");
    let created = machine.docker.calls();
    let last = created.iter().rfind(|call| call.line().starts_with("create --name=a-master-1 "));
    assert_eq!(last.unwrap().flag("volume"), Some("/var/lib/containers"));
}
