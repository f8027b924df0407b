//! Several commands at the same time.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::thread;

use crate::harness::{Machine, OTHERS, Started};

/// Checks that the engine has exactly these objects, all made by one run.
fn belongs_to_one_run(machine: &Machine, names: &[&str]) {
    assert_eq!(machine.docker.names(), names);
    let objects = machine.docker.containers().into_iter().chain(machine.docker.networks());
    let runs: BTreeSet<_> = objects.map(|object| object.labels["mok.run"].clone()).collect();
    assert_eq!(runs.len(), 1);
}

const TAKEN: &str = "hint: another run was faster, or the name is in use otherwise; \
                     'mokctl get clusters' shows clusters\n";

/// Both commands have seen that there is no cluster. One finishes before the other goes on.
#[test]
fn whoever_comes_late_says_so_and_touches_nothing() {
    let machine = Machine::new();
    let late = machine.docker.on("create --name=a-master-1 *").nth(1).blocks();
    let loser = machine.mokctl("create cluster a 1 0 --subnet 10.77.0.0/24").start();
    late.is_reached();
    machine.mokctl("create cluster a 1 1 -q").run();
    late.release();
    let outcome = loser.wait();
    outcome.assert(outcome.code() == Some(1), "two of them");
    let reason = "The container name \"/a-master-1\" is already in use";
    outcome.assert(outcome.stderr.contains(reason), "no reason");
    outcome.assert(outcome.stderr.ends_with(TAKEN), "no hint");
    belongs_to_one_run(&machine, &["a-master-1", "a-worker-1", "mok-a"]);
    assert!(machine.kubeconfig_text().contains("current-context: mok-a"));
}

/// An engine that gets two requests at the same moment may make two networks of one name.
#[test]
fn the_name_of_the_first_master_decides() {
    let machine = Machine::new();
    let late = machine.docker.on("create --name=a-master-1 *").nth(1).blocks();
    let loser = machine.mokctl("create cluster a 1 0").start();
    late.is_reached();
    let image = crate::fake_docker::image();
    let words = ["create", "--name=a-master-1", "--label=mok.run=other", &image];
    let made = std::process::Command::new(machine.docker.client()).args(words).status().unwrap();
    assert!(made.success());
    late.release();
    let outcome = loser.wait();
    outcome.assert(outcome.code() == Some(1), "two of them");
    outcome.assert(outcome.stderr.contains("failed to create a-master-1: "), "no step");
    outcome.assert(outcome.stderr.ends_with(TAKEN), "no hint");
    belongs_to_one_run(&machine, &["a-master-1"]);
}

#[test]
fn of_several_creates_of_one_name_one_wins() {
    let machine = Machine::new();
    let runs: Vec<_> = (0..4)
        .map(|_| machine.mokctl("create cluster a 1 1").deadline_scale("10").start())
        .collect();
    let outcomes: Vec<_> = runs.into_iter().map(Started::wait).collect();
    let won = outcomes.iter().filter(|outcome| outcome.code() == Some(0)).count();
    for outcome in &outcomes {
        outcome.assert(won == 1, &format!("{won} have won"));
        let told = outcome.code() == Some(0) || outcome.stderr.contains("mokctl: error: ");
        outcome.assert(told, "it does not say so");
    }
    belongs_to_one_run(&machine, &["a-master-1", "a-worker-1", "mok-a"]);
}

/// If docker has two networks of one name, it starts no container on either.
#[test]
fn whoever_has_not_the_name_makes_no_network() {
    let machine = Machine::new();
    let runs: Vec<_> = (0..3).map(|_| machine.mokctl("create cluster a 1 0 -q").start()).collect();
    runs.into_iter().map(Started::wait).for_each(drop);
    let calls = machine.docker.calls();
    let networks = calls.iter().filter(|call| call.verb() == "network create").count();
    assert_eq!(networks, 1, "{}", machine.docker.log());
}

/// The rollback of the loser would remove the winner's node from the cluster.
#[test]
fn of_two_create_worker_one_wins_and_the_other_changes_nothing() {
    let machine = Machine::new().with_cluster("a 1 1");
    let late = machine.docker.on("create --name=a-worker-2 *").nth(1).blocks();
    let loser = machine.mokctl("create worker a").start();
    late.is_reached();
    machine.mokctl("create worker a -q").run();
    late.release();
    let outcome = loser.wait();
    outcome.assert(outcome.code() == Some(1), "two of them");
    outcome.assert(outcome.stderr.contains("failed to create a-worker-2: "), "no step");
    outcome.assert(outcome.stderr.ends_with(TAKEN), "no hint");
    assert_eq!(machine.docker.names(), ["a-master-1", "a-worker-1", "a-worker-2", "mok-a"]);
    let log = machine.docker.log();
    assert!(!log.contains("delete node"), "{log}");
}

