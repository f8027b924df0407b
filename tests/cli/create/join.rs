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

/// Whatever the token was good for, it is so no longer: once everybody has joined,
/// and by nothing that `ps` would show.
#[test]
fn the_token_is_revoked_when_everybody_has_joined() {
    for (line, masters) in [("a 1 0", ""), ("a 1 2", ""), ("a 3 1", "--masters")] {
        let machine = Machine::new().with_cluster(line);
        let id = machine.docker.words.token.split_once('.').unwrap().0.to_owned();
        let revoke = machine.docker.call("exec --interactive a-master-1 bash /root/mok/revoke.sh");
        assert_eq!(revoke.stdin.as_deref(), Some(format!("{id} {masters}\n").as_bytes()), "{line}");
        let calls = machine.docker.calls();
        let joins = calls.iter().filter(|call| call.line().contains("join.sh"));
        assert!(joins.into_iter().all(|join| join.ended.unwrap() < revoke.started), "{line}");
    }
}

#[test]
fn the_token_of_a_new_node_is_revoked_whether_it_joins_or_not() {
    let revokes = |machine: &Machine| {
        let calls = machine.docker.calls();
        calls.iter().filter(|call| call.line().contains("revoke.sh")).count()
    };
    let machine = Machine::new().with_cluster("a 1 0 --with-lb");
    machine.mokctl("create worker a -q").run();
    assert_eq!(revokes(&machine), 2);
    machine.mokctl("create master a -q").run();
    assert_eq!(revokes(&machine), 3);
    machine.docker.on("exec --interactive a-worker-2 *").fails(1, "no");
    let outcome = machine.mokctl("create worker a -q").outcome();
    outcome.assert(outcome.code() == Some(1), "joined");
    assert_eq!(revokes(&machine), 4);
}
