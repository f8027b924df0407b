//! The stages of `create cluster`: their order and their progress.

use crate::fake_docker::Call;
use crate::harness::Machine;

const END_OF_1_0: &str = "Cluster a is ready after 0.0 s. The current context is mok-a; next:

  kubectl --context mok-a get nodes
  mokctl exec a-master-1
  mokctl delete cluster a

";

fn good(stages: &[&str]) -> String {
    stages.iter().map(|stage| format!("{stage} .. ok (0.0 s)\n")).collect()
}

const STAGES: [&str; 6] = [
    "Reserving the name",
    "Creating network",
    "Starting nodes",
    "Starting control plane",
    "Waiting for nodes to become Ready",
    "Completing setup",
];

#[test]
fn create_says_what_it_does_and_what_comes_next() {
    let machine = Machine::new();
    let run = machine.mokctl("create cluster a 1 0");
    run.stderr(good(&STAGES) + END_OF_1_0).run();
    assert_eq!(machine.docker.names(), ["a-master-1", "mok-a"]);
    assert_eq!(machine.docker.containers()[0].status, "running");
}

#[test]
fn create_with_workers_joins_them() {
    let machine = Machine::new();
    let mut stages = STAGES.to_vec();
    stages.insert(4, "Joining nodes");
    machine.mokctl("create cluster a 1 2").stderr(good(&stages) + END_OF_1_0).run();
    assert_eq!(machine.docker.names(), ["a-master-1", "a-worker-1", "a-worker-2", "mok-a"]);
}

#[test]
fn create_with_several_masters_joins_them_behind_a_balancer() {
    let machine = Machine::new();
    let mut stages = STAGES.to_vec();
    stages.insert(4, "Joining nodes");
    machine.mokctl("create cluster a 3 1").stderr(good(&stages) + END_OF_1_0).run();
    let names = ["a-lb", "a-master-1", "a-master-2", "a-master-3", "a-worker-1", "mok-a"];
    assert_eq!(machine.docker.names(), names);
}

#[test]
fn quiet_is_quiet() {
    Machine::new().mokctl("create cluster a 1 0 --quiet").run();
}

/// Returns when the first of some calls began and when the last of them ended.
fn span(calls: &[Call], which: impl Fn(&&Call) -> bool) -> (usize, usize) {
    let start = calls.iter().filter(&which).map(|call| call.started).min();
    let end = calls.iter().filter(&which).map(|call| call.ended.unwrap()).max();
    (start.unwrap(), end.unwrap())
}

/// No call of a stage begins before all calls of the stage before have ended.
#[test]
fn the_stages_follow_each_other() {
    let machine = Machine::new().with_cluster("a 1 2");
    let calls = machine.docker.calls();
    let (network, networked) = span(&calls, |call| call.verb() == "network create");
    let is_first = |call: &&Call| call.line().starts_with("create --name=a-master-1 ");
    let (_, reserved) = span(&calls, is_first);
    let (create, _) = span(&calls, |call| call.verb() == "create" && !is_first(call));
    let (_, start) = span(&calls, |call| call.verb() == "start");
    let (init, init_ended) = span(&calls, |call| call.line().contains("init.sh"));
    let (_, copied) = span(&calls, |call| call.verb() == "cp");
    let (join, joined) = span(&calls, |call| call.line().contains("join.sh"));
    let (ready, _) = span(&calls, |call| call.line().contains("ready.sh"));
    assert!(reserved < network && networked < create);
    assert!(start < init);
    assert!(init_ended < join && copied < join);
    assert!(joined < ready);

    for node in ["a-master-1", "a-worker-1", "a-worker-2"] {
        let create = machine.docker.call(&format!("create --name={node} "));
        let start = machine.docker.call(&format!("start {node}"));
        let files = format!("cp - {node}:/");
        let files = calls.iter().find(|call| call.line() == files).unwrap();
        assert!(create.ended.unwrap() < files.started, "{node}");
        assert!(files.ended.unwrap() < start.started, "{node}");
    }
}
