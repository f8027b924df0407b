//! Nodes whose container or whose Node object the user has removed, and clusters without their
//! network.

use serde_json::{Value, json};

use crate::harness::Machine;

const HEAD: &str = "Name         IP_Address     Role     Status";

fn machine() -> Machine {
    Machine::new().with_cluster("a 1 2 --subnet 172.30.5.0/24")
}

#[test]
fn a_node_without_container_is_listed_deleted_and_made_again() {
    let machine = machine();
    machine.docker.loses("a-worker-1");
    let table = format!(
        "{HEAD}    Version\n\
         a-master-1   172.30.5.11    master   running   v1.37.2\n\
         a-worker-2   172.30.5.102   worker   running   v1.37.2\n\
         a-worker-1   172.30.5.101   worker   missing   v1.37.2\n"
    );
    machine.mokctl("get nodes a").stdout(table).run();
    let outcome = machine.mokctl("get nodes a -o json").outcome();
    let list: Vec<Value> = serde_json::from_str(&outcome.stdout).unwrap();
    let missing = json!({
        "cluster": "a", "id": null, "name": "a-worker-1", "address": "172.30.5.101",
        "role": "worker", "status": "missing", "version": "v1.37.2", "image": null, "api": null
    });
    assert_eq!((list.len(), &list[2]), (3, &missing));

    let stderr = "The container of a-worker-1 is missing: it was removed by hand.\n\
                  Updating other nodes .. ok (0.0 s)\n\
                  Deleting Node objects .. ok (0.0 s)\n\
                  Done after 0.0 s.\n";
    machine.mokctl("delete worker a-worker-1 --yes").stderr(stderr).run();
    assert_eq!(machine.docker.node_objects(), ["a-master-1", "a-worker-2"]);
    let error = "mokctl: error: no node exists with name a-worker-1\n\
                 hint: 'mokctl get nodes a' lists them\n";
    machine.mokctl("delete worker a-worker-1 --yes").stderr(error).code(1).run();

    machine.mokctl("create worker a -q").run();
    let all = ["a-master-1", "a-worker-1", "a-worker-2"];
    assert_eq!(machine.docker.node_objects(), all);
}

/// kubeadm refuses to join a node whose name the cluster has, so the Node object is deleted first.
#[test]
fn a_node_takes_the_place_of_one_without_container() {
    let machine = machine();
    machine.docker.loses("a-worker-1");
    let dry = machine.mokctl("create worker a --dry-run").outcome();
    let stale = "Deleting Node objects\n  delete Node object a-worker-1\n    docker exec a-master-1 \
                 kubectl --kubeconfig=/etc/kubernetes/admin.conf delete node a-worker-1 \
                 --ignore-not-found\nStarting nodes\n";
    dry.assert(dry.stdout.contains(stale), stale);
    let stderr = "Reserving the names .. ok (0.0 s)\n\
                  Deleting Node objects .. ok (0.0 s)\n\
                  Starting nodes .. ok (0.0 s)\n\
                  Issuing join credentials .. ok (0.0 s)\n\
                  Joining nodes .. ok (0.0 s)\n\
                  Waiting for nodes to become Ready .. ok (0.0 s)\n\
                  Completing setup .. ok (0.0 s)\n\
                  Done after 0.0 s.\n";
    machine.mokctl("create worker a").stderr(stderr).run();
    assert_eq!(machine.docker.containers().len(), 3);
}

