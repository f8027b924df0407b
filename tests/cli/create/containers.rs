//! The containers and the network: labels, names, privileges and ports.

use std::collections::BTreeMap;

use crate::fake_docker::image;
use mokctl::docker::privilege::Privilege;
use mokctl::env::Env;

use crate::fake_docker::Call;
use crate::harness::Machine;

#[test]
fn every_object_carries_the_labels_of_its_cluster_and_run() {
    let machine = Machine::new().with_cluster("a 3 1");
    let mut runs = Vec::new();
    let mut labels_of = |labels: &BTreeMap<String, String>| {
        let mut labels = labels.clone();
        runs.extend(labels.remove("mok.run"));
        // Labels that come from the image.
        labels.retain(|label, _| !label.starts_with("mok.image."));
        labels.into_iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>()
    };
    for container in machine.docker.containers() {
        let role = match container.name.as_str() {
            "a-lb" => "lb",
            name if name.starts_with("a-master") => "master",
            _ => "worker",
        };
        let addons = "mok.addons=storage,metrics,policy,loadbalancer".to_owned();
        let addons = (role != "lb").then_some(addons);
        let want = [
            "MokCluster=a".to_owned(),
            "mok.kubernetes=v1.37.2".into(),
            format!("mok.role={role}"),
            "mok.schema=1".into(),
        ];
        let want: Vec<_> =
            want[..1].iter().cloned().chain(addons).chain(want[1..].to_vec()).collect();
        assert_eq!(labels_of(&container.labels), want, "{}", container.name);
    }
    for network in machine.docker.networks() {
        assert_eq!(labels_of(&network.labels), ["MokCluster=a", "mok.schema=1"]);
    }
    assert_eq!(runs.len(), 6);
    assert!(runs.iter().all(|run| *run == runs[0] && !run.is_empty()), "{runs:?}");
}

#[test]
fn two_runs_have_different_labels() {
    let machine = Machine::new().with_cluster("a 1 0").with_cluster("b 1 0");
    let containers = machine.docker.containers();
    assert_ne!(containers[0].labels["mok.run"], containers[1].labels["mok.run"]);
}

#[test]
fn a_node_is_created_with_exactly_these_words() {
    let machine = Machine::new().with_cluster("a 1 0");
    let call = machine.docker.call("create ");
    let subnet = machine.docker.call("network create").flag("subnet").unwrap().to_owned();
    let run = call.labels()["mok.run"].to_owned();
    let publish = call.flag("publish").unwrap();
    let port = publish.strip_prefix("127.0.0.1:").unwrap().strip_suffix(":6443/tcp").unwrap();
    assert!(port.parse::<u16>().unwrap() >= 1024, "{publish}");

    let mut want = vec![
        "create".to_owned(),
        "--name=a-master-1".into(),
        "--hostname=a-master-1".into(),
        // The container is created before the network, so it refers to the network by name.
        "--network=mok-a".into(),
        format!("--ip={}", subnet.replace(".0/24", ".11")),
        "--log-driver=json-file".into(),
        "--label=MokCluster=a".into(),
        "--label=mok.schema=1".into(),
        format!("--label=mok.run={run}"),
        "--label=mok.role=master".into(),
        "--label=mok.kubernetes=v1.37.2".into(),
        "--label=mok.addons=storage,metrics,policy,loadbalancer".into(),
        format!("--publish={publish}"),
    ];
    want.extend(Privilege::first_choice(Env::read().bounding_set).flags());
    for word in [
        "--cgroupns=private",
        "--init=false",
        "--tmpfs=/run",
        "--tmpfs=/tmp",
        "--volume=/var/lib/containerd",
    ] {
        want.push(word.into());
    }
    for proxy in ["HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "ALL_PROXY", "NO_PROXY"] {
        want.push(format!("--env={proxy}="));
        want.push(format!("--env={}=", proxy.to_lowercase()));
    }
    want.push(image());
    assert_eq!(call.argv, want);
}

#[test]
fn only_the_api_is_published_and_on_loopback_alone() {
    let machine = Machine::new().with_cluster("a 3 1");
    let calls = machine.docker.calls();
    let published: Vec<_> =
        calls.iter().filter_map(|call| Some((call.flag("name")?, call.flag("publish")?))).collect();
    assert_eq!(published.len(), 1, "{published:?}");
    assert_eq!(published[0].0, "a-lb");
    assert!(published[0].1.starts_with("127.0.0.1:") && published[0].1.ends_with(":6443/tcp"));
}

#[test]
fn the_balancer_needs_no_rights_and_knows_every_master() {
    let machine = Machine::new().with_cluster("a 3 0");
    let call = machine.docker.call("create --name=a-lb ");
    for word in &call.argv {
        assert!(!word.starts_with("--cap-add") && word != "--privileged", "{word}");
    }
    let config = machine.docker.file("a-lb", "/etc/mok/haproxy.cfg");
    for number in 1..=3 {
        let master = machine.docker.call(&format!("create --name=a-master-{number} "));
        let line = format!("server a-master-{number} {}:6443", master.flag("ip").unwrap());
        assert!(config.contains(&line), "{config}");
    }
}

/// A mokctl with fewer capabilities asks for those that are left. Without the most important one
/// it probably runs in a container itself, so it asks for all.
#[test]
fn an_engine_that_refuses_privileged_is_asked_for_capabilities() {
    let machine = Machine::new();
    machine.docker.refuse_privileges();
    let mut run = machine.mokctl("create cluster a 1 2 -q");
    if Privilege::first_choice(Env::read().bounding_set) != Privilege::Full {
        run = run.under(&["setpriv", "--bounding-set=-sys_admin"]);
    }
    run.run();
    let calls = machine.docker.calls();
    assert!(calls.iter().any(|call| call.line().contains("--privileged")), "never asked");
    for node in ["a-master-1", "a-worker-1", "a-worker-2"] {
        let of_node = |call: &&Call| call.flag("name") == Some(node);
        let last = calls.iter().rfind(of_node).unwrap();
        assert!(!last.argv.contains(&"--privileged".to_owned()), "{node}");
        assert!(last.argv.contains(&"--cap-add=SYS_ADMIN".to_owned()), "{node}");
        // The engine's host lacks this capability.
        assert!(!last.argv.contains(&"--cap-add=SYS_RESOURCE".to_owned()), "{node}");
    }
    assert!(machine.docker.containers().iter().all(|container| container.status == "running"));
}

/// The timeout of health checks grows with the scale of deadlines, but never falls below 3 s.
#[test]
fn a_slow_machines_balancer_is_patient() {
    for (scale, check) in [("12", "36000"), ("0.5", "3000")] {
        let machine = Machine::new();
        machine.mokctl("create cluster a 3 0 -q").deadline_scale(scale).run();
        let config = machine.docker.file("a-lb", "/etc/mok/haproxy.cfg");
        assert!(config.contains(&format!("  timeout check {check}ms\n")), "{config}");
    }
}
