//! `--hosts`: clusters over several hosts, with fake engines in one swarm.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::fake_docker::Object;
use crate::harness::Machine;

/// Returns a machine that can reach the engines of `hosts`.
fn machine(hosts: &[&str]) -> Machine {
    let machine = Machine::new();
    machine.docker.with_hosts(hosts);
    machine
}

fn names(objects: Vec<Object>) -> Vec<String> {
    objects.into_iter().map(|object| object.name).collect()
}

#[test]
fn nodes_are_spread_over_the_hosts_on_one_network() {
    let machine = machine(&["xx", "yy"]).with_cluster("a 1 2 -q --hosts xx,yy");
    assert_eq!(names(machine.docker.containers_on("xx")), ["a-master-1", "a-worker-2"]);
    assert_eq!(names(machine.docker.containers_on("yy")), ["a-worker-1"]);
    assert!(machine.docker.names().is_empty(), "something is on the client's own engine");
    let network = machine.docker.swarm_networks();
    assert_eq!(network[0].labels["mok.hosts"], "xx,yy");
    let create = machine.docker.call("--context=xx network create ");
    assert_eq!(create.argv[3..5], ["--driver=overlay", "--attachable"]);
    assert!(create.flag("subnet").unwrap().ends_with("/23"), "{}", create.line());
    let worker = machine.docker.call("--context=yy create --name=a-worker-1 ");
    assert_eq!(worker.labels()["mok.host"], "yy");
    assert_eq!(worker.labels()["mok.schema"], "2");
    // The image of the first host is copied to the others.
    assert_eq!(machine.docker.calls().iter().filter(|call| call.argv[1] == "load").count(), 1);
    machine.docker.call("--context=yy load --quiet");
    let master = machine.docker.call("--context=xx create --name=a-master-1 ");
    // The socket of a context does not tell its host's address, but the swarm does.
    assert!(master.flag("publish").unwrap().starts_with("192.0.2.1:"), "{}", master.line());
    machine.mokctl("delete cluster a -q --hosts xx,yy").run();
    assert!(names(machine.docker.swarm_networks()).is_empty());
    assert!(names(machine.docker.containers_on("yy")).is_empty());
}

#[test]
fn masters_are_on_different_hosts_and_wishes_are_heard() {
    let machine = machine(&["xx", "yy", "zz"]);
    let line = "a 3 0 -q --hosts xx,yy,zz --place a-lb=zz --api-address 192.0.2.9";
    let machine = machine.with_cluster(line);
    assert_eq!(names(machine.docker.containers_on("xx")), ["a-master-1"]);
    assert_eq!(names(machine.docker.containers_on("yy")), ["a-master-2"]);
    assert_eq!(names(machine.docker.containers_on("zz")), ["a-lb", "a-master-3"]);
    let text = machine.kubeconfig_text();
    assert!(text.contains("server: https://192.0.2.9:"), "{text}");
    let stderr = "mokctl: error: cannot place b-master-1 on ww: the cluster's hosts are xx,yy\n\
                  hint: a cluster has the hosts that 'create cluster --hosts' gave it\n";
    let run = machine.mokctl("create cluster b 1 0 --hosts xx,yy --place b-master-1=ww");
    run.stderr(stderr).code(1).run();
}