#[test]
fn a_master_without_container_leaves_etcd() {
    let machine = Machine::new().with_cluster("a 3 0");
    machine.docker.loses("a-master-3");
    let master = machine.copy();
    let stderr = "The container of a-master-3 is missing: it was removed by hand.\n\
                  Updating other nodes .. ok (0.0 s)\n\
                  Leaving etcd .. ok (0.0 s)\n\
                  Deleting Node objects .. ok (0.0 s)\n\
                  Done after 0.0 s.\n";
    machine.mokctl("delete master a-master-3 --yes").stderr(stderr).run();
    let leave = "exec a-master-1 bash /root/mok/remove_member.sh a-master-3";
    assert!(machine.docker.call("exec a-master-1 bash /root/mok/remove_member.sh").line() == leave);
    assert!(!machine.docker.file("a-lb", "/etc/mok/haproxy.cfg").contains("a-master-3"));

    master.mokctl("create master a -q").run();
    let lines: Vec<_> = master.docker.calls().iter().map(crate::fake_docker::Call::line).collect();
    let at = |words: &str| lines.iter().rposition(|line| line.starts_with(words)).unwrap();
    assert!(at(leave) < at("start a-master-3"), "{}", master.docker.log());
}

#[test]
fn a_container_without_node_object_is_listed_deleted_and_made_again() {
    let machine = machine();
    machine.docker.deletes_node_object("a-worker-1");
    let table = format!(
        "{HEAD}         Version\n\
         a-master-1   172.30.5.11    master   running        v1.37.2\n\
         a-worker-1   172.30.5.101   worker   unregistered   v1.37.2\n\
         a-worker-2   172.30.5.102   worker   running        v1.37.2\n"
    );
    machine.mokctl("get nodes a").stdout(table).run();
    machine.mokctl("delete worker a-worker-1 --yes -q").run();
    machine.mokctl("create worker a -q").run();
    let all = ["a-master-1", "a-worker-1", "a-worker-2"];
    assert_eq!(machine.docker.node_objects(), all);
}

/// Without the API, only the containers can be listed.
#[test]
fn nodes_are_listed_without_the_api() {
    let machine = machine();
    machine.docker.loses("a-worker-1");
    let asks = "exec a-master-1 kubectl *";
    let rows = |machine: &Machine| {
        let outcome = machine.mokctl("get nodes a").outcome();
        outcome.assert(outcome.code() == Some(0) && outcome.stderr.is_empty(), "not listed");
        outcome.stdout.lines().count()
    };
    let unreachable = "Unable to connect to the server: net/http: request canceled";
    machine.docker.on(asks).fails(1, unreachable);
    assert_eq!(rows(&machine), 3);
    let outcome = machine.mokctl("delete worker a-worker-1 --yes").outcome();
    outcome.assert(outcome.code() == Some(1) && outcome.stderr.contains(unreachable), "no reason");
    machine.docker.heal();
    machine.docker.on(asks).prints(b"<html>");
    assert_eq!(rows(&machine), 3);
    machine.docker.heal();
    machine.docker.on(asks).hangs();
    let outcome = machine.mokctl("get nodes a").deadline_scale("0.03").outcome();
    outcome.assert(outcome.code() == Some(0) && outcome.stderr.is_empty(), "not listed");

    machine.docker.heal();
    machine.mokctl("stop cluster a -q").run();
    let before = machine.docker.calls().len();
    assert_eq!(rows(&machine), 3);
    let asked = machine.docker.calls()[before..].iter().any(|call| call.verb() == "exec");
    assert!(!asked, "{}", machine.docker.log());
    let error = "mokctl: error: cluster a has no running master\n\
                 hint: 'mokctl start cluster a' starts it\n";
    machine.mokctl("delete worker a-worker-1 --yes").stderr(error).code(1).run();
}

/// A host that does not answer may still have the container.
#[test]
fn nodes_on_a_host_that_is_away_are_not_missing() {
    let machine = Machine::new();
    machine.docker.with_hosts(&["here", "there"]);
    let machine = machine.with_cluster("a 1 1 --hosts here,there");
    machine.docker.host_is_away("there", true);
    let outcome = machine.mokctl("get nodes a --hosts here,there").outcome();
    outcome.assert(!outcome.stdout.contains("missing"), "missing");
}

fn without_network() -> Machine {
    let machine = machine();
    machine.mokctl("stop cluster a -q").run();
    machine.docker.prunes_network("mok-a");
    machine
}

