//! `create cluster --from`: clones of a snapshot, beside the original cluster.

use std::fs;

use serde_json::{Value, json};

use crate::harness::Machine;

const CLONED: &str = "\
Reserving the name .. ok (0.0 s)
Creating network .. ok (0.0 s)
Starting nodes .. ok (0.0 s)
Starting control plane .. ok (0.0 s)
Joining nodes .. ok (0.0 s)
Waiting for nodes to become Ready .. ok (0.0 s)
Completing setup .. ok (0.0 s)
Cluster b is ready after 0.0 s. The current context is mok-b; next:

  kubectl --context mok-b get nodes
  mokctl exec b-master-1
  mokctl delete cluster b

";

fn saved(line: &str) -> Machine {
    let machine = Machine::new().with_cluster(line);
    machine.mokctl("create snapshot a s -q").run();
    machine
}

#[test]
fn a_clone_stands_beside_the_cluster_that_was_saved() {
    let machine = saved("a 1 1");
    let before = machine.docker.containers();
    machine.mokctl("create cluster b --from s").stderr(CLONED).run();
    let after = machine.docker.containers();
    assert!(before.iter().all(|container| after.contains(container)));
    let name = |node: &str| format!("create --name={node} ");
    for node in ["master-1", "worker-1"] {
        let [old, new] =
            ["a", "b"].map(|cluster| machine.docker.call(&name(&format!("{cluster}-{node}"))));
        assert!(new.line().ends_with(&format!(" mok-snapshot/s:a-{node}")), "{}", new.line());
        for flag in ["ip", "network"] {
            assert_ne!(old.flag(flag), new.flag(flag), "{flag} of {node}");
        }
        for label in ["MokCluster=b", "mok.role=", "mok.kubernetes=v1.37.2", "mok.issued="] {
            let is_label = |word: &String| word.starts_with(&format!("--label={label}"));
            assert!(new.argv.iter().any(is_label), "no {label}: {}", new.line());
        }
    }
    assert!(machine.docker.call("exec b-master-1 bash /root/mok/clone.sh").ended.is_some());
    let kubeconfig = machine.kubeconfig_text();
    assert!(kubeconfig.contains("name: mok-a") && kubeconfig.contains("name: mok-b"));
    // The files that prepare the nodes at their first start.
    for node in ["b-master-1", "b-worker-1"] {
        let unit = "/etc/systemd/system/containerd.service.d/mok-drop_identity.conf";
        assert!(
            machine.docker.file(node, unit).contains("ExecStartPre=/root/mok/drop_identity.sh\n")
        );
        assert_eq!(machine.docker.file(node, "/root/mok/drop_identity"), "");
        assert_eq!(machine.docker.file(node, "/etc/machine-id"), "");
    }
    let config = machine.docker.file("b-master-1", "/root/mok/kubeadm-init.yaml");
    assert!(config.contains("name: b-master-1\n") && !config.contains("a-master-1"), "{config}");
    let stdout = machine.mokctl("get clusters b").outcome().stdout;
    assert!(stdout.contains("b-worker-1") && !stdout.contains("incomplete"), "{stdout}");
    machine.mokctl("create worker b -q").run();
    let worker = machine.docker.call("create --name=b-worker-2 ");
    assert!(worker.line().ends_with(" local/mok-debian-13:v1.37.2"), "{}", worker.line());
    // The clone can be deleted without the original.
    machine.mokctl("delete cluster b -q").run();
    assert_eq!(machine.docker.containers(), before);
}

#[test]
fn the_saved_objects_become_those_of_the_clone() {
    let machine = saved("a 1 1");
    machine.mokctl("create cluster b --from s -q").run();
    let kubectl = "exec --interactive b-master-1 kubectl --kubeconfig=\
        /etc/kubernetes/super-admin.conf";
    let reads = |verb: &str| -> Value {
        let call = machine.docker.call(&format!("{kubectl} {verb} "));
        serde_json::from_slice::<Value>(&call.stdin.unwrap()).unwrap()["items"].clone()
    };
    let names = |verb: &str| -> Vec<String> {
        let items = reads(verb);
        let name = |item: &Value| item["metadata"]["name"].as_str().unwrap().to_owned();
        items.as_array().unwrap().iter().map(name).collect()
    };
    assert_eq!(names("replace"), ["p"]);
    assert_eq!(names("delete"), ["a-worker-1", "p"]);
    assert_eq!(names("apply"), ["b-worker-1"]);
    assert_eq!(names("create"), ["p"]);
    assert_eq!(reads("create")[0]["spec"]["nodeName"], json!("b-worker-1"));
    // The programs that act on saved objects start last.
    let lines: Vec<_> = machine.docker.calls().iter().map(crate::fake_docker::Call::line).collect();
    let at = |part: &str| lines.iter().position(|line| line.contains(part)).unwrap();
    assert!(at(" create --validate") < at("kubeadm init --config="));
}