/// Two commands at the same time would not know of each other's nodes, so routes would be missing.
#[test]
fn a_cluster_is_changed_by_one_at_a_time() {
    let machine = Machine::new().with_cluster("a 3 1");
    let join = machine.docker.on("exec --interactive a-worker-2 *").blocks();
    let first = machine.mokctl("create worker a -q").start();
    join.is_reached();
    let text = "mokctl: error: cluster a is being changed: a-worker-2 is not finished\n\
                hint: wait until it is; if nothing adds it any more, 'mokctl delete worker a-worker-2' \
                removes it\n";
    for line in ["create master a", "create worker a", "delete worker a-worker-1 --yes"] {
        machine.mokctl(line).stderr(text).code(1).run();
    }
    join.release();
    let outcome = first.wait();
    outcome.assert(outcome.code() == Some(0), "the first one did not win");
    machine.mokctl("create worker a -q").run();
}

#[test]
fn two_deletes_of_one_cluster_both_come_to_their_end() {
    for call in ["rm *", "network rm *"] {
        let machine = Machine::new().with_cluster("a 1 1");
        let late = machine.docker.on(call).nth(1).blocks();
        let first = machine.mokctl("delete cluster a --yes").start();
        late.is_reached();
        machine.mokctl("delete cluster a --yes -q").run();
        late.release();
        let outcome = first.wait();
        outcome.assert(outcome.code() == Some(0), call);
        assert!(machine.docker.names().is_empty());
    }
    // The other command is still removing the container.
    let going = "Error response from daemon: removal of container 000c is already in progress";
    let machine = Machine::new().with_cluster("a 1 1");
    machine.docker.on("rm *").nth(1).fails(1, going);
    machine.mokctl("delete cluster a --yes -q").run();
    // It is an error if one of the containers stays.
    let machine = Machine::new().with_cluster("a 1 1");
    let text = "Error: No such container: a-worker-1\nError response from daemon: device is busy";
    machine.docker.on("rm *").fails(1, text);
    let outcome = machine.mokctl("delete cluster a --yes").outcome();
    outcome.assert(outcome.code() == Some(1), "it is not gone");
}

/// The kubeconfig is a symbolic link to a file that others may read.
#[test]
fn ten_at_once_of_different_names_lose_nothing() {
    let machine = Machine::new();
    let target = machine.path("shared");
    fs::write(&target, OTHERS).unwrap();
    fs::set_permissions(&target, fs::Permissions::from_mode(0o644)).unwrap();
    fs::create_dir(machine.path("home/.kube")).unwrap();
    symlink(&target, machine.kubeconfig()).unwrap();
    let at_once = |lines: &[String]| {
        thread::scope(|scope| {
            for line in lines {
                scope.spawn(|| machine.mokctl(line).deadline_scale("10").run());
            }
        });
    };
    let contexts = || {
        let text = fs::read_to_string(&target).unwrap();
        assert!(text.starts_with("# mine\n") && text.contains("   # do not touch\n"), "{text}");
        let contexts = text.lines().skip_while(|line| *line != "contexts:").skip(1);
        let contexts = contexts.take_while(|line| line.starts_with([' ', '-']));
        let names =
            contexts.filter_map(|line| line.trim_start_matches(['-', ' ']).strip_prefix("name: "));
        names.map(str::to_owned).collect::<BTreeSet<_>>()
    };
    let named = |numbers: std::ops::Range<u8>| {
        let names = numbers.map(|number| format!("mok-c{number}"));
        names.chain(["work".to_owned()]).collect::<BTreeSet<_>>()
    };

    at_once(&(0..10).map(|n| format!("create cluster c{n} 1 0 -q")).collect::<Vec<_>>());
    assert_eq!(contexts(), named(0..10));
    let delete = (0..5).map(|n| format!("delete cluster c{n} -q"));
    let create = (10..15).map(|n| format!("create cluster c{n} 1 0 -q"));
    at_once(&delete.chain(create).collect::<Vec<_>>());
    assert_eq!(contexts(), named(5..15));
    at_once(&(5..15).map(|n| format!("delete cluster c{n} -q")).collect::<Vec<_>>());

    assert!(machine.docker.names().is_empty());
    let end = OTHERS.replace("current-context: work", "current-context: \"\"");
    assert_eq!(fs::read_to_string(&target).unwrap(), end);
    assert!(fs::symlink_metadata(machine.kubeconfig()).unwrap().is_symlink());
    assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o600);
}
