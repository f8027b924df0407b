//! `--skipmastersetup` and the like: clusters whose setup is left to the user.

use crate::harness::Machine;

const UP: &str = "Reserving the name .. ok (0.0 s)
Creating network .. ok (0.0 s)
Starting nodes .. ok (0.0 s)
";

const END_WITHOUT_MASTERS: &str = "Completing setup .. ok (0.0 s)
Cluster a is up after 0.0 s. The rest is yours, in this order:

  mokctl exec a-master-1 -- bash /root/setup.sh
  mokctl exec a-worker-1 -- bash /root/setup.sh JOIN
  mokctl exec a-master-1 -- bash /root/mok/ready.sh 240 0 a-master-1 a-worker-1
  mokctl get kubeconfig a

JOIN is the join command; this prints a fresh one:

  mokctl exec a-master-1 -- kubeadm token create --print-join-command --config=/root/mok/kubeadm-init.yaml


";

const END_WITHOUT_WORKERS: &str = "Starting control plane .. ok (0.0 s)
Waiting for nodes to become Ready .. ok (0.0 s)
Completing setup .. ok (0.0 s)
Cluster a is up after 0.0 s. The rest is yours, in this order:

  mokctl exec a-worker-1 -- bash /root/setup.sh JOIN
  mokctl exec a-master-1 -- bash /root/mok/ready.sh 240 0 a-master-1 a-worker-1
  kubectl --context mok-a get nodes

JOIN is the join command; this prints a fresh one:

  mokctl exec a-master-1 -- kubeadm token create --print-join-command --config=/root/mok/kubeadm-init.yaml


";

const END_WITHOUT_BALANCER: &str = "Completing setup .. ok (0.0 s)
Cluster a is up after 0.0 s. The rest is yours, in this order:

  mokctl exec a-lb -- bash /root/setup.sh
  mokctl exec a-master-1 -- bash /root/setup.sh
  mokctl exec a-master-2 -- bash /root/setup.sh JOIN_MASTER
  mokctl exec a-master-1 -- bash /root/mok/ready.sh 240 0 a-master-1 a-master-2
  mokctl get kubeconfig a

JOIN_MASTER is JOIN with --control-plane --certificate-key KEY; this prints a fresh KEY:

  mokctl exec a-master-1 -- kubeadm init phase upload-certs --upload-certs --config=/root/mok/kubeadm-init.yaml

JOIN is the join command; this prints a fresh one:

  mokctl exec a-master-1 -- kubeadm token create --print-join-command --config=/root/mok/kubeadm-init.yaml


";

fn setups(machine: &Machine) -> Vec<String> {
    let calls = machine.docker.calls();
    calls.iter().filter(|call| call.verb() == "exec").map(crate::fake_docker::Call::line).collect()
}

#[test]
fn a_skipped_master_setup_leaves_the_workers_too() {
    let machine = Machine::new();
    let run = machine.mokctl("create cluster a 1 1 --skipmastersetup");
    run.stderr(format!("{UP}{END_WITHOUT_MASTERS}")).run();
    assert_eq!(machine.docker.names(), ["a-master-1", "a-worker-1", "mok-a"]);
    assert!(setups(&machine).is_empty(), "{:?}", setups(&machine));
    assert!(!machine.kubeconfig().exists());
    for container in machine.docker.containers() {
        assert_eq!(container.labels["mok.setup"], "by-hand", "{}", container.name);
    }
    let config = machine.docker.file("a-master-1", "/root/mok/kubeadm-init.yaml");
    assert!(config.contains("- ttl: 24h0m0s\n"), "{config}");
    let config = machine.docker.file("a-worker-1", "/root/mok/kubeadm-join.template.yaml");
    assert!(
        config.contains("token: \"@TOKEN@\"\n") && !config.contains("controlPlane"),
        "{config}"
    );
}

