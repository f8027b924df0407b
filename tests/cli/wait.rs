//! `--wait` and `--timeout` of `create cluster`.

use mokctl::cli::usage;

use crate::harness::Machine;

const LIST: &str = "exec a-master-1 kubectl --kubeconfig=/etc/kubernetes/admin.conf \
    get deployments,daemonsets,pods --all-namespaces --output=json";
const SLOW: &str = r#"{"items": [
    {"kind": "Deployment", "metadata": {"name": "coredns", "namespace": "kube-system"},
     "spec": {"replicas": 2}, "status": {"updatedReplicas": 1}},
    {"kind": "Pod", "metadata": {"name": "speaker-x", "namespace": "metallb-system"},
     "status": {"containerStatuses": [{"state": {"waiting": {"reason": "ErrImagePull"}}}]}},
    {"kind": "Pod", "metadata": {"name": "mine", "namespace": "default"}}
]}"#;

/// Returns the call of the script that waits for nodes.
fn ready(machine: &Machine) -> String {
    machine.docker.call("exec a-master-1 bash /root/mok/ready.sh ").line()
}

fn looks(machine: &Machine) -> usize {
    machine.docker.calls().iter().filter(|call| call.line() == LIST).count()
}

#[test]
fn nodes_are_waited_for_unless_something_else_is_asked() {
    for line in ["a 1 0", "a 1 0 --wait nodes"] {
        let machine = Machine::new().with_cluster(line);
        assert!(ready(&machine).contains("ready.sh 240 0 a-master-1="), "{}", ready(&machine));
        assert_eq!(looks(&machine), 0);
    }
    let machine = Machine::new().with_cluster("a 1 0 --timeout 5m");
    assert!(ready(&machine).contains("ready.sh 300 0 a-master-1="), "{}", ready(&machine));
}

#[test]
fn without_a_wait_nodes_only_register() {
    let machine = Machine::new();
    let outcome = machine.mokctl("create cluster a 1 1 --wait none").outcome();
    outcome.assert(outcome.code() == Some(0), "failed");
    let said = "Cluster a is up, its nodes soon Ready, after ";
    outcome.assert(outcome.stderr.contains("Waiting for nodes to register .. ok"), "no stage");
    outcome.assert(outcome.stderr.contains(said), "no result");
    let ready = ready(&machine);
    assert!(
        ready.contains("ready.sh 240 registered a-master-1=10.244.11.0/24 a-worker-1="),
        "{ready}"
    );
}

#[test]
fn pods_are_waited_for_once_the_add_ons_are_installed() {
    let machine = Machine::new().with_cluster("a 1 1 --wait pods --timeout 90");
    assert!(ready(&machine).contains("ready.sh 90 0 "), "{}", ready(&machine));
    // Two looks, because the add-ons are still being installed at the first one.
    assert_eq!(looks(&machine), 2);
    machine.mokctl("create snapshot a s -q").run();
    machine.mokctl("delete cluster a -q --yes").run();
    machine.mokctl("create cluster a --from s --wait pods -q").run();
    assert_eq!(looks(&machine), 3);
}

#[test]
fn what_is_missing_at_the_deadline_is_named_and_the_cluster_removed() {
    let machine = Machine::new();
    machine.docker.on(LIST).prints(SLOW.as_bytes());
    let stderr = "mokctl: error: failed to wait for pods to become Ready: pods are not Ready after 2 s: \
        Deployment kube-system/coredns: not all of its pods are made; \
        Pod metallb-system/speaker-x: ErrImagePull\n";
    let run = machine.mokctl("create cluster a 1 0 --wait pods --timeout 2 -q");
    run.stderr(stderr).code(1).run();
    assert!(machine.docker.names().is_empty());
}

#[test]
fn an_api_that_never_answers_is_told_of() {
    let machine = Machine::new();
    machine.docker.on(LIST).fails(1, "connection refused");
    let outcome = machine.mokctl("create cluster a 1 0 --wait pods --timeout 1 -q").outcome();
    outcome.assert(outcome.code() == Some(1), "no failure");
    outcome.assert(outcome.stderr.contains("    connection refused\n"), "no reason");
    assert!(looks(&machine) > 1);
}

#[test]
fn what_cannot_be_waited_for_is_refused() {
    for (flags, last) in [
        ("--wait all", "Invalid WHAT, 'all': none, nodes or pods is allowed."),
        (
            "--timeout soon",
            "Invalid TIME, 'soon': seconds, or a number with s, m or h behind it, up to 24h, are \
             allowed, like 300 or 5m.",
        ),
        ("--wait pods --cni none", "Invalid WHAT, 'pods': with --cni none no pod becomes Ready."),
        (
            "--wait pods --skipworkersetup",
            "Invalid FLAG, '--wait': it is not allowed with '--skipworkersetup'.",
        ),
    ] {
        let machine = Machine::new();
        let run = machine.mokctl(&format!("create cluster a 1 1 {flags}"));
        run.stdout(format!("{}{last}\n", usage())).code(1).run();
        assert!(machine.docker.calls().is_empty(), "docker was called");
    }
}
