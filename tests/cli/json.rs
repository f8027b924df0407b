//! `--output json` of the commands that change a cluster: one JSON object a line on standard
//! output, as docs/json.md describes, and nothing but warnings and errors on standard error.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::harness::{Machine, Outcome};

/// Returns the objects without their times, which are checked here.
fn events(outcome: &Outcome<'_>) -> Vec<String> {
    let mut open = BTreeMap::new();
    let mut last = 0.0;
    let mut lines = Vec::new();
    for line in outcome.stdout.lines() {
        let mut event: Value = serde_json::from_str(line).unwrap();
        let fields = event.as_object_mut().unwrap();
        let mut time = |name: &str| fields.remove(name).and_then(|time| time.as_f64());
        let (start, end, seconds) = (time("start"), time("end"), time("seconds"));
        let key = format!("{:?}{:?}", fields.get("stage"), fields.get("name"));
        match fields.get("state").and_then(Value::as_str) {
            Some("started") => {
                assert_eq!(open.insert(key, start.unwrap()), None, "{line}");
                assert_eq!((end, seconds), (None, None), "{line}");
                last = start.unwrap().max(last);
            }
            Some("done" | "failed") => {
                assert_eq!(open.remove(&key), start, "{line}");
                assert!(end >= start && seconds.is_none(), "{line}");
                last = end.unwrap().max(last);
            }
            _ => assert!(seconds.unwrap() >= last, "{line}"),
        }
        lines.push(event.to_string());
    }
    assert!(open.is_empty(), "{open:?} never ended");
    lines
}

