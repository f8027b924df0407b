//! mokctl is killed with SIGKILL at any moment. The docker calls that it has started go on: the
//! client is a separate process.

use std::fs;
use std::time::{Duration, Instant};

use crate::harness::Machine;

/// The message of `create` about an incomplete cluster.
const UNFINISHED: &str = "mokctl: error: cluster a exists but is incomplete\n\
    hint: 'mokctl delete cluster a' removes it\n";

/// Waits until the engine has these objects: calls that were started take a moment to finish.
fn until_there_are(machine: &Machine, names: &[&str]) {
    let begun = Instant::now();
    while machine.docker.names() != names {
        assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", machine.docker.names());
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn what_a_killed_create_leaves_is_seen_told_and_removed() {
    let one = ["a-master-1", "mok-a"].as_slice();
    let two = ["a-master-1", "a-worker-1", "mok-a"].as_slice();
    for (line, call, left) in [
        ("a 1 0", "create --name=a-master-1 *", ["a-master-1"].as_slice()),
        ("a 1 0", "network create *", one),
        ("a 1 0", "start a-master-1", one),
        ("a 1 0", "exec a-master-1 bash /root/mok/init.sh", one),
        ("a 1 1", "exec --interactive a-worker-1 *", two),
        ("a 1 1", "exec a-master-1 bash /root/mok/ready.sh *", two),
        ("a 1 1", "exec a-master-1 cat *", two),
        ("a 1 1", "exec a-master-1 bash /root/mok/revoke.sh *", two),
    ] {
        let machine = Machine::new();
        let block = machine.docker.on(call).nth(1).blocks();
        let run = machine.mokctl(&format!("create cluster {line}")).start();
        block.is_reached();
        run.signal("KILL");
        let outcome = run.wait();
        outcome.assert(outcome.code().is_none(), "it was not killed");
        block.release();
        until_there_are(&machine, left);

        let seen = machine.mokctl("get clusters").outcome();
        seen.assert(seen.code() == Some(0), "no answer");
        let rows: Vec<_> = seen.stdout.lines().skip(1).collect();
        let is_incomplete = |row: &&str| row.starts_with("a ") && row.contains("incomplete");
        seen.assert(!rows.is_empty() && rows.iter().all(is_incomplete), call);

        machine.mokctl("create cluster a 1 0").stderr(UNFINISHED).code(1).run();
        machine.mokctl("delete cluster a -q").run();
        assert!(machine.docker.names().is_empty());
        assert!(!machine.kubeconfig_text().contains("mok-a"));
        machine.mokctl("create cluster a 1 0 -q").run();
    }
}

#[test]
fn a_killed_delete_can_be_run_again() {
    for call in ["rm *", "network rm *"] {
        let machine = Machine::new().with_cluster("a 1 1");
        let block = machine.docker.on(call).nth(1).blocks();
        let run = machine.mokctl("delete cluster a").start();
        block.is_reached();
        run.signal("KILL");
        let outcome = run.wait();
        outcome.assert(outcome.code().is_none(), "it was not killed");
        // The call never reaches the engine; in the test before, it does.
        machine.mokctl("delete cluster a -q").run();
        assert!(machine.docker.names().is_empty());
        assert!(!machine.kubeconfig_text().contains("mok-a"));
        block.release();
    }
}

/// Lock and temporary files, as left by a run that is killed while it writes the kubeconfig.
#[test]
fn files_that_a_dead_run_left_are_in_nobodys_way() {
    let machine = Machine::new();
    let folder = machine.path("home/.kube");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("config.lock"), "mokctl\n").unwrap();
    fs::write(folder.join(".tmpAbCdEf"), "half a kubeconf").unwrap();
    let machine = machine.with_cluster("a 1 0");
    assert!(machine.kubeconfig_text().contains("current-context: mok-a"));
    assert!(!folder.join("config.lock").exists());
    machine.mokctl("delete cluster a -q").run();
}
