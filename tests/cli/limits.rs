//! `--node-cpus` and `--node-memory`.

use mokctl::cli::usage;

use crate::fake_docker::Call;
use crate::harness::Machine;
use crate::upgrade;

/// Returns the last call that created the container of `node`.
fn created(machine: &Machine, node: &str) -> Call {
    let start = format!("create --name={node} ");
    let mut calls = machine.docker.calls().into_iter();
    calls.rfind(|call| call.line().starts_with(&start)).unwrap()
}

/// Checks that engine and kubelet limit `node` to 1.5 CPUs and 2 GiB.
#[track_caller]
fn is_limited(machine: &Machine, node: &str) {
    let call = created(machine, node);
    assert_eq!(call.flag("cpus"), Some("1.5"), "{node}");
    assert_eq!(call.flag("memory"), Some("2147483648"), "{node}");
    assert_eq!(call.flag("memory-swap"), Some("2147483648"), "{node}");
    let folder = "/etc/systemd/system/kubelet.service.d";
    let unit = machine.docker.file(node, &format!("{folder}/mok-limits.conf"));
    assert!(unit.ends_with("ExecStartPre=/root/mok/limits.sh 1500 2147483648\n"), "{unit}");
    let arguments = machine.docker.file(node, &format!("{folder}/mok-limits-dir.conf"));
    assert!(arguments.contains(" --config-dir=/etc/mok/kubelet.d"), "{arguments}");
    assert!(machine.docker.has_file(node, "/root/mok/limits.sh"));
}

const FLAGS: &str = "--node-cpus 1.5 --node-memory 2Gi";

#[test]
fn every_node_is_limited_but_the_balancer() {
    let machine = Machine::new().with_cluster(&format!("a 1 1 --with-lb {FLAGS}"));
    machine.mokctl("create worker a -q").run();
    for node in ["a-master-1", "a-worker-1", "a-worker-2"] {
        is_limited(&machine, node);
        let call = created(&machine, node);
        let labels = call.labels();
        assert_eq!((labels["mok.node-cpus"], labels["mok.node-memory"]), ("1.5", "2048Mi"));
    }
    assert_eq!(created(&machine, "a-lb").flag("cpus"), None);
}

#[test]
fn limits_go_into_snapshots_clones_and_upgrades() {
    let machine = upgrade::machine().with_cluster(&format!("a 1 1 --k8sver 1.36 {FLAGS}"));
    machine.mokctl("upgrade cluster a --snapshot s -q").run();
    is_limited(&machine, "a-worker-1");
    machine.mokctl("create cluster b --from s -q").run();
    is_limited(&machine, "b-worker-1");
    machine.mokctl("create cluster c --from s -q --node-cpus 2").run();
    let other = created(&machine, "c-worker-1");
    assert_eq!((other.flag("cpus"), other.flag("memory")), (Some("2"), Some("2147483648")));
    machine.mokctl("restore cluster a s --yes -q").run();
    is_limited(&machine, "a-worker-1");
}

#[test]
fn without_a_limit_nothing_is_told() {
    let machine = Machine::new().with_cluster("a 1 0 --node-memory 1Gi");
    assert_eq!(created(&machine, "a-master-1").flag("cpus"), None);
    let unit = "/etc/systemd/system/kubelet.service.d/mok-limits.conf";
    assert!(machine.docker.file("a-master-1", unit).contains("limits.sh 0 1073741824\n"));
    let machine = Machine::new().with_cluster("a 1 0");
    assert!(!machine.docker.has_file("a-master-1", unit));
    assert_eq!(created(&machine, "a-master-1").flag("memory"), None);
}

#[test]
fn what_is_no_limit_or_too_low_is_refused() {
    for (flags, last) in [
        (
            "--node-cpus 0.5",
            "Invalid CPUS, '0.5': a number from 1 on, with up to three decimals, is allowed.",
        ),
        (
            "--node-memory 4g",
            "Invalid SIZE, '4g': a number with Mi or Gi behind it, from 1Gi on, is allowed.",
        ),
    ] {
        let machine = Machine::new();
        let run = machine.mokctl(&format!("create cluster a 1 0 {flags}"));
        run.stdout(format!("{}{last}\n", usage())).code(1).run();
        assert!(machine.docker.calls().is_empty(), "docker was called");
    }
}
