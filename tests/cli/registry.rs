//! `create registry`, and clusters that pull from a registry made by mokctl.

use serde_json::{Value, json};

use crate::harness::Machine;

const HOSTS: &str = "/etc/containerd/certs.d/localhost:5000/hosts.toml";

fn with_registry() -> Machine {
    let machine = Machine::new();
    machine.mokctl("create registry -q").run();
    machine
}

/// Returns the address at which `node` finds the registry, which must be the registry's address
/// on the cluster's network.
fn address(machine: &Machine, node: &str) -> String {
    let text = machine.docker.file(node, HOSTS);
    let url = text.split_once("[host.\"http://").unwrap().1;
    let address = url.split_once(":5000\"]").unwrap().0.to_owned();
    assert!(address.ends_with(".3"), "{text}");
    assert!(text.contains(&format!("server = \"http://{address}:5000\"")), "{text}");
    address
}

fn clusters(machine: &Machine) -> Value {
    let json = machine.mokctl("get registries -o json").outcome().stdout;
    serde_json::from_str::<Value>(&json).unwrap()[0]["clusters"].take()
}

#[test]
fn a_registry_is_made_listed_and_deleted() {
    let machine = Machine::new();
    machine
        .mokctl("create registry")
        .stderr(
            "Creating registry local .. ok (0.0 s)\nRegistry local is at localhost:5000; next:\n\n  \
             docker push localhost:5000/IMAGE\n  mokctl create cluster NAME 1 1 --registry localhost:5000\n\n",
        )
        .run();
    let create = machine.docker.call("create --name=mok-registry-local ");
    for word in [
        "--hostname=mok-registry-local",
        "--restart=unless-stopped",
        "--publish=127.0.0.1:5000:5000",
        "--volume=/var/lib/mok-registry",
        "--label=mok.registry.name=local",
        "--label=mok.registry.port=5000",
        "--entrypoint=docker-registry",
    ] {
        assert!(create.argv.iter().any(|it| it == word), "{word}");
    }
    assert!(create.line().ends_with(" serve /etc/mok/registry.yml"), "{}", create.line());
    let config = machine.docker.file("mok-registry-local", "/etc/mok/registry.yml");
    assert!(config.contains("rootdirectory: /var/lib/mok-registry\n"), "{config}");
    machine.mokctl("create registry two --port 5001 -q").run();
    machine
        .mokctl("get registries")
        .stdout(
            "Registry   Address          Status    MOK_Clusters\n\
             local      localhost:5000   running   -\n\
             two        localhost:5001   running   -\n",
        )
        .run();
    machine.mokctl("get clusters").run();
    machine.mokctl("delete registry two --yes -q").run();
    machine.mokctl("delete registry").stderr("Deleting registry local .. ok (0.0 s)\n").run();
    assert!(machine.docker.names().is_empty());
    machine.mokctl("get registries").run();
}

#[test]
fn what_is_in_the_way_is_named_and_nothing_stays() {
    let machine = with_registry();
    let exists = "mokctl: error: registry local exists already, at localhost:5000\n\
                  hint: 'mokctl delete registry local' removes it\n";
    machine.mokctl("create registry").stderr(exists).code(1).run();
    let taken = machine.mokctl("create registry two -q").outcome();
    taken.assert(taken.code() == Some(1) && taken.stderr.contains("port 5000 is taken"), "taken");
    assert_eq!(machine.docker.names(), ["mok-registry-local"]);
    let none = "mokctl: error: no registry exists with name two\n\
                hint: 'mokctl get registries' lists them\n";
    machine.mokctl("delete registry two --yes").stderr(none).code(1).run();
}

#[test]
fn whatever_fails_is_rolled_back() {
    for call in ["create *", "cp *", "start *", "exec *"] {
        let machine = Machine::new();
        machine.docker.on(call).fails(1, "no");
        let outcome = machine.mokctl("create registry").outcome();
        outcome.assert(outcome.code() == Some(1), call);
        outcome.assert(outcome.stderr.contains("Rolling back .. ok"), call);
        assert!(machine.docker.names().is_empty(), "{call}");
    }
}