#[test]
fn start_makes_a_network_again_that_was_removed() {
    let machine = without_network();
    let dry = machine.mokctl("start cluster a --dry-run").outcome();
    let again = "\
Connecting nodes (side by side)
  connect a-master-1
    docker network connect --ip=172.30.5.11 mok-a a-master-1
  connect a-worker-1
    docker network connect --ip=172.30.5.101 mok-a a-worker-1
  connect a-worker-2
    docker network connect --ip=172.30.5.102 mok-a a-worker-2
Starting masters
";
    dry.assert(dry.stdout.contains(again), again);
    assert!(machine.docker.networks().is_empty());
    let stderr = "Creating network .. ok (0.0 s)\n\
                  Disconnecting nodes .. ok (0.0 s)\n\
                  Connecting nodes .. ok (0.0 s)\n\
                  Starting masters .. ok (0.0 s)\n\
                  Starting workers .. ok (0.0 s)\n\
                  Waiting for nodes to become Ready .. ok (0.0 s)\n\
                  Done after 0.0 s.\n";
    machine.mokctl("start cluster a").stderr(stderr).run();
    let network = &machine.docker.networks()[0];
    assert_eq!((network.name.as_str(), network.labels["MokCluster"].as_str()), ("mok-a", "a"));
    let create = machine.docker.calls().into_iter().rfind(|call| call.verb() == "network create");
    assert_eq!(create.unwrap().flag("subnet"), Some("172.30.5.0/24"));
    // From now on `start` needs no repair.
    machine.mokctl("stop cluster a -q").run();
    let dry = machine.mokctl("start cluster a --dry-run").outcome();
    dry.assert(dry.stdout.starts_with("Starting masters\n"), "once more");
}

#[test]
fn start_says_what_has_the_addresses_of_a_network_that_was_removed() {
    let machine = without_network();
    let other = machine.copy();
    // A network that the user makes.
    let create = |machine: &Machine, words: &[&str]| {
        let mut docker = std::process::Command::new(machine.path("bin/docker"));
        let output = docker.args(["network", "create"]).args(words).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    };
    create(&machine, &["--driver=bridge", "--subnet=172.30.5.0/24", "other"]);
    let error = "mokctl: error: cannot create network mok-a again: network other has 172.30.5.0/24\n\
                 hint: remove network other, then run the command again\n";
    machine.mokctl("start cluster a").stderr(error).code(1).run();

    // The user has made the network again, but the nodes are still on the removed one.
    create(&other, &["--driver=bridge", "--subnet=172.30.5.0/24", "mok-a"]);
    other.mokctl("start cluster a -q").run();
    assert!(other.docker.containers().iter().all(|container| container.status == "running"));
}