#[test]
fn a_cluster_that_answers_with_no_objects_is_not_cloned() {
    let machine = saved("a 1 0");
    let names = machine.docker.names();
    machine.docker.write("objects/secrets.json", "no resources");
    let outcome = machine.mokctl("create cluster b --from s").outcome();
    let error = "mokctl: error: failed to change the saved objects on b-master-1: cannot read the \
        saved objects: ";
    outcome.assert(outcome.code() == Some(1) && outcome.stderr.contains(error), "no error");
    assert_eq!(machine.docker.names(), names);
}

#[test]
fn a_node_alone_asks_nobody_to_join() {
    let machine = saved("a 1 0 --with-lb");
    machine.mokctl("delete cluster a -q").run();
    let first = machine.docker.calls().len();
    // The clone may have the name of the deleted original.
    machine.mokctl("create cluster a --from s -q").run();
    let calls = machine.docker.calls();
    let lines: Vec<_> = calls[first..].iter().map(crate::fake_docker::Call::line).collect();
    assert!(!lines.iter().any(|line| line.contains("join.sh")));
    assert!(lines.iter().any(|line| line.ends_with("/clone.sh")));
    let balancer = calls[first..].iter().find(|call| call.flag("name") == Some("a-lb")).unwrap();
    assert!(balancer.line().ends_with(" mok-snapshot/s:a-lb"), "{}", balancer.line());
    assert!(balancer.flag("publish").unwrap().ends_with(":6443/tcp"));
}

#[test]
fn the_numbers_are_the_snapshots() {
    for line in ["b 1 1", "b 1", "b --masters 1", "b --workers 1", "b --masters 1 --workers 1"] {
        let machine = saved("a 1 1");
        machine.mokctl(&format!("create cluster {line} --from s -q")).run();
        assert_eq!(machine.docker.containers().len(), 4, "{line}");
    }
    let machine = saved("a 1 1");
    for line in ["b 2 1", "b 1 0", "b --masters 3", "b --workers 2"] {
        let stderr = "mokctl: error: snapshot s has 1 master and 1 workers\n\
            hint: omit NUM_MASTERS and NUM_WORKERS with --from\n";
        let line = format!("create cluster {line} --from s");
        machine.mokctl(&line).stderr(stderr).code(1).run();
    }
    // A default in the environment is about new clusters, so it does not conflict with the
    // snapshot.
    machine.mokctl("create cluster b --from s -q").env("MOKCTL_MASTERS", "3").run();
}

#[test]
fn what_it_has_from_outside_is_as_saved_unless_said_otherwise() {
    let machine = Machine::new();
    for folder in ["data", "more"] {
        fs::create_dir(machine.path(folder)).unwrap();
    }
    let [data, more] = ["data", "more"].map(|folder| machine.path(folder).display().to_string());
    let flags = format!("--publish 8080:30080 --registry localhost:5000 --mount {data}:/data:ro");
    let machine = machine.with_cluster(&format!("a 1 0 {flags}"));
    machine.mokctl("create snapshot a s -q").run();
    machine.mokctl("create cluster b --from s -q").run();
    let master = machine.docker.call("create --name=b-master-1 ").line();
    for word in [&format!("source={data},target=/data,readonly"), "mok.registry=localhost:5000"] {
        assert!(master.contains(word), "no {word}: {master}");
    }
    assert!(!master.contains(":30080"), "the host's port is the other cluster's: {master}");
    let flags = format!("--publish 8081:30080 --mount {more}:/more --api-port 4711");
    machine.mokctl(&format!("create cluster c --from s -q --subnet 10.88.0.0/24 {flags}")).run();
    let master = machine.docker.call("create --name=c-master-1 ").line();
    for word in [":4711:6443", ":8081:30080", "target=/more", "--ip=10.88.0.11"] {
        assert!(master.contains(word), "no {word}: {master}");
    }
    assert!(!master.contains("target=/data"), "{master}");
}

