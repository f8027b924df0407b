//! `upgrade cluster`: node after node gets a container of another image, with the data it has.

mod images;
mod refusals;

use std::collections::BTreeMap;

use crate::fake_docker::{Call, labels};
use crate::harness::Machine;

const OLD: &str = "local/mok-debian-13:v1.36.3";

/// Returns a machine with node images of several versions.
pub(crate) fn machine() -> Machine {
    let machine = Machine::new();
    machine.docker.add_image(OLD, &labels("v1.36.3"));
    machine.docker.add_image("local/mok-debian-13:v1.35.4", &labels("v1.35.4"));
    machine
}

/// Returns a machine with a cluster of Kubernetes 1.36.3.
pub(crate) fn with_cluster(line: &str) -> Machine {
    machine().with_cluster(&format!("{line} --k8sver 1.36"))
}

/// Returns the version label and the status of each container.
pub(crate) fn versions(machine: &Machine) -> BTreeMap<String, (String, String)> {
    let containers = machine.docker.containers().into_iter();
    let version = |labels: &BTreeMap<String, String>| labels["mok.kubernetes"].clone();
    containers.map(|it| (it.name, (version(&it.labels), it.status))).collect()
}

fn all_have(machine: &Machine, version: &str) -> bool {
    let want = (version.to_owned(), "running".to_owned());
    let kubernetes = |name: &String| !name.ends_with("-lb");
    versions(machine).iter().all(|(name, is)| !kubernetes(name) || *is == want)
}

fn refused(line: &str, machine: &Machine, stderr: &str) {
    let before = machine.docker.containers();
    machine.mokctl(line).stderr(stderr).code(1).run();
    assert_eq!(machine.docker.containers(), before, "{line}");
}

const STAGES: &str = "\
Draining nodes .. ok (0.0 s)
Stopping nodes .. ok (0.0 s)
Replacing nodes .. ok (0.0 s)
Waiting for nodes to become Ready .. ok (0.0 s)
Upgrading nodes .. ok (0.0 s)
Uncordoning nodes .. ok (0.0 s)
Completing the move .. ok (0.0 s)
Removing former containers .. ok (0.0 s)
";

const ADDONS: &str = "\
Upgrading add-ons .. ok (0.0 s)
Starting add-ons .. ok (0.0 s)
";

const DONE: &str = "Cluster a has Kubernetes v1.37.2 after 0.0 s.\n";

#[test]
fn masters_move_first_and_then_workers_each_by_itself() {
    let machine = with_cluster("a 1 2");
    let stderr = [STAGES, STAGES, STAGES, ADDONS, DONE].concat();
    machine.mokctl("upgrade cluster a --snapshot none").stderr(stderr).run();
    assert!(all_have(&machine, "v1.37.2"));
    assert_eq!(machine.docker.cordoned(), [""; 0]);
    let calls = machine.docker.calls();
    let moved = calls.iter().filter(|call| call.verb() == "rename").map(|call| &*call.argv[1]);
    assert_eq!(moved.collect::<Vec<_>>(), ["a-master-1", "a-worker-1", "a-worker-2"]);
    let upgrades: Vec<_> =
        calls.iter().map(Call::line).filter(|l| l.contains(" upgrade ")).collect();
    let (skip, patches) = ("--skip-phases=preflight,addon", "--patches=/root/mok/patches");
    let want = [
        format!("exec a-master-1 kubeadm upgrade apply v1.37.2 --yes {skip} {patches}"),
        format!("exec a-worker-1 kubeadm upgrade node {skip}"),
        format!("exec a-worker-2 kubeadm upgrade node {skip}"),
        format!("exec a-master-1 kubeadm upgrade apply phase addon all v1.37.2 {patches}"),
    ];
    assert_eq!(upgrades, want);
}