/// Without the load balancer no node reaches the API, so no step that needs the API begins.
#[test]
fn start_makes_a_load_balancer_again_that_was_removed() {
    let machine = Machine::new().with_cluster("a 1 1 --with-lb --subnet 172.30.5.0/24");
    let published = || -> Option<String> {
        let text = machine.kubeconfig_text();
        text.lines().find(|line| line.contains("server: ")).map(|line| line.trim().to_owned())
    };
    let before = published().unwrap();
    machine.docker.loses("a-lb");
    let table = format!(
        "{HEAD}    Version\n\
         a-master-1   172.30.5.11    master   running   v1.37.2\n\
         a-worker-1   172.30.5.101   worker   running   v1.37.2\n\
         a-lb         -              lb       missing   -\n"
    );
    machine.mokctl("get nodes a").stdout(table).run();
    let error = "mokctl: error: the load balancer of cluster a is missing\n\
                 hint: 'mokctl start cluster a' makes it again\n";
    for line in [
        "create worker a",
        "delete worker a-worker-1 --yes",
        "create snapshot a s",
        "get kubeconfig a",
    ] {
        machine.mokctl(line).stderr(error).code(1).run();
    }

    let dry = machine.mokctl("start cluster a --dry-run").outcome();
    dry.assert(dry.stdout.contains("\n    docker create --name=a-lb "), "no balancer");
    let warning = "mokctl: warning: the load balancer was removed: the new one publishes the API \
                   alone, on another port\n";
    let made_again = "Making the load balancer again .. ok (0.0 s)\n\
                Completing setup .. ok (0.0 s)\n";
    let ready = "Waiting for nodes to become Ready .. ok (0.0 s)\nDone after 0.0 s.\n";
    machine.mokctl("start cluster a").stderr(format!("{warning}{made_again}{ready}")).run();
    let calls = machine.docker.calls();
    let made = calls.iter().rfind(|call| call.line().starts_with("create --name=a-lb "));
    let balancer = made.unwrap();
    assert_eq!(balancer.flag("ip"), Some("172.30.5.2"));
    assert!(machine.docker.file("a-lb", "/etc/mok/haproxy.cfg").contains("server a-master-1 "));
    let publish = balancer.flag("publish").unwrap();
    let server = publish.rsplit_once(':').unwrap().0;
    assert_eq!(published(), Some(format!("server: https://{server}")));
    assert_ne!(published(), Some(before));
    machine.mokctl("create worker a -q").run();

    // Stopped masters start before the load balancer is made, and workers after it.
    machine.mokctl("stop cluster a -q").run();
    machine.docker.loses("a-lb");
    let workers = "Starting workers .. ok (0.0 s)\n";
    let stderr = format!("{warning}Starting masters .. ok (0.0 s)\n{made_again}{workers}{ready}");
    machine.mokctl("start cluster a").stderr(stderr).run();

    // A master that was paused can be asked for the kubeconfig, too.
    machine.docker.loses("a-lb");
    machine.docker.set_status("a-master-1", "paused");
    let stderr = format!("Unpausing nodes .. ok (0.0 s)\n{warning}{made_again}{ready}");
    machine.mokctl("start cluster a").stderr(stderr).run();
}

#[test]
fn a_load_balancer_that_cannot_be_made_again_leaves_the_rest() {
    let machine = Machine::new().with_cluster("a 1 1 --with-lb");
    machine.docker.loses("a-lb");
    let names = machine.docker.names();
    machine.docker.on("start a-lb").fails(1, "no space left on device");
    let outcome = machine.mokctl("start cluster a").outcome();
    let error = "mokctl: error: failed to start a-lb: ";
    outcome.assert(outcome.code() == Some(1) && outcome.stderr.contains(error), "no error");
    assert_eq!(machine.docker.names(), names);
    assert!(machine.kubeconfig_text().contains("name: mok-a"));
    machine.docker.heal();
    let outcome = machine.mokctl("start cluster a").outcome();
    outcome.assert(outcome.code() == Some(0), "not started");
}

/// The engine lists a paused node as running, although nothing in it runs.
#[test]
fn a_node_that_was_paused_is_shown_and_goes_on() {
    let machine = machine();
    machine.docker.set_status("a-worker-1", "paused");
    let table = format!(
        "{HEAD}    Version\n\
         a-master-1   172.30.5.11    master   running   v1.37.2\n\
         a-worker-1   172.30.5.101   worker   paused    v1.37.2\n\
         a-worker-2   172.30.5.102   worker   running   v1.37.2\n"
    );
    machine.mokctl("get nodes a").stdout(table).run();
    let stderr = "Unpausing nodes .. ok (0.0 s)\n\
                  Waiting for nodes to become Ready .. ok (0.0 s)\n\
                  Done after 0.0 s.\n";
    machine.mokctl("start cluster a").stderr(stderr).run();
    machine.docker.set_status("a-worker-1", "paused");
    machine.mokctl("stop cluster a -q").run();
    let outcome = machine.mokctl("get nodes a").outcome();
    outcome.assert(outcome.stdout.matches("stopped").count() == 3, "all are stopped");
}