#[test]
fn a_skipped_worker_setup_leaves_the_workers_alone() {
    let machine = Machine::new();
    let run = machine.mokctl("create cluster a 1 1 --skipworkersetup");
    run.stderr(format!("{UP}{END_WITHOUT_WORKERS}")).run();
    let lines = setups(&machine);
    assert!(!lines.iter().any(|line| line.contains("a-worker-1")), "{lines:?}");
    assert!(machine.kubeconfig_text().contains("current-context: mok-a"));
    let [master, worker] = &machine.docker.containers()[..] else { panic!("not two") };
    assert!(!master.labels.contains_key("mok.setup"));
    assert_eq!(worker.labels["mok.setup"], "by-hand");
}

#[test]
fn a_skipped_balancer_setup_leaves_everything() {
    let machine = Machine::new();
    let run = machine.mokctl("create cluster a 2 0 --skiplbsetup");
    let warning = "mokctl: warning: two masters: etcd stops when either is gone; \
                   three survive the loss of one\n";
    run.stderr(format!("{warning}{UP}{END_WITHOUT_BALANCER}")).run();
    assert!(setups(&machine).is_empty());
    assert!(!machine.docker.file("a-lb", "/etc/mok/haproxy.cfg").contains("server a-master"));
    assert!(machine.docker.file("a-lb", "/root/haproxy.cfg").contains("server a-master-2"));
    let config = machine.docker.file("a-master-2", "/root/mok/kubeadm-join.template.yaml");
    assert!(config.contains("certificateKey: \"@CERTIFICATE_KEY@\"\n"), "{config}");
}

#[test]
fn what_is_not_set_up_is_neither_asked_nor_waited_for() {
    let machine = Machine::new().with_cluster("a 1 1 --skipmastersetup");
    let stderr = "mokctl: error: cluster a is not set up: setup.sh has not been run on a-master-1
hint: 'mokctl exec a-master-1 -- bash /root/setup.sh' sets it up
";
    for line in ["get kubeconfig a", "create worker a", "delete worker a-worker-1"] {
        machine.mokctl(line).stderr(stderr).code(1).run();
    }
    machine.mokctl("stop cluster a -q").run();
    machine.mokctl("start cluster a -q").run();
    assert!(!setups(&machine).iter().any(|line| line.contains("ready.sh")));
}

#[test]
fn what_has_been_set_up_by_hand_is_a_cluster_like_any_other() {
    let machine = Machine::new().with_cluster("a 1 2 --skipmastersetup");
    for node in ["a-master-1", "a-worker-1"] {
        machine.mokctl(&format!("exec {node} -- bash /root/setup.sh")).run();
    }
    machine.mokctl("stop cluster a -q").run();
    machine.mokctl("start cluster a -q").run();
    let ready = machine.docker.call("exec a-master-1 bash /root/mok/ready.sh ").line();
    assert!(ready.ends_with(" a-master-1 a-worker-1"), "{ready}");
    machine.mokctl("create worker a -q").run();
    // A worker that never joined has no pods to drain.
    machine.mokctl("delete worker a-worker-2 -q").run();
    machine.mokctl("delete worker a-worker-1 -q").run();
    let drained = |line: &String| line.contains(" drain ");
    let lines: Vec<_> = setups(&machine).into_iter().filter(drained).collect();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains(" drain a-worker-1 "), "{lines:?}");
}

#[test]
fn the_plan_ends_where_the_user_goes_on() {
    let plan = "Reserving the name
  create a-master-1
Creating network
  create network
Starting nodes (side by side)
  start a-master-1
  start a-worker-1
Completing setup
  mark a-master-1, a-worker-1 as complete
";
    let machine = Machine::new();
    let outcome = machine.mokctl("create cluster a 1 1 --skipmastersetup --dry-run").outcome();
    let lines = outcome.stdout.lines().filter(|line| !line.starts_with("    docker "));
    let said: String = lines.map(|line| format!("{line}\n")).collect();
    outcome.assert(said == plan, "another plan");
}