#[test]
fn every_command_finds_the_hosts_by_one_of_them() {
    let machine = machine(&["xx", "yy"]).with_cluster("a 1 1 -q --hosts xx,yy");
    let table = |stdout: &str| {
        stdout
            .lines()
            .map(|line| {
                let cells: Vec<_> = line.split_whitespace().collect();
                format!("{} {} {}", cells[0], cells[3], cells[5])
            })
            .collect::<Vec<_>>()
    };
    for hosts in ["xx", "yy", "yy,xx"] {
        let outcome = machine.mokctl("get nodes a").env("MOKCTL_HOSTS", hosts).outcome();
        let want = ["Name Status Host", "a-master-1 running xx", "a-worker-1 running yy"];
        assert_eq!(table(&outcome.stdout), want, "{}", outcome.stderr);
    }
    let outcome = machine.mokctl("get nodes a -o json --hosts xx").outcome();
    let nodes: Vec<Value> = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(nodes[1]["host"], json!("yy"));

    machine.mokctl("create worker a 2 -q --hosts xx --place a-worker-3=yy").run();
    assert_eq!(names(machine.docker.containers_on("yy")), ["a-worker-1", "a-worker-3"]);
    assert_eq!(names(machine.docker.containers_on("xx")), ["a-master-1", "a-worker-2"]);
    machine.mokctl("delete worker a-worker-1 -q --yes --hosts xx").run();
    assert_eq!(names(machine.docker.containers_on("yy")), ["a-worker-3"]);
    machine.mokctl("stop cluster a -q --hosts xx").run();
    let stopped = |host| machine.docker.containers_on(host).iter().all(|c| c.status == "exited");
    assert!(stopped("xx") && stopped("yy"));
    machine.mokctl("start cluster a -q --hosts xx").run();
    assert!(!stopped("xx") && !stopped("yy"));
    let outcome = machine.mokctl("get kubeconfig a --hosts yy").outcome();
    assert!(outcome.stdout.contains("server: https://192.0.2.1:"), "{}", outcome.stdout);
    machine.mokctl("exec a-worker-3 --hosts xx -- cat /etc/kubernetes/admin.conf").outcome();
    machine.docker.call("--context=yy exec --interactive a-worker-3 cat ");
}