#[test]
fn the_proxies_are_those_of_the_environment() {
    let machine = Machine::new();
    let proxy = |line: &str, url: &str| {
        let line = format!("create cluster {line} -q");
        machine.mokctl(&line).env("HTTPS_PROXY", url).run();
    };
    proxy("a 1 0", "http://10.9.9.9:3128");
    machine.mokctl("create snapshot a s -q").run();
    machine.mokctl("create cluster b --from s -q").run();
    let file = |node: &str| machine.docker.file(node, "/etc/mok/proxy.env");
    assert_eq!(file("b-master-1"), "");
    machine.mokctl("create worker b -q").run();
    proxy("c --from s --subnet 10.88.0.0/24", "http://10.9.9.8:3128");
    let values = file("c-master-1");
    assert!(values.contains("10.9.9.8") && values.contains("10.88.0.0/24"), "{values}");
    machine.mokctl("create worker c -q").run();
    assert!(file("c-worker-1").contains("10.9.9.8"));
}

#[test]
fn what_cannot_be_is_refused_before_anything_is_made() {
    let machine = saved("a 1 0");
    machine.mokctl("create cluster m 3 0 -q").run();
    machine.mokctl("create snapshot m several -q").run();
    machine.mokctl("create cluster h 1 1 --skipworkersetup -q").run();
    machine.mokctl("create snapshot h by-hand -q").run();
    let names = machine.docker.names();
    let back = "'mokctl restore cluster' restores the cluster itself";
    for (line, error, hint) in [
        ("b --from x", "no snapshot exists with name x", "'mokctl get snapshots' lists them"),
        (
            "a --from s",
            "cluster a already exists",
            "'mokctl delete cluster a' removes it, --if-not-exists keeps it",
        ),
        (
            "b --from several",
            "cannot create a cluster from snapshot several: it has several masters",
            back,
        ),
        (
            "b --from by-hand",
            "cannot create a cluster from snapshot by-hand: h-worker-1 was set up manually",
            back,
        ),
    ] {
        let stderr = format!("mokctl: error: {error}\nhint: {hint}\n");
        machine.mokctl(&format!("create cluster {line}")).stderr(stderr).code(1).run();
    }
    for flag in ["--image x", "--with-lb", "--skipmastersetup"] {
        let outcome = machine.mokctl(&format!("create cluster b --from s {flag}")).outcome();
        outcome.assert(outcome.stdout.contains("'--from': it is not allowed with"), "not refused");
    }
    machine.docker.remove_image("mok-snapshot/several:m-lb");
    let outcome = machine.mokctl("create cluster b --from several").outcome();
    outcome.assert(outcome.stderr.contains("snapshot several is incomplete"), "not refused");
    assert_eq!(machine.docker.names(), names);
}

#[test]
fn a_clone_that_fails_is_taken_back_or_kept() {
    let machine = saved("a 1 1");
    let names = machine.docker.names();
    machine.docker.on("exec b-master-1 bash /root/mok/clone.sh").fails(1, "no space left");
    let outcome = machine.mokctl("create cluster b --from s").outcome();
    let error =
        "mokctl: error: failed to run kubeadm init with saved data on b-master-1: docker exec";
    outcome.assert(outcome.code() == Some(1) && outcome.stderr.contains(error), "no error");
    assert_eq!(machine.docker.names(), names);
    assert!(!machine.kubeconfig_text().contains("mok-b"));
    machine.mokctl("create cluster b --from s --retain -q").outcome();
    assert_eq!(machine.docker.names().len(), names.len() + 3);
    machine.docker.heal();
    machine.mokctl("delete cluster b -q").run();
    machine.mokctl("create cluster b --from s -q").run();
}

#[test]
fn programs_are_told_of_the_clone() {
    let machine = saved("a 1 0");
    let outcome = machine.mokctl("create cluster b --from s -o json").outcome();
    let last: Value = serde_json::from_str(outcome.stdout.lines().last().unwrap()).unwrap();
    assert_eq!((&last["ok"], &last["snapshot"]), (&json!(true), &json!("s")));
    assert_eq!(last["context"], json!("mok-b"));
}
