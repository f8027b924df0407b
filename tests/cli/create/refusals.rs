//! Impossible requests are refused, and failures are reported and rolled back.

use crate::fake_docker::image;
use crate::harness::Machine;

#[test]
fn create_refuses_an_image_that_is_no_node_image() {
    let machine = Machine::new();
    machine.docker.add_image("debian:13", &[]);
    let stderr =
        "mokctl: error: image debian:13 is not a node image: it has no label mok.image.schema\n";
    let run = machine.mokctl("create cluster a 1 0 --image debian:13");
    run.stderr(stderr).code(1).run();
}

#[test]
fn create_refuses_a_name_already_in_use() {
    let machine = Machine::new().with_cluster("a 1 0");
    let before = machine.docker.names();
    let kubeconfig = machine.kubeconfig_text();
    let stderr = "mokctl: error: cluster a already exists\nhint: 'mokctl delete cluster a' removes it, --if-not-exists keeps it\n";
    machine.mokctl("create cluster a 1 0").stderr(stderr).code(1).run();
    assert_eq!(machine.docker.names(), before);
    assert_eq!(machine.kubeconfig_text(), kubeconfig);
}

/// A container of another program has the name of a node: it stays, and nothing of mokctl's does.
#[test]
fn create_leaves_a_container_of_the_same_name_alone() {
    let machine = Machine::new();
    let docker = machine.docker.client();
    let image = image();
    let made = std::process::Command::new(docker)
        .args(["create", "--name=a-worker-1", &image])
        .output()
        .unwrap();
    assert!(made.status.success());
    let outcome = machine.mokctl("create cluster a 1 1").outcome();
    let text = "mokctl: error: failed to start a-worker-1: docker create --name=a-worker-1 ";
    outcome.assert(outcome.code() == Some(1) && outcome.stderr.contains(text), "no error");
    outcome.assert(outcome.stderr.contains("is already in use by container"), "no reason");
    outcome.assert(machine.docker.names() == ["a-worker-1"], "not what was there before");
}

/// Checks a `create` that fails in `kubeadm init`: `then` is the rest of the message.
#[track_caller]
fn init_fails(machine: &Machine, flags: &str, then: &str) {
    machine.docker.on("exec a-master-1 bash /root/mok/init.sh").fails(1, "[kubelet-check] no\nbye");
    let stderr = format!(
        "Reserving the name .. ok (0.0 s)
Creating network .. ok (0.0 s)
Starting nodes .. ok (0.0 s)
Starting control plane .. FAILED (0.0 s)
{then}
mokctl: error: failed to run kubeadm init on a-master-1: docker exec a-master-1 bash /root/mok/init.sh \
failed (exit status: 1)
    [kubelet-check] no
    bye
"
    );
    machine.mokctl(&format!("create cluster a 1 0 {flags}")).stderr(stderr).code(1).run();
}

#[test]
fn a_failure_is_told_with_its_command_and_its_words_and_taken_back() {
    let machine = Machine::new();
    init_fails(&machine, "", "Rolling back .. ok (0.0 s)");
    assert!(machine.docker.names().is_empty());
}

#[test]
fn a_failure_is_kept_where_the_user_wants_to_look() {
    let machine = Machine::new();
    let kept =
        "Everything is kept. To look: docker exec --interactive --tty a-master-1 journalctl -e
To remove it: mokctl delete cluster a";
    init_fails(&machine, "--retain", kept);
    assert_eq!(machine.docker.names(), ["a-master-1", "mok-a"]);
}
