//! What joining nodes get from the first master, and that secrets are not shown.

use std::process::Command;

use crate::harness::Machine;

/// kubeadm's output differs in each test.
#[test]
fn a_worker_joins_with_what_kubeadm_printed() {
    let machine = Machine::new().with_cluster("a 1 2");
    let words = &machine.docker.words;
    for node in ["a-worker-1", "a-worker-2"] {
        let call =
            machine.docker.call(&format!("exec --interactive {node} bash /root/mok/join.sh"));
        let config = String::from_utf8(call.stdin.unwrap()).unwrap();
        for line in [
            "    kubeConfigPath: /etc/kubernetes/discovery.conf\n".to_owned(),
            format!("  tlsBootstrapToken: {}\n", words.token),
            format!("  name: {node}\n"),
        ] {
            assert!(config.contains(&line), "no '{line}' in\n{config}");
        }
        assert!(!config.contains("controlPlane"), "{config}");
    }
}

const SHARED: [&str; 4] = ["ca.key", "etcd/ca.key", "front-proxy-ca.key", "sa.key"];

#[test]
fn masters_have_the_same_authorities_and_workers_have_none() {
    let machine = Machine::new().with_cluster("a 2 1");
    machine.mokctl("create master a -q").run();
    let call = machine.docker.call("exec --interactive a-master-2 bash /root/mok/join.sh");
    let config = String::from_utf8(call.stdin.unwrap()).unwrap();
    assert!(config.contains("controlPlane:\n") && !config.contains("certificateKey"), "{config}");
    for name in SHARED {
        let path = format!("/etc/kubernetes/pki/{name}");
        let [first, second, third] =
            [1, 2, 3].map(|number| machine.docker.file(&format!("a-master-{number}"), &path));
        assert!(first.contains("PRIVATE KEY") && first == second && second == third, "{name}");
        assert!(!machine.docker.has_file("a-worker-1", &path), "{name}");
    }
}

#[test]
fn etcd_begins_with_all_masters_and_takes_later_ones_as_they_come() {
    let machine = Machine::new().with_cluster("a 2 1 --subnet 10.77.0.0/24");
    machine.mokctl("create master a -q").run();
    let patch = "/root/mok/patches/etcd~members+json.json";
    let members =
        "--initial-cluster=a-master-1=https://10.77.0.11:2380,a-master-2=https://10.77.0.12:2380\"";
    for node in ["a-master-1", "a-master-2"] {
        assert!(machine.docker.file(node, patch).contains(members), "{node}");
    }
    machine.docker.call("exec a-master-2 bash /root/mok/control_plane.sh");
    assert!(!machine.docker.has_file("a-master-3", patch));
}