#[test]
fn a_node_is_made_again_as_it_was_but_for_its_image() {
    let data = "/tmp";
    let line = format!("a 1 0 --publish 8080:30080 --publish 53:30053/udp --mount {data}:/data:ro");
    let machine = with_cluster(&format!("{line} --registry 10.9.8.7:5000"));
    machine.docker.writes("a-master-1", "/etc/kubernetes/admin.conf", "mine");
    machine.docker.writes("a-master-1", "/var/lib/etcd/member/snap/db", "data");
    machine.docker.writes("a-master-1", "/srv/x", "kept");
    machine.docker.writes("a-master-1", "/var/log/pods/x", "not kept");
    machine.mokctl("upgrade cluster a --snapshot none -q").run();
    let calls = machine.docker.calls();
    let creates: Vec<&Call> = calls.iter().filter(|call| call.verb() == "create").collect();
    let [before, after] = creates.as_slice() else { panic!("{creates:?}") };
    let constant = |call: &Call| {
        let differs = |word: &&String| {
            ["--label=mok.run=", "--label=mok.kubernetes=", "--network="]
                .iter()
                .any(|start| word.starts_with(start))
        };
        call.argv.iter().filter(|word| !differs(word)).cloned().collect::<Vec<_>>()
    };
    let mut want = constant(before);
    let last = want.len() - 1;
    assert_eq!(want[last], OLD);
    want[last] = "local/mok-debian-13:v1.37.2".to_owned();
    let volume = want.iter().position(|word| word == "--volume=/var/lib/containerd").unwrap();
    want[volume] = "--volumes-from=a-master-1-former".to_owned();
    let mut is = constant(after);
    let issued = is.iter().position(|word| word.starts_with("--label=mok.issued=")).unwrap();
    is.remove(issued);
    let sorted = |mut words: Vec<String>| {
        words.sort();
        words
    };
    assert_eq!(sorted(is), sorted(want));
    assert_eq!(machine.docker.file("a-master-1", "/etc/kubernetes/admin.conf"), "mine");
    assert_eq!(machine.docker.file("a-master-1", "/var/lib/etcd/member/snap/db"), "data");
    assert_eq!(machine.docker.file("a-master-1", "/srv/x"), "kept");
    assert!(!machine.docker.has_file("a-master-1", "/var/log/pods/x"));
    let config = machine.docker.file("a-master-1", "/root/mok/kubeadm-init.yaml");
    assert!(config.contains("kubernetesVersion: v1.37.2"), "{config}");
    let unit = "/etc/systemd/system/kubelet.service.d/mok-adopt.conf";
    assert!(machine.docker.file("a-master-1", unit).contains("ExecStartPre=/root/mok/adopt.sh"));
}

#[test]
fn the_only_node_for_pods_is_not_drained() {
    for line in ["a 1 0", "a 1 1"] {
        let machine = with_cluster(line);
        machine.mokctl("upgrade cluster a --snapshot none -q").run();
        let drained: Vec<_> = machine
            .docker
            .calls()
            .iter()
            .map(Call::line)
            .filter(|l| l.contains(" drain "))
            .collect();
        let nodes = drained.iter().map(|l| l.split(' ').nth(5).unwrap()).collect::<Vec<_>>();
        assert_eq!(nodes, if line == "a 1 0" { vec![] } else { vec!["a-master-1"] });
    }
}

#[test]
fn a_cordoned_node_stays_so() {
    let machine = with_cluster("a 1 2");
    machine.docker.cordons("a-worker-2");
    machine.mokctl("upgrade cluster a --snapshot none -q").run();
    assert_eq!(machine.docker.cordoned(), ["a-worker-2"]);
}

#[test]
fn workers_move_side_by_side_where_that_is_asked_for() {
    let machine = with_cluster("a 3 3");
    machine.mokctl("upgrade cluster a --parallel 2 -q").run();
    assert!(all_have(&machine, "v1.37.2"));
    let calls = machine.docker.calls();
    let renamed: Vec<_> = calls.iter().filter(|call| call.verb() == "rename").collect();
    let span = |node: &str| {
        let of = |call: &&&Call| call.argv[1] == node;
        let at = renamed.iter().find(of).unwrap().started;
        let remove = format!("rm --force --volumes {node}-former");
        (at, machine.docker.call(&remove).started)
    };
    let one_by_one = ["a-master-1", "a-master-2", "a-master-3", "a-worker-1"].map(span);
    assert!(one_by_one.windows(2).all(|pair| pair[0].1 < pair[1].0), "{one_by_one:?}");
    let (one, two, three) = (span("a-worker-1"), span("a-worker-2"), span("a-worker-3"));
    assert!(two.0 < one.1 && three.0 > one.1.max(two.1), "{one:?} {two:?} {three:?}");
    let master = "exec a-master-2 kubeadm upgrade node --skip-phases=preflight,addon";
    machine.docker.call(master);
}

