//! `--registry`, `--registry-mirror` and certificate authorities: where nodes pull from, and whom
//! they trust.

use std::fs;

use mokctl::cli::usage;

use crate::harness::Machine;

const HUB: &str = "/etc/containerd/certs.d/docker.io/hosts.toml";

/// Returns the part of a hosts.toml for one more host.
fn host(url: &str) -> String {
    format!("\n[host.\"{url}\"]\n  capabilities = [\"pull\", \"resolve\"]\n")
}

fn gateway(machine: &Machine, network: usize) -> String {
    let calls = machine.docker.log();
    let mut calls = calls.lines().filter(|line| line.contains("network create"));
    let call = calls.nth(network).unwrap();
    let (_, subnet) = call.split_once("--subnet=").unwrap();
    subnet.split_whitespace().next().unwrap().replace(".0/24", ".1")
}

#[test]
fn every_node_asks_the_mirrors_first_in_their_order() {
    let flags = "--registry-mirror docker.io=https://localhost:5000 --registry-mirror \
                 index.docker.io=http://mirror --registry-mirror r:5001=http://192.0.2.1:80";
    let machine = Machine::new().with_cluster(&format!("a 1 1 --registry r:5001 {flags}"));
    machine.mokctl("create worker a -q").run();
    let first = format!("https://{}:5000", gateway(&machine, 0));
    for node in ["a-master-1", "a-worker-1", "a-worker-2"] {
        let want = format!("server = \"https://registry-1.docker.io\"\n{}", host(&first));
        assert_eq!(machine.docker.file(node, HUB), want + &host("http://mirror"), "{node}");
        let own = machine.docker.file(node, "/etc/containerd/certs.d/r:5001/hosts.toml");
        let want = format!("server = \"http://r:5001\"\n{}", host("http://192.0.2.1:80"));
        assert_eq!(own, want + &host("http://r:5001"), "{node}");
    }
}

#[test]
fn mirrors_that_are_near_are_reached_without_a_proxy() {
    let machine = Machine::new();
    let flags = "--registry-mirror docker.io=http://localhost --registry-mirror r=https://far.org \
                 --registry-mirror r=http://192.0.2.1:80";
    let run = machine.mokctl(&format!("create cluster a 1 0 -q {flags}"));
    run.env("HTTP_PROXY", "http://proxy:3128").run();
    let proxies = machine.docker.file("a-master-1", "/etc/mok/proxy.env");
    let want = format!("a-master-1,{},192.0.2.1\"\n", gateway(&machine, 0));
    assert!(proxies.ends_with(&want), "{proxies}");
}

#[test]
fn a_clone_has_the_mirrors_at_its_own_gateway() {
    let flags = "--registry-mirror docker.io=http://localhost:5000";
    let machine = Machine::new().with_cluster(&format!("a 1 1 {flags}"));
    machine.mokctl("create snapshot a s -q").run();
    machine.mokctl("create cluster b --from s -q").run();
    machine.mokctl("create worker b -q").run();
    let (first, second) = (gateway(&machine, 0), gateway(&machine, 1));
    assert_ne!(first, second);
    for node in ["b-master-1", "b-worker-1", "b-worker-2"] {
        let hosts = machine.docker.file(node, HUB);
        assert!(hosts.ends_with(&host(&format!("http://{second}:5000"))), "{node}: {hosts}");
    }
}

#[test]
fn cri_o_is_told_of_mirrors_in_its_own_file() {
    let machine = Machine::new();
    let image = machine.docker.add_crio_image();
    let flags = "--registry-mirror docker.io=https://mirror --registry-mirror r=http://other:80";
    let line = format!("create cluster a 1 0 {flags} --image {image} -q");
    machine.mokctl(&line).run();
    assert_eq!(
        machine.docker.file("a-master-1", "/etc/containers/registries.conf.d/mok-registry.conf"),
        "[[registry]]\nprefix = \"docker.io\"\nlocation = \"docker.io\"\n\n[[registry.mirror]]\n\
         location = \"mirror\"\n\n[[registry]]\nprefix = \"r\"\nlocation = \"r\"\n\n\
         [[registry.mirror]]\nlocation = \"other:80\"\ninsecure = true\n"
    );
}

const CA: &str = include_str!("../../src/node/pki/testdata/ca.crt");

