//! `delete cluster`.

use std::collections::BTreeSet;
use std::fs;

use crate::harness::Machine;

#[test]
fn delete_removes_containers_with_their_volumes_network_and_kubeconfig_entry() {
    let machine = Machine::new().with_cluster("a 3 1");
    let stderr = "Updating kubeconfig .. ok (0.0 s)\nRemoving containers .. ok (0.0 s)\n\
                  Removing network .. ok (0.0 s)\n";
    machine.mokctl("delete cluster a").stderr(stderr).run();
    assert!(machine.docker.names().is_empty());
    assert!(!machine.kubeconfig_text().contains("mok-a"));
    let remove = machine.docker.call("rm ");
    assert_eq!(remove.argv[..3], ["rm", "--force", "--volumes"]);
    assert_eq!(remove.argv.len(), 3 + 5);
}

/// docker would wait for the answers to a container's pending lookups.
#[test]
fn nodes_that_run_end_their_lookups_before_they_are_removed() {
    let machine = Machine::new().with_cluster("a 3 1");
    machine.docker.set_status("a-master-2", "exited");
    machine.docker.set_status("a-master-3", "paused");
    // If that fails, docker waits, but the node is removed all the same.
    machine.docker.on("exec a-worker-1 *").fails(1, "no such file or directory");
    let before = machine.docker.calls().len();
    machine.mokctl("delete cluster a -q").run();
    assert!(machine.docker.names().is_empty());
    let calls = &machine.docker.calls()[before..];
    let ends = calls.iter().filter(|call| call.argv[0] == "exec");
    let ends: BTreeSet<_> = ends.map(|call| call.argv[1..].join(" ")).collect();
    let script = "/usr/local/lib/mok/end_lookups.sh";
    let want = ["a-master-1", "a-worker-1"].map(|node| format!("{node} {script}"));
    assert_eq!(ends, want.into());
    let last = calls.iter().rposition(|call| call.argv[0] == "exec");
    assert!(last < calls.iter().position(|call| call.argv[0] == "rm"));
}

#[test]
fn delete_of_an_unknown_name_is_one_line() {
    let machine = Machine::new().with_cluster("a 1 0");
    let stderr = "mokctl: error: no cluster exists with name b\n\
                  hint: 'mokctl get clusters' lists them\n";
    machine.mokctl("delete cluster b").stderr(stderr).code(1).run();
    assert_eq!(machine.docker.names(), ["a-master-1", "mok-a"]);
}

#[test]
fn delete_takes_the_name_as_a_whole() {
    let machine =
        Machine::new().with_cluster("a 1 0").with_cluster("a-a 1 0").with_cluster("ab 1 0");
    machine.mokctl("delete cluster a -q").run();
    assert_eq!(machine.docker.names(), ["a-a-master-1", "ab-master-1", "mok-a-a", "mok-ab"]);
    let text = machine.kubeconfig_text();
    assert!(text.contains("name: mok-a-a\n") && text.contains("name: mok-ab\n"), "{text}");
    assert!(!text.contains("name: mok-a\n"), "{text}");
}

#[test]
fn delete_takes_what_is_left_of_a_cluster() {
    let machine = Machine::new().with_cluster("a 1 1");
    machine.docker.on("network rm *").nth(1).fails(1, "Error response from daemon: no");
    let outcome = machine.mokctl("delete cluster a").outcome();
    outcome.assert(outcome.code() == Some(1), "deleted");
    outcome.assert(machine.docker.names() == ["mok-a"], "not the network alone");
    let stderr = "Updating kubeconfig .. ok (0.0 s)\nRemoving network .. ok (0.0 s)\n";
    machine.mokctl("delete cluster a").stderr(stderr).run();
    assert!(machine.docker.names().is_empty());
}

/// The failure is reported at the end. Another delete then removes only the entry.
#[test]
fn delete_goes_on_where_the_kubeconfig_cannot_be_changed() {
    let machine = Machine::new().with_cluster("a 1 1");
    let before = machine.kubeconfig_text();
    fs::write(machine.kubeconfig(), "{").unwrap();
    let outcome = machine.mokctl("delete cluster a").outcome();
    outcome.assert(outcome.code() == Some(1), "all is deleted");
    let error = "mokctl: error: cluster a is not deleted completely: ";
    let hint = "hint: 'mokctl delete cluster a' removes what is left\n";
    outcome.assert(outcome.stderr.contains(error) && outcome.stderr.ends_with(hint), error);
    assert!(machine.docker.names().is_empty());
    fs::write(machine.kubeconfig(), before).unwrap();
    machine.mokctl("delete cluster a").stderr("Updating kubeconfig .. ok (0.0 s)\n").run();
    assert!(!machine.kubeconfig_text().contains("mok-a"));
    let gone = "mokctl: error: no cluster exists with name a\n\
                hint: 'mokctl get clusters' lists them\n";
    machine.mokctl("delete cluster a").stderr(gone).code(1).run();
}

#[test]
fn delete_does_without_a_kubeconfig() {
    let machine = Machine::new().with_cluster("a 1 1");
    let stderr = "mokctl: warning: cannot find the kubeconfig: neither $KUBECONFIG nor $HOME is set; \
                  if mok-a is in one, it stays\n";
    machine.mokctl("delete cluster a -q").without_env("HOME").stderr(stderr).run();
    assert!(machine.docker.names().is_empty());
}

/// The user has removed parts of the cluster by hand.
#[test]
fn delete_removes_whatever_is_left() {
    for gone in ["a-master-1", "a-worker-1", "mok-a"] {
        let machine = Machine::new().with_cluster("a 1 1");
        let kind = if gone == "mok-a" { "networks" } else { "containers" };
        fs::remove_dir_all(machine.path(&format!("engine/{kind}/{gone}"))).unwrap();
        machine.mokctl("delete cluster a -q").run();
        assert!(machine.docker.names().is_empty(), "{gone}");
        assert!(!machine.kubeconfig_text().contains("mok-a"), "{gone}");
    }
}

#[test]
fn a_deleted_cluster_can_be_created_again() {
    let machine = Machine::new().with_cluster("a 1 0");
    machine.mokctl("delete cluster a -q").run();
    let machine = machine.with_cluster("a 1 0");
    assert_eq!(machine.docker.names(), ["a-master-1", "mok-a"]);
}

/// Another delete is running on the same machine, or of the same cluster.
#[test]
fn a_container_that_goes_away_while_it_is_looked_at_is_no_failure() {
    let machine = Machine::new().with_cluster("a 1 1");
    let text = "Error response from daemon: No such container: 000c";
    machine.docker.on("container inspect *").nth(1).fails(1, text);
    machine.mokctl("delete cluster a -q").run();
    assert!(machine.docker.names().is_empty());
}