#[test]
fn a_cluster_with_one_master_is_saved_first() {
    let machine = with_cluster("a 1 0");
    machine.mokctl("upgrade cluster a -q").run();
    let saved = "mok-snapshot/a-before-v1-37-2:a-master-1";
    assert!(machine.docker.images().contains(saved), "{:?}", machine.docker.images());
    let machine = with_cluster("a 1 0");
    machine.mokctl("upgrade cluster a -q --snapshot mine").run();
    assert!(machine.docker.images().contains("mok-snapshot/mine:a-master-1"));
    let machine = with_cluster("a 2 0");
    machine.mokctl("upgrade cluster a -q").run();
    assert!(machine.docker.images().iter().all(|image| !image.starts_with("mok-snapshot")));
}

/// Fails at the second of two minor versions. The run that continues must not replace the snapshot
/// from before the upgrade with one of a cluster between two versions.
#[test]
fn a_run_that_continues_has_the_snapshot_from_before() {
    let upgrade = "upgrade cluster a --k8sver 1.37";
    let restore =
        |snapshot| format!("'mokctl restore cluster a {snapshot}' makes it what it was\n");
    let saved = |machine: &Machine| -> Vec<_> {
        let images = machine.docker.images().into_iter();
        images.filter(|image| image.starts_with("mok-snapshot/")).collect()
    };
    for (flag, later, snapshot) in
        [("", "", "a-before-v1-37-2"), (" --snapshot mine", " --snapshot none", "mine")]
    {
        let (first, later) = (format!("{upgrade}{flag}"), format!("{upgrade}{later}"));
        let machine = machine().with_cluster("a 1 1 --k8sver 1.35");
        machine.docker.on("exec a-master-1 kubeadm upgrade apply v1.37*").fails(1, "no");
        let outcome = machine.mokctl(&first).outcome();
        let hint = format!("\nhint: 'mokctl {later}' goes on, {}", restore(snapshot));
        outcome.assert(outcome.code() == Some(1) && outcome.stderr.ends_with(&hint), &hint);
        assert!(all_have(&machine, "v1.36.3"), "{:?}", versions(&machine));
        let before = saved(&machine);
        if first == later {
            // It fails once more, and still knows the way back.
            let outcome = machine.mokctl(&later).outcome();
            outcome.assert(outcome.stderr.ends_with(&hint), &hint);
        }
        machine.docker.heal();
        machine.mokctl(&format!("{later} -q")).run();
        assert!(all_have(&machine, "v1.37.2"), "{:?}", versions(&machine));
        assert_eq!(saved(&machine), before);
    }
}

/// A snapshot of that name may be of a former cluster, or of this one before it changed.
#[test]
fn other_snapshots_do_not_replace_the_one_before_the_upgrade() {
    let machine = machine().with_cluster("a 1 0 --k8sver 1.35");
    machine.mokctl("create snapshot a a-before-v1-37-2 -q").run();
    machine.mokctl("delete cluster a --yes -q").run();
    machine.docker.set_creation_time("2100-02-01T12:00:00.000000000Z");
    machine.mokctl("create cluster a 1 0 --k8sver 1.36 -q").run();
    machine.mokctl("upgrade cluster a --k8sver 1.37 -q").run();
    let another = "mok-snapshot/a-before-v1-37-2-2:a-master-1";
    assert!(machine.docker.images().contains(another));
    let machine = with_cluster("a 1 0");
    machine.mokctl("create snapshot a a-before-v1-37-2 -q").run();
    machine.mokctl("upgrade cluster a --k8sver 1.37 -q").run();
    assert!(machine.docker.images().contains(another));
}