#[test]
fn pods_of_each_master_are_asked_seldom_whether_they_are_ready() {
    let machine = Machine::new().with_cluster("a 2 1");
    machine.mokctl("create master a -q").run();
    for node in ["a-master-1", "a-master-2", "a-master-3"] {
        for pod in ["etcd", "kube-apiserver", "kube-scheduler"] {
            // It sorts before the user's patches, whose names have no character before '+'.
            let patch = format!("/root/mok/patches/{pod}!probes+strategic.json");
            let text = machine.docker.file(node, &patch);
            assert!(text.contains(r#""readinessProbe":{"periodSeconds":5}"#), "{node}: {text}");
        }
        let config = machine.docker.file(node, "/root/mok/kubeadm-init.yaml");
        assert!(config.contains("patches:\n  directory: /root/mok/patches\n"), "{config}");
    }
    assert!(!machine.docker.has_file("a-worker-1", "/root/mok/patches/etcd!probes+strategic.json"));
    let call = machine.docker.call("exec --interactive a-master-3 bash /root/mok/join.sh");
    let config = String::from_utf8(call.stdin.unwrap()).unwrap();
    assert!(config.contains("patches:\n  directory: /root/mok/patches\n"), "{config}");
}

#[test]
fn coredns_is_ready_as_soon_as_it_knows_names() {
    let machine = Machine::new().with_cluster("a 1 1");
    let patch = "/root/mok/patches/corednsdeployment!starts+strategic.json";
    let text = machine.docker.file("a-master-1", patch);
    assert!(
        text.contains(r#""readinessProbe""#) && text.contains(r#""periodSeconds":1"#),
        "{text}"
    );
    let config = machine.docker.file("a-master-1", "/root/mok/kubeadm-init.yaml");
    assert!(config.contains("patches:\n  directory: /root/mok/patches\n"), "{config}");
    assert!(!machine.docker.has_file("a-worker-1", patch));
}

#[test]
fn a_node_has_its_own_credentials_before_it_joins() {
    let machine = Machine::new().with_cluster("a 1 1");
    machine.mokctl("create worker a -q").run();
    let certificate = "/var/lib/kubelet/pki/kubelet-client-current.pem";
    let of = |node: &str, path: &str| machine.docker.file(node, path);
    let nodes = ["a-master-1", "a-worker-1", "a-worker-2"];
    for node in nodes {
        let kubeconfig = of(node, "/etc/kubernetes/kubelet.conf");
        let lines = [
            format!("    client-certificate: {certificate}\n"),
            format!("    user: system:node:{node}\n"),
        ];
        assert!(lines.iter().all(|line| kubeconfig.contains(line)), "{kubeconfig}");
        let ca = "/etc/kubernetes/pki/ca.crt";
        assert_eq!(of(node, ca), of("a-master-1", ca), "{node}");
    }
    let [one, two, three] = nodes.map(|node| of(node, certificate));
    assert!(one != two && two != three && one.contains("CERTIFICATE"), "{one}");
}

/// Checks with openssl that the certificates are what Kubernetes requires.
#[test]
fn certificates_are_good_for_what_they_are_there_for() {
    let machine = Machine::new().with_cluster("a 1 1 --subnet 10.9.0.0/24");
    let folder = machine.path("home");
    for (path, name) in [
        ("/etc/kubernetes/pki/ca.crt", "ca.crt"),
        ("/var/lib/kubelet/pki/kubelet-client-current.pem", "client.pem"),
        ("/var/lib/kubelet/pki/kubelet.crt", "kubelet.crt"),
    ] {
        std::fs::write(folder.join(name), machine.docker.file("a-worker-1", path)).unwrap();
    }
    let openssl = |words: &str| {
        let mut program = Command::new("openssl");
        let output = program.args(words.split(' ')).current_dir(&folder).output();
        let output = output.expect("openssl is needed for this test");
        format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        )
    };
    for words in [
        "verify -CAfile ca.crt -purpose sslclient client.pem",
        "verify -CAfile ca.crt -purpose sslserver -verify_hostname a-worker-1 kubelet.crt",
        "verify -CAfile ca.crt -purpose sslserver -verify_ip 10.9.0.101 kubelet.crt",
    ] {
        let said = openssl(words);
        assert!(said.trim_end().ends_with(": OK"), "{words}: {said}");
    }
    let subject = openssl("x509 -noout -subject -nameopt RFC2253 -in client.pem");
    assert_eq!(subject.trim(), "subject=CN=system:node:a-worker-1,O=system:nodes");
}

/// Joining nodes trust only the authority that mokctl has made.
#[test]
fn a_join_command_for_another_authority_is_refused() {
    let machine = Machine::new();
    let other = format!(
        "kubeadm join 10.0.0.1:6443 --token abcdef.0123456789abcdef \
         --discovery-token-ca-cert-hash sha256:{}\n",
        "0".repeat(64)
    );
    machine.docker.on("exec a-master-1 bash /root/mok/init.sh").prints(other.as_bytes());
    let outcome = machine.mokctl("create cluster a 1 0").outcome();
    outcome.assert(outcome.code() == Some(1), "created");
    outcome
        .assert(outcome.stderr.contains("has another cluster's CA certificate hash"), "not told");
    assert!(machine.docker.names().is_empty());
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

/// kubeadm prints the token before it fails.
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

/// The join token is deleted once all nodes have joined. Its id is not secret.
#[test]
fn the_token_is_revoked_when_everybody_has_joined() {
    for line in ["a 1 0", "a 1 2", "a 3 1"] {
        let machine = Machine::new().with_cluster(line);
        let id = machine.docker.words.token.split_once('.').unwrap().0.to_owned();
        let revoke = machine.docker.call("exec a-master-1 bash /root/mok/revoke.sh ");
        assert!(revoke.line().ends_with(&format!("revoke.sh {id}")), "{}", revoke.line());
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