#[test]
fn what_is_in_the_way_is_told_for_each_host_with_its_cure() {
    let machine = machine(&["xx", "yy", "zz", "ww"]);
    machine.docker.host_says("yy", &json!({"ServerVersion": "28.2.2"}));
    machine.docker.host_is_away("ww", true);
    machine.docker.host_says(
        "zz",
        &json!({"ServerVersion": "19.3.1", "Swarm": {"LocalNodeState": "active",
            "NodeID": "other", "RemoteManagers": [{"NodeID": "other"}]}}),
    );
    let join =
        "swarm join --token $(docker --context=xx swarm join-token -q worker) 192.0.2.1:2377'";
    let stderr = format!("\
mokctl: warning: host yy is not in a swarm; 'docker --context=yy {join}
mokctl: warning: host zz is not in the swarm of xx; 'docker --context=zz swarm leave --force', then 'docker --context=zz {join}
mokctl: warning: host zz: docker engine 19.3.1 is too old: nodes need 20.10 or later; install a newer Docker
mokctl: error: host ww does not answer: Cannot connect to the Docker daemon at ww. Is the docker daemon running?
hint: 'docker --context=ww info' shows details
");
    machine.mokctl("create cluster a 1 0 --hosts xx,yy,zz,ww").stderr(stderr).code(1).run();
    assert!(names(machine.docker.swarm_networks()).is_empty());
}

#[test]
fn a_host_that_is_away_is_named_and_a_second_delete_finishes() {
    let machine = machine(&["xx", "yy"]).with_cluster("a 1 1 -q --hosts xx,yy");
    machine.docker.host_is_away("yy", true);
    let away = "mokctl: warning: host yy does not answer: Cannot connect to the Docker daemon at \
                yy. Is the docker daemon running?\n";
    let outcome = machine.mokctl("get nodes a --hosts xx").outcome();
    assert_eq!((outcome.stderr.as_str(), outcome.stdout.lines().count()), (away, 2));
    let stderr = format!(
        "{away}mokctl: error: cannot change cluster a: host yy does not answer\n\
                          hint: 'docker --context=yy info' shows details\n"
    );
    machine.mokctl("create worker a --hosts xx").stderr(stderr).code(1).run();

    let stderr = format!(
        "{away}mokctl: error: cluster a is deleted except on hosts that do not answer: yy\n\
                          hint: 'mokctl delete cluster a' removes the rest once they answer\n"
    );
    machine.mokctl("delete cluster a -q --hosts xx").stderr(stderr).code(1).run();
    assert!(machine.docker.containers_on("xx").is_empty());
    assert!(!machine.kubeconfig_text().contains("mok-a"));
    machine.docker.host_is_away("yy", false);
    machine.mokctl("delete cluster a -q --hosts xx").run();
    assert!(machine.docker.containers_on("yy").is_empty());
    assert!(names(machine.docker.swarm_networks()).is_empty());
}

#[test]
fn a_create_that_fails_leaves_nothing_on_any_host() {
    let machine = machine(&["xx", "yy"]);
    machine.docker.on("*join.sh").fails(1, "no");
    let outcome = machine.mokctl("create cluster a 1 1 -q --hosts xx,yy").outcome();
    assert_eq!(outcome.code(), Some(1));
    for host in ["xx", "yy"] {
        assert!(machine.docker.containers_on(host).is_empty(), "{host}");
    }
    assert!(names(machine.docker.swarm_networks()).is_empty());
}

#[test]
fn what_holds_for_one_engine_is_refused() {
    let machine = machine(&["xx", "yy"]).with_cluster("a 1 1 -q --hosts xx,yy");
    let stderr = "mokctl: error: registry localhost:5000 cannot be reached from all hosts: each host has its own localhost\n\
                  hint: use an address that every host reaches\n";
    for flag in ["--registry localhost:5000", "--registry-mirror docker.io=http://localhost:5000"] {
        let run = machine.mokctl(&format!("create cluster b 1 0 --hosts xx,yy {flag}"));
        run.stderr(stderr).code(1).run();
    }
    let outcome =
        machine.mokctl("create cluster b 1 0 --hosts xx,yy --subnet 172.30.0.0/24").outcome();
    let want = "Invalid CIDR, '172.30.0.0/24': with --hosts a prefix from /8 to /23 is allowed.\n";
    assert!(outcome.stdout.ends_with(want), "{}", outcome.stdout);
}

/// Returns the numbers of calls of `create` and `delete`, by command.
fn calls(machine: &Machine) -> BTreeMap<String, usize> {
    let mut calls = BTreeMap::new();
    for call in machine.docker.calls() {
        *calls.entry(call.argv[0].clone()).or_default() += 1;
    }
    calls
}

/// The model of docs/hosts.md: how many calls `create` makes for M masters and W workers on H
/// hosts.
fn model(masters: usize, workers: usize, hosts: usize) -> usize {
    let balancer = usize::from(masters > 1);
    let nodes = masters + workers;
    // Six questions to each host, and two more to the first.
    let looks = 6 * hosts + 2;
    let image = 2 * (hosts - 1);
    let containers = 3 * (nodes + balancer);
    let control_planes = masters - 1;
    let joins = nodes - 1;
    // Network, init and its rest, wait, kubeconfig, token, add-ons. Each engine marks its nodes as
    // complete.
    let once = 7;
    looks + image + containers + control_planes + joins + once + (nodes + balancer).min(hosts)
}

fn costs(masters: usize, workers: usize, count: usize) {
    let hosts: Vec<_> = (1..=count).map(|n| format!("host{n}")).collect();
    let hosts: Vec<_> = hosts.iter().map(String::as_str).collect();
    let machine = machine(&hosts);
    let line = format!("a {masters} {workers} -q --hosts {}", hosts.join(","));
    let machine = machine.with_cluster(&line);
    let used: usize = calls(&machine).values().sum();
    assert_eq!(
        used,
        model(masters, workers, count),
        "{masters}+{workers} on {count}:\n{}",
        machine.docker.log()
    );
}

#[test]
fn create_over_hosts_costs_what_the_model_says() {
    costs(1, 1, 2);
    costs(1, 2, 2);
    costs(3, 3, 3);
    costs(3, 7, 10);
}
