//! What passes from the first master to the nodes that join, and that nobody else
//! sees it.

use crate::harness::Machine;

/// What kubeadm printed is another for each test.
#[test]
fn a_worker_joins_with_what_kubeadm_printed() {
    let machine = Machine::new().with_cluster("a 1 2");
    let words = &machine.docker.words;
    for node in ["a-worker-1", "a-worker-2"] {
        let call =
            machine.docker.call(&format!("exec --interactive {node} bash /root/mok/join.sh"));
        let config = String::from_utf8(call.stdin.unwrap()).unwrap();
        for line in [
            format!("    apiServerEndpoint: {}\n", words.endpoint),
            format!("    token: {}\n", words.token),
            format!("    - {}\n", words.hash),
            format!("  name: {node}\n"),
        ] {
            assert!(config.contains(&line), "no '{line}' in\n{config}");
        }
        assert!(!config.contains("controlPlane"), "{config}");
    }
}

#[test]
fn a_master_joins_with_the_certificate_key_that_kubeadm_printed() {
    let machine = Machine::new().with_cluster("a 2 0");
    let call = machine.docker.call("exec --interactive a-master-2 bash /root/mok/join.sh");
    let config = String::from_utf8(call.stdin.unwrap()).unwrap();
    let key = format!("  certificateKey: {}\n", machine.docker.words.certificate_key);
    assert!(config.contains("controlPlane:\n") && config.contains(&key), "{config}");
}

#[test]
fn a_node_gets_the_credentials_that_the_first_master_issued() {
    let machine = Machine::new().with_cluster("a 1 1");
    let credentials = machine.docker.file("a-worker-1", "/etc/kubernetes/kubelet.conf");
    assert!(credentials.contains(&machine.docker.words.kubelet_key));
}

#[test]
fn no_secret_is_on_a_command_line_or_a_screen() {
    let machine = Machine::new();
    let outcome = machine.mokctl("create cluster a 3 1 --tailf --timings").outcome();
    outcome.assert(outcome.code() == Some(0), "not created");
    let seen = format!("{}{}{}", outcome.stdout, outcome.stderr, machine.docker.log());
    for secret in machine.docker.words.secrets() {
        outcome.assert(!seen.contains(secret), &format!("{secret} can be seen"));
    }
}

/// Whatever kubeadm prints below an error, it prints the token before.
#[test]
fn no_secret_is_on_the_screen_when_a_join_fails() {
    let machine = Machine::new();
    machine
        .docker
        .on("exec --interactive *")
        .fails(1, "error execution phase preflight: timed out");
    let outcome = machine.mokctl("create cluster a 1 1").outcome();
    outcome.assert(outcome.code() == Some(1), "created");
    for secret in machine.docker.words.secrets() {
        outcome.assert(!outcome.stderr.contains(secret), &format!("{secret} can be seen"));
    }
}
