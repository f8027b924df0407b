//! A remote engine, chosen by a docker context or `DOCKER_HOST`.

use crate::harness::Machine;

#[test]
fn the_api_of_an_engine_elsewhere_is_at_its_hosts_address() {
    let machine = Machine::new();
    let run = machine.mokctl("create cluster a 1 0 -q --publish 8080:30080");
    run.env("DOCKER_HOST", "tcp://192.0.2.7:2375").run();
    let create = machine.docker.call("create --name=a-master-1 ");
    let published: Vec<_> =
        create.argv.iter().filter_map(|word| word.strip_prefix("--publish=")).collect();
    let port = published[0].strip_prefix("192.0.2.7:").unwrap().strip_suffix(":6443/tcp").unwrap();
    assert!((20000..30000).contains(&port.parse::<u16>().unwrap()), "{port}");
    assert_eq!(published[1], "192.0.2.7:8080:30080/tcp");
    let server = format!("server: https://192.0.2.7:{port}\n");
    assert!(machine.kubeconfig_text().contains(&server), "{}", machine.kubeconfig_text());
    let config = machine.docker.file("a-master-1", "/root/mok/kubeadm-init.yaml");
    assert!(config.contains("  - \"192.0.2.7\"\n"), "{config}");

    let outcome = machine.mokctl("get kubeconfig a").outcome();
    outcome.assert(outcome.stdout.contains(&server), "another server");
    // The capabilities of this process say nothing about a remote engine.
    assert!(create.argv.contains(&"--privileged".to_owned()), "{:?}", create.argv);
}

#[test]
fn how_to_publish_is_said_where_no_container_is_reached() {
    let hint = "create cluster --publish PORT:NODEPORT";
    let machine = Machine::new();
    for (line, engine, is_said) in [
        ("create cluster a 1 0", "tcp://192.0.2.7:2375", true),
        ("create cluster b 1 0 --addons storage", "tcp://192.0.2.7:2375", false),
        ("create cluster d 1 0 --addons loadbalancer", "tcp://192.0.2.7:2375", true),
        ("create cluster c 1 0", "unix:///var/run/docker.sock", false),
    ] {
        let outcome = machine.mokctl(line).env("DOCKER_HOST", engine).outcome();
        outcome.assert(outcome.stderr.contains(hint) == is_said, "not so");
    }
}

#[test]
fn a_port_that_is_taken_elsewhere_is_followed_by_another() {
    let machine = Machine::new();
    let taken = "Error response from daemon: driver failed programming external connectivity on \
                 endpoint a-master-1: Bind for 192.0.2.7:1 failed: port is already allocated";
    machine.docker.on("start a-master-1").nth(1).fails(1, taken);
    let run = machine.mokctl("create cluster a 1 0 -q");
    run.env("DOCKER_HOST", "ssh://me@192.0.2.7").run();
    let calls = machine.docker.calls();
    assert_eq!(calls.iter().filter(|call| call.verb() == "create").count(), 2);
}

#[test]
fn a_host_that_nobody_knows_is_told_before_anything_is_made() {
    let machine = Machine::new();
    let run = machine.mokctl("create cluster a 1 0").env("DOCKER_HOST", "ssh://me@far.invalid");
    let outcome = run.outcome();
    let error = "mokctl: error: cannot find the address of the engine's host, 'far.invalid': ";
    let hint = "\nhint: name the engine's host by its IPv4 address in DOCKER_HOST or the context\n";
    // The resolver's message is between the two.
    let said = outcome.stderr.starts_with(error) && outcome.stderr.ends_with(hint);
    outcome.assert(said && outcome.code() == Some(1), "not told");
    assert!(machine.docker.names().is_empty());
}

#[test]
fn a_host_without_ipv4_is_told_before_anything_is_made() {
    let machine = Machine::new();
    let run = machine.mokctl("create cluster a 1 0").env("DOCKER_HOST", "tcp://[2001:db8::1]:2375");
    let stderr = "mokctl: error: the engine's host, '2001:db8::1', has no IPv4 address
hint: name the engine's host by its IPv4 address in DOCKER_HOST or the context
";
    run.stderr(stderr).code(1).run();
    assert!(machine.docker.names().is_empty());
}