#[test]
fn nodes_pull_from_it_on_their_own_network_as_long_as_there_are_any() {
    let machine = with_registry().with_cluster("a 1 1 --registry localhost:5000");
    machine.mokctl("create worker a -q").run();
    for node in ["a-master-1", "a-worker-1", "a-worker-2"] {
        let address = address(&machine, node);
        machine.docker.call(&format!("network connect --ip={address} mok-a mok-registry-local"));
    }
    let create = machine.docker.call("create --name=a-worker-2 ");
    assert_eq!(create.labels()["mok.own-registry"], "local:5000");
    assert_eq!(clusters(&machine), json!(["a"]));
    // A clone has another network, on which the registry has another address.
    machine.mokctl("create snapshot a s -q").run();
    machine.mokctl("create cluster b --from s -q").run();
    assert_ne!(address(&machine, "a-master-1"), address(&machine, "b-master-1"));
    assert_eq!(clusters(&machine), json!(["a", "b"]));
    // When a cluster is deleted, the registry leaves its network, which is removed.
    machine.mokctl("delete cluster b --yes -q").run();
    machine.mokctl("restore cluster a s --yes -q").run();
    assert_eq!(clusters(&machine), json!(["a"]));
    // A registry that is made again has the address at which clusters look for it.
    machine.mokctl("delete registry --yes -q").run();
    machine.mokctl("create registry -q").run();
    assert_eq!(clusters(&machine), json!(["a"]));
    machine.mokctl("delete cluster a --yes -q").run();
    assert_eq!(machine.docker.names(), ["mok-registry-local"]);
    assert!(machine.docker.networks().is_empty());
}

#[test]
fn it_can_be_a_mirror() {
    let machine =
        with_registry().with_cluster("a 1 0 --registry-mirror docker.io=http://localhost:5000");
    let text = machine.docker.file("a-master-1", "/etc/containerd/certs.d/docker.io/hosts.toml");
    let connect = machine.docker.call("network connect --ip=");
    let address = connect.flag("ip").unwrap();
    assert!(text.contains(&format!("[host.\"http://{address}:5000\"]")), "{text}");
    machine.mokctl("create registry two --port 5001 -q").run();
    let both = "create cluster b 1 0 --registry localhost:5001 \
                --registry-mirror docker.io=http://localhost:5000";
    let error = "mokctl: error: a cluster joins one registry of mokctl's: local and two are two\n";
    machine.mokctl(both).stderr(error).code(1).run();
}

#[test]
fn a_create_that_fails_takes_it_off_the_network() {
    let machine = with_registry();
    machine.docker.on("exec a-master-1 bash /root/mok/init.sh").fails(1, "no");
    let outcome = machine.mokctl("create cluster a 1 0 --registry localhost:5000 -q").outcome();
    outcome.assert(outcome.code() == Some(1) && !outcome.stderr.contains("remains"), "rolled back");
    assert_eq!(machine.docker.names(), ["mok-registry-local"]);
    assert!(machine.docker.networks().is_empty());
}

#[test]
fn a_clone_of_a_cluster_whose_registry_is_gone_says_so() {
    let machine = with_registry().with_cluster("a 1 0 --registry localhost:5000");
    machine.mokctl("create snapshot a s -q").run();
    machine.mokctl("delete registry --yes -q").run();
    let warning = "mokctl: warning: registry local is gone: nodes pull nothing from localhost:5000 before \
                   'mokctl create registry local --port 5000'\n";
    machine.mokctl("create cluster b --from s -q").stderr(warning).run();
    machine.mokctl("create registry -q").run();
    assert_eq!(clusters(&machine), json!(["a", "b"]));
}

#[test]
fn a_dry_run_shows_the_connection() {
    let machine = with_registry();
    let plan = machine.mokctl("create cluster a 1 0 --registry localhost:5000 --dry-run").outcome();
    plan.assert(plan.stdout.contains(" mok-a mok-registry-local\n"), "connect");
    let plan = machine.mokctl("create registry two --port 5001 --dry-run").outcome();
    plan.assert(plan.stdout.contains("docker create --name=mok-registry-two "), "create");
    assert_eq!(machine.docker.names(), ["mok-registry-local"]);
}