#[test]
fn registries_and_mirrors_with_tls_have_their_authorities() {
    let machine = Machine::new();
    fs::write(machine.path("ca.crt"), CA).unwrap();
    let flags = "--registry https://r --registry-mirror docker.io=https://m:1 --registry-mirror \
                 docker.io=http://n:1 --registry-ca ca.crt";
    let machine = machine.with_cluster(&format!("a 1 1 {flags}"));
    fs::remove_file(machine.path("ca.crt")).unwrap();
    machine.mokctl("create worker a -q").run();
    let ca = "  ca = \"/etc/mok/registry-ca.crt\"\n";
    for node in ["a-master-1", "a-worker-1", "a-worker-2"] {
        let labels = machine.docker.call(&format!("create --name={node} "));
        assert_eq!(labels.labels()["mok.registry"], "https://r", "{node}");
        let own = machine.docker.file(node, "/etc/containerd/certs.d/r/hosts.toml");
        assert_eq!(own, format!("server = \"https://r\"\n{}{ca}", host("https://r")), "{node}");
        let hub = machine.docker.file(node, HUB);
        let want = format!("{}{ca}{}", host("https://m:1"), host("http://n:1"));
        assert!(hub.ends_with(&want), "{node}: {hub}");
        assert_eq!(certificates(&machine, node, "/etc/mok/registry-ca.crt"), 1);
        assert!(!machine.docker.has_file(node, TRUSTED), "{node}");
    }
}

const TRUSTED: &str = "/etc/ssl/certs/mok-ca.pem";

fn certificates(machine: &Machine, node: &str, path: &str) -> usize {
    machine.docker.file(node, path).matches("BEGIN CERTIFICATE").count()
}

#[test]
fn every_node_trusts_the_authorities_that_are_named_and_those_of_this_machine() {
    let machine = Machine::new();
    fs::write(machine.path("ca.crt"), CA).unwrap();
    fs::write(machine.path("bundle.pem"), [CA, "# others\n", CA].concat()).unwrap();
    let run = machine.mokctl("create cluster a 1 1 --ca ca.crt --host-ca -q");
    run.env("SSL_CERT_FILE", machine.path("bundle.pem").to_str().unwrap()).run();
    machine.mokctl("create worker a -q").run();
    machine.mokctl("create snapshot a s -q").run();
    machine.mokctl("create cluster b --from s -q").run();
    for node in ["a-master-1", "a-worker-1", "a-worker-2", "b-master-1", "b-worker-1"] {
        assert_eq!(certificates(&machine, node, TRUSTED), 3, "{node}");
    }
}

#[test]
fn a_dry_run_says_where_nodes_pull_from() {
    let machine = Machine::new();
    fs::write(machine.path("ca.crt"), CA).unwrap();
    let flags = "--registry-mirror docker.io=https://m --registry-ca ca.crt --ca ca.crt";
    let outcome = machine.mokctl(&format!("create cluster a 1 0 --dry-run {flags}")).outcome();
    let want =
        "Settings\n  mirror: docker.io=https://m; registries' authorities: 1; authorities: 1\n";
    outcome.assert(outcome.stdout.starts_with(want), "not said");
}

#[test]
fn what_cannot_be_pulled_from_is_refused_before_anything_is_made() {
    let machine = Machine::new();
    fs::write(machine.path("key.pem"), include_str!("../../src/node/pki/testdata/ca.key")).unwrap();
    for flags in ["--ca key.pem", "--registry https://r --registry-ca key.pem"] {
        let run = machine.mokctl(&format!("create cluster a 1 0 {flags}"));
        let error =
            "mokctl: error: cannot use 'key.pem': not certificates in PEM and nothing else\n";
        run.stderr(error).code(1).run();
    }
    for (flags, last) in [
        (
            "1 0 --registry-mirror docker.io",
            "Invalid MIRROR, 'docker.io': a registry, '=' and http:// or https:// with a host and \
             its port are allowed, like docker.io=https://mirror:5000.",
        ),
        (
            "1 0 --registry r:1 --registry-ca key.pem",
            "Invalid FLAG, '--registry-ca': no --registry or --registry-mirror has https://.",
        ),
        ("1 0 --registry-auth", "Invalid FLAG, '--registry-auth': there is no --registry."),
        (
            "--from s --registry-mirror docker.io=http://r",
            "Invalid FLAG, '--from': it is not allowed with '--registry-mirror'.",
        ),
    ] {
        let run = machine.mokctl(&format!("create cluster a {flags}"));
        run.stdout(format!("{}{last}\n", usage())).code(1).run();
    }
    assert!(machine.docker.names().is_empty());
}

