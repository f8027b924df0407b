//! `--cni none`: the user installs a pod network.

use mokctl::cli::usage;

use crate::harness::Machine;

const CONFIGURATION: &str = "/etc/cni/net.d/10-mok.conflist";

/// Checks that `node` has nothing of mokctl's pod network, and that its scripts do not wait for
/// one.
#[track_caller]
fn has_no_network(machine: &Machine, node: &str) {
    assert!(!machine.docker.has_file(node, CONFIGURATION), "{node}");
    assert_eq!(machine.docker.file(node, "/etc/mok/routes"), "", "{node}");
    assert!(machine.docker.file(node, "/root/mok/mok.env").contains("\nCNI=none\n"), "{node}");
    // The user's pod network needs this file.
    let network = machine.docker.file(node, "/etc/mok/network");
    assert!(network.starts_with("POD_SUBNET=10.244.0.0/16\n"), "{network}");
    let created = machine.docker.call(&format!("create --name={node} "));
    assert_eq!(created.labels()["mok.cni"], "none");
}

#[test]
fn nodes_have_no_network_whenever_they_come() {
    let machine = Machine::new();
    let outcome = machine.mokctl("create cluster a 1 1 --cni none").outcome();
    let told = "Nodes become Ready when you have installed a network for pods: --cni none.\n";
    outcome.assert(outcome.code() == Some(0) && outcome.stderr.contains(told), "not told");
    machine.mokctl("create worker a -q").run();
    machine.mokctl("create snapshot a s -q").run();
    machine.mokctl("create cluster b --from s -q").run();
    for node in ["a-master-1", "a-worker-1", "a-worker-2", "b-master-1", "b-worker-1"] {
        has_no_network(&machine, node);
    }
    machine.mokctl("delete worker a-worker-1 -q --yes").run();
    assert_eq!(machine.docker.file("a-master-1", "/etc/mok/routes"), "");
    let first = machine.docker.call("create --name=a-master-1 ");
    assert_eq!(first.labels()["mok.addons"], "storage,metrics,loadbalancer");
}

#[test]
fn mokctls_own_network_is_the_default() {
    let machine = Machine::new().with_cluster("a 1 1 --cni static");
    assert!(machine.docker.has_file("a-worker-1", CONFIGURATION));
    assert!(machine.docker.file("a-worker-1", "/root/mok/mok.env").contains("\nCNI=static\n"));
    let created = machine.docker.call("create --name=a-worker-1 ");
    assert!(!created.labels().contains_key("mok.cni"));
}

#[test]
fn what_belongs_to_mokctls_network_is_refused_without_it() {
    let machine = Machine::new();
    let stderr = "mokctl: error: a cluster with --cni none cannot have the add-on policy: it is for \
                  mokctl's own network\n";
    let create = "create cluster a 1 1 --cni none --addons policy";
    machine.mokctl(create).stderr(stderr).code(1).run();
    assert!(machine.docker.names().is_empty());
    let last = "Invalid CNI, 'flannel': static or none is allowed.";
    let run = machine.mokctl("create cluster a 1 1 --cni flannel");
    run.stdout(format!("{}{last}\n", usage())).code(1).run();
}