fn step(stage: &str, name: &str, node: Option<&str>, states: &[&str]) -> Vec<String> {
    let node = node.map(|node| format!(r#""node":"{node}","#)).unwrap_or_default();
    let event = |state: &&str| {
        format!(r#"{{"event":"step","name":"{name}",{node}"stage":"{stage}","state":"{state}"}}"#)
    };
    states.iter().map(event).collect()
}

const WELL: &[&str] = &["started", "done"];
const NODE: Option<&str> = Some("a-master-1");

/// Returns the URL at which the first master's API is published.
fn server(machine: &Machine) -> String {
    let publish = machine.docker.call("create --name=a-master-1 ");
    format!("https://{}", publish.flag("publish").unwrap().strip_suffix(":6443/tcp").unwrap())
}

#[test]
fn create_tells_each_step_and_the_result() {
    let machine = Machine::new();
    let outcome = machine.mokctl("create cluster a 1 0 --output json").outcome();
    outcome.assert(outcome.code() == Some(0) && outcome.stderr.is_empty(), "not created quietly");
    let mut events = events(&outcome);
    // These steps run in parallel, so their order varies.
    events[8..18].sort();
    let mut beside = [
        step(
            "Waiting for nodes to become Ready",
            "wait for a-master-1 to become Ready",
            NODE,
            WELL,
        ),
        step("Waiting for nodes to become Ready", "save kubeconfig", None, WELL),
        step("Waiting for nodes to become Ready", "finish kubeadm init on a-master-1", NODE, WELL),
        step("Waiting for nodes to become Ready", "revoke the join token", None, WELL),
        step("Waiting for nodes to become Ready", "start add-ons on a-master-1", NODE, WELL),
    ]
    .concat();
    beside.sort();
    let server = server(&machine);
    let want = [
        step("Reserving the name", "create a-master-1", NODE, WELL),
        step("Creating network", "create network", None, WELL),
        step("Starting nodes", "start a-master-1", NODE, WELL),
        step("Starting control plane", "run kubeadm init on a-master-1", NODE, WELL),
        beside,
        step("Completing setup", "mark a-master-1 as complete", NODE, WELL),
        vec![format!(
            r#"{{"cluster":"a","context":"mok-a","event":"result","ok":true,"server":"{server}"}}"#
        )],
    ];
    assert_eq!(events, want.concat());
}

#[test]
fn steps_side_by_side_do_not_tear_each_others_lines() {
    let machine = Machine::new();
    let outcome = machine.mokctl("create cluster a 3 9 -o json").outcome();
    outcome.assert(outcome.code() == Some(0), "not created");
    let joins = events(&outcome);
    let joins = joins.iter().filter(|line| line.contains(r#""name":"join "#)).count();
    assert_eq!(joins, 2 * (2 + 9));
}

#[test]
fn every_change_of_a_cluster_has_its_result() {
    let machine = Machine::new().with_cluster("a 1 1 --with-lb");
    let publish = machine.docker.call("create --name=a-lb ");
    let port = publish.flag("publish").unwrap().strip_suffix(":6443/tcp").unwrap();
    for (line, stage) in [
        ("create worker a", "Joining nodes"),
        ("create master a", "Joining nodes"),
        ("delete worker a-worker-2", "Draining the node"),
        ("delete master a-master-2", "Leaving etcd"),
        ("stop cluster a", "Stopping masters"),
        ("start cluster a", "Starting masters"),
    ] {
        let outcome = machine.mokctl(&format!("{line} -o json")).outcome();
        outcome.assert(outcome.code() == Some(0) && outcome.stderr.is_empty(), "not quiet");
        let events = events(&outcome);
        let stage = format!(r#""stage":"{stage}","state":"done""#);
        outcome.assert(events.iter().any(|event| event.contains(&stage)), &stage);
        let want = format!(
            r#"{{"cluster":"a","context":"mok-a","event":"result","ok":true,"server":"https://{port}"}}"#
        );
        outcome.assert(events.last() == Some(&want), &want);
    }
    let outcome = machine.mokctl("delete cluster a -o json").outcome();
    let containers = "remove a-master-1, a-worker-1, a-lb";
    let want = [
        step("Updating kubeconfig", "remove access to the cluster", None, WELL),
        step("Removing containers", containers, None, WELL),
        step("Removing network", "remove network", None, WELL),
        vec![r#"{"cluster":"a","event":"result","ok":true}"#.to_owned()],
    ];
    assert_eq!(events(&outcome), want.concat());
    assert!(outcome.stderr.is_empty());
}

#[test]
fn a_failure_is_in_the_result_and_on_standard_error() {
    let machine = Machine::new();
    let init = "exec a-master-1 bash /root/mok/init.sh";
    machine.docker.on(init).fails(1, "no\nbye");
    let outcome = machine.mokctl("create cluster a 1 0 -o json").outcome();
    let error =
        format!("failed to run kubeadm init on a-master-1: docker {init} failed (exit status: 1)");
    let stderr = format!("mokctl: error: {error}\n    no\n    bye\n");
    outcome.assert(outcome.stderr == stderr && outcome.code() == Some(1), &stderr);
    let events = events(&outcome);
    let failed = ["started", "failed"];
    let want = [
        step("Starting control plane", "run kubeadm init on a-master-1", NODE, &failed),
        step("Rolling back", "roll back", None, WELL),
        vec![format!(
            r#"{{"cluster":"a","error":"{error}","event":"result","ok":false,"output":"no\nbye"}}"#
        )],
    ];
    let want = want.concat();
    assert_eq!(events[events.len() - want.len()..], want);
}

#[test]
fn a_refusal_is_a_result_too() {
    let machine = Machine::new();
    let outcome = machine.mokctl("delete cluster b -o json").outcome();
    let hint = "'mokctl get clusters' lists them";
    let error = "no cluster exists with name b";
    let want = format!(
        r#"{{"cluster":"b","error":"{error}","event":"result","hint":"{hint}","ok":false}}"#
    );
    assert_eq!(events(&outcome), [want]);
    let stderr = format!("mokctl: error: {error}\nhint: {hint}\n");
    outcome.assert(outcome.stderr == stderr && outcome.code() == Some(1), &stderr);
}

#[test]
fn an_interrupt_is_a_result_too() {
    let machine = Machine::new();
    let init = machine.docker.on("exec a-master-1 bash /root/mok/init.sh").blocks();
    let remove = machine.docker.on("rm *").nth(1).blocks();
    let run = machine.mokctl("create cluster a 1 0 -o json").start();
    init.is_reached();
    run.signal("INT");
    remove.is_reached();
    run.signal("INT");
    let outcome = run.wait();
    let last: Value = serde_json::from_str(outcome.stdout.lines().last().unwrap()).unwrap();
    assert_eq!(last["ok"], false);
    assert!(
        last["error"].as_str().unwrap().starts_with("exiting immediately, without cleanup; "),
        "{last}"
    );
    remove.release();
    machine.mokctl("delete cluster a -q").run();
}

#[test]
fn the_output_of_steps_is_told_where_it_was_asked_for() {
    let machine = Machine::new();
    machine.docker.on("exec --interactive *").prints(b"This node has joined\n");
    let outcome = machine.mokctl("create cluster a 1 1 -o json --tailf").outcome();
    outcome.assert(outcome.code() == Some(0) && outcome.stderr.is_empty(), "not quiet");
    let want = r#"{"event":"output","line":"This node has joined","node":"a-worker-1"}"#;
    outcome.assert(outcome.stdout.lines().any(|line| line == want), want);
}
