//! Subnets and ports that are in use, or are taken during the run.

use crate::harness::Machine;

#[test]
fn a_subnet_that_is_taken_meanwhile_is_followed_by_the_next() {
    let first = {
        let machine = Machine::new().with_cluster("a 1 0");
        machine.docker.call("network create").flag("subnet").unwrap().to_owned()
    };
    let machine = Machine::new();
    machine.docker.take_subnet(first.strip_suffix("/24").unwrap());
    machine.mokctl("create cluster a 1 0 -q").run();
    let calls = machine.docker.calls();
    let tried: Vec<_> = calls
        .iter()
        .filter(|call| call.verb() == "network create")
        .map(|call| call.flag("subnet").unwrap())
        .collect();
    assert_eq!(tried.len(), 2, "{tried:?}");
    assert_eq!(tried[0], first);
    // The container that reserves the name is created again for the new subnet.
    let created: Vec<_> = calls.iter().filter(|call| call.verb() == "create").collect();
    let addresses: Vec<_> = created.iter().map(|call| call.flag("ip").unwrap()).collect();
    assert_eq!(addresses, tried.iter().map(|it| it.replace(".0/24", ".11")).collect::<Vec<_>>());
}

#[test]
fn a_subnet_that_was_asked_for_and_is_taken_is_refused() {
    let machine = Machine::new();
    machine.docker.take_subnet("10.77.0.0");
    let outcome = machine.mokctl("create cluster a 1 0 --subnet 10.77.0.0/24").outcome();
    outcome.assert(outcome.code() == Some(1), "created");
    outcome.assert(outcome.stderr.contains("failed to create network: "), "no step");
    outcome.assert(outcome.stderr.contains("Pool overlaps with other one"), "no reason");
    outcome.assert(machine.docker.names().is_empty(), "something is left");
}

const PORT_TAKEN: &str = "Error response from daemon: driver failed programming external connectivity \
    on endpoint a-master-1: Bind for 127.0.0.1:1 failed: port is already allocated\n\
    Error: failed to start containers: a-master-1";

#[test]
fn a_port_that_is_taken_meanwhile_is_followed_by_another() {
    let machine = Machine::new();
    machine.docker.on("start a-master-1").nth(1).fails(1, PORT_TAKEN);
    machine.mokctl("create cluster a 1 0 -q").run();
    let calls = machine.docker.calls();
    let created: Vec<_> = calls.iter().filter(|call| call.verb() == "create").collect();
    assert_eq!(created.len(), 2);
    let port = created[1].flag("publish").unwrap().strip_suffix(":6443/tcp").unwrap();
    assert!(machine.kubeconfig_text().contains(&format!("server: https://{port}\n")));
}

#[test]
fn a_port_that_was_asked_for_and_is_taken_is_refused() {
    let machine = Machine::new();
    machine.docker.on("start a-master-1").fails(1, PORT_TAKEN);
    let outcome = machine.mokctl("create cluster a 1 0 --api-port 4711").outcome();
    outcome.assert(outcome.code() == Some(1), "created");
    outcome.assert(outcome.stderr.contains("port is already allocated"), "no reason");
    outcome.assert(machine.docker.names().is_empty(), "something is left");
    let publish = machine.docker.call("create ").flag("publish").unwrap().to_owned();
    assert_eq!(publish, "127.0.0.1:4711:6443/tcp");
}

#[test]
fn clusters_live_side_by_side_on_networks_of_their_own() {
    let machine = Machine::new();
    std::thread::scope(|scope| {
        for name in ["a", "b", "c"] {
            let machine = &machine;
            scope.spawn(move || machine.mokctl(&format!("create cluster {name} 1 1 -q")).run());
        }
    });
    let calls = machine.docker.calls();
    let subnets: std::collections::BTreeSet<_> = calls
        .iter()
        .filter(|call| call.verb() == "network create" && call.status == Some(0))
        .map(|call| call.flag("subnet").unwrap())
        .collect();
    assert_eq!(subnets.len(), 3);
    for name in ["a", "b", "c"] {
        assert!(machine.kubeconfig_text().contains(&format!("name: mok-{name}\n")));
    }
    machine.mokctl("delete cluster b -q").run();
    assert_eq!(
        machine.docker.names(),
        ["a-master-1", "a-worker-1", "c-master-1", "c-worker-1", "mok-a", "mok-c"]
    );
}

/// Another cluster is deleted at the same time.
#[test]
fn a_network_that_goes_away_while_it_is_looked_at_is_no_failure() {
    let machine = Machine::new();
    let text = "Error response from daemon: network 000e not found";
    machine.docker.on("network inspect *").nth(1).fails(1, text);
    machine.mokctl("create cluster a 1 0 -q").run();
    assert_eq!(machine.docker.names(), ["a-master-1", "mok-a"]);
}