const DROP_IN: &str = "version = 3\n[plugins.x]\n  word = 'secret-word'\n";

#[test]
fn every_containerd_has_the_users_configuration_over_the_images() {
    let machine = Machine::new();
    fs::write(machine.path("c.toml"), DROP_IN).unwrap();
    let machine = machine.with_cluster("a 1 1 --containerd-config c.toml");
    fs::remove_file(machine.path("c.toml")).unwrap();
    machine.mokctl("create worker a -q").run();
    machine.mokctl("create snapshot a s -q").run();
    machine.mokctl("create cluster b --from s -q").run();
    for node in ["a-master-1", "a-worker-1", "a-worker-2", "b-master-1", "b-worker-1"] {
        let file = |path| machine.docker.file(node, path);
        assert_eq!(file("/etc/mok/containerd-user.toml"), DROP_IN, "{node}");
        assert_eq!(
            file("/etc/mok/containerd.toml"),
            "version = 3\nimports = [\"/etc/containerd/config.toml\", \
             \"/etc/mok/containerd-user.toml\"]\n"
        );
        assert_eq!(
            file("/etc/systemd/system/containerd.service.d/mok-config.conf"),
            "[Service]\nExecStart=\nExecStart=containerd --config /etc/mok/containerd.toml\n"
        );
    }
    assert!(!machine.docker.log().contains("secret-word"), "it is in an argument");
}

#[test]
fn what_containerd_does_not_take_is_refused() {
    let machine = Machine::new();
    fs::write(machine.path("c.toml"), "[noSuchTable").unwrap();
    let image = machine.docker.add_crio_image();
    for (flags, reason) in [
        (String::new(), "failed to unmarshal TOML at row 1 column 2"),
        (format!("--image {image} "), "its nodes have CRI-O"),
    ] {
        let run =
            machine.mokctl(&format!("create cluster a 1 0 {flags}--containerd-config c.toml"));
        let error = format!(
            "mokctl: error: Kubernetes v1.37.2 does not take --containerd-config: {reason}\n"
        );
        run.stderr(error).code(1).run();
    }
    assert!(machine.docker.names().is_empty());
}

#[test]
fn credentials_are_in_files_of_the_nodes_alone() {
    let machine = Machine::new();
    let folder = machine.path("home/.docker");
    fs::create_dir(&folder).unwrap();
    let create = "create cluster a 1 1 --registry registry.example:5000 --registry-auth";
    let none = "mokctl: error: docker's config.json has no credentials for registry.example:5000\n";
    machine.mokctl(create).stderr(none).code(1).run();
    let config = |auth: &str| {
        let auths = format!("\"auths\": {{\"registry.example:5000\": {{{auth}}}}}");
        fs::write(folder.join("config.json"), format!("{{{auths}, \"credsStore\": \"pass\"}}"))
            .unwrap();
    };
    config("");
    let helper = "mokctl: error: docker's config.json leaves the credentials for registry.example:5000 to \
                  docker-credential-pass, which mokctl does not run\n";
    machine.mokctl(create).stderr(helper).code(1).run();
    assert!(machine.docker.names().is_empty());

    config("\"auth\": \"bWU6c2VjcmV0\"");
    let outcome = machine.mokctl(&format!("{create} --tailf")).outcome();
    outcome.assert(outcome.code() == Some(0) && !outcome.stderr.contains("bWU6c2VjcmV0"), "told");
    machine.mokctl("create worker a -q").run();
    for node in ["a-master-1", "a-worker-1", "a-worker-2"] {
        let want = "{\"auths\":{\"registry.example:5000\":{\"auth\":\"bWU6c2VjcmV0\"}}}";
        assert_eq!(machine.docker.file(node, "/var/lib/kubelet/config.json"), want);
    }
    assert!(!machine.docker.log().contains("bWU6c2VjcmV0"));
    let command = machine.mokctl("get cluster a -o command").outcome().stdout;
    assert!(command.contains(" --registry-auth") && !command.contains("bWU6c2VjcmV0"), "{command}");
}