#[test]
fn what_fails_says_what_goes_on_and_what_goes_back() {
    let machine = with_cluster("a 1 0");
    machine.docker.on("exec a-master-1 kubeadm upgrade apply v*").fails(1, "no");
    let outcome = machine.mokctl("upgrade cluster a --k8sver 1.37").outcome();
    let error = "mokctl: error: failed to upgrade the cluster: failed to run kubeadm upgrade on \
                 a-master-1: ";
    outcome.assert(outcome.stderr.contains(error), "no error");
    let hint = "hint: 'mokctl upgrade cluster a --k8sver 1.37' goes on, \
                'mokctl restore cluster a a-before-v1-37-2' makes it what it was\n";
    outcome.assert(outcome.stderr.ends_with(hint), "no hint");
    assert!(all_have(&machine, "v1.36.3"));
}

#[test]
fn a_dry_run_shows_what_kubeadm_plans_and_moves_nothing() {
    let machine = with_cluster("a 1 1");
    let before = machine.docker.containers();
    let outcome = machine.mokctl("upgrade cluster a --dry-run --snapshot none").outcome();
    outcome.assert(outcome.code() == Some(0), "it failed");
    outcome.assert(outcome.stderr.contains("Target version: v1.37.2"), "no plan of kubeadm's");
    for command in [
        "docker rename a-worker-1 a-worker-1-former\n",
        "docker exec a-worker-1 kubeadm upgrade node --skip-phases=preflight,addon\n",
        "docker cp a-master-1-former:/var/lib/etcd -\n",
    ] {
        let command =
            command.replace("a-master-1-former:/var/lib/etcd", "'a-master-1-former:/var/lib/etcd'");
        outcome.assert(outcome.stdout.contains(&command), &command);
    }
    assert_eq!(machine.docker.containers(), before);
    assert_eq!(machine.docker.cordoned(), [""; 0]);
}

#[test]
fn a_cluster_that_is_there_already_gets_its_add_ons() {
    let machine = Machine::new().with_cluster("a 1 1");
    // A cluster that was created by a mokctl without this patch.
    let patch = "/root/mok/patches/corednsdeployment!starts+strategic.json";
    machine.docker.remove_file("a-master-1", patch);
    let stderr = [ADDONS, DONE].concat();
    machine.mokctl("upgrade cluster a").stderr(stderr).run();
    assert!(machine.docker.has_file("a-master-1", patch));
}

#[test]
fn kubelet_starts_again_where_kubeadm_changed_something_of_its_own() {
    let machine = with_cluster("a 1 0");
    machine.mokctl("upgrade cluster a --snapshot none -q").run();
    let restart = machine.docker.call("exec a-master-1 systemctl restart kubelet").started;
    assert!(restart > machine.docker.call("exec a-master-1 kubeadm upgrade apply v").started);
    let file = machine.docker.call("exec --interactive a-master-1 kubectl ");
    assert!(!String::from_utf8(file.stdin.unwrap()).unwrap().contains("disabled"));
}

#[test]
fn a_run_that_was_killed_is_gone_on_with() {
    for call in [
        "stop -t 30 a-worker-1-former",
        "create --name=a-worker-1 *v1.37.2",
        "cp * a-worker-1:/etc",
        "start a-worker-1",
        "exec a-worker-1 kubeadm upgrade *",
        "update --restart=unless-stopped a-worker-1",
        "rm --force --volumes a-worker-1-former",
    ] {
        let machine = with_cluster("a 1 2");
        let block = machine.docker.on(call).nth(1).blocks();
        let run = machine.mokctl("upgrade cluster a --snapshot none").start();
        block.is_reached();
        run.signal("KILL");
        let outcome = run.wait();
        outcome.assert(outcome.code().is_none(), "it was not killed");
        // The call never reaches the engine.
        machine.docker.heal();
        let busy = machine.mokctl("create worker a").outcome();
        busy.assert(busy.code() == Some(1), call);
        machine.mokctl("upgrade cluster a --snapshot none -q").run();
        assert!(all_have(&machine, "v1.37.2"), "{call}: {:?}", versions(&machine));
        assert_eq!(machine.docker.cordoned(), [""; 0], "{call}");
    }
}
