//! A user's machine: systemd, cgroup v2, `AppArmor`, a current engine, and reboots.
//! scripts/e2e-vm.sh runs these tests one by one in a virtual machine, with each of its engines;
//! `docker` there is the client of the engine under test, or podman.
//!
//! A test before a reboot leaves what the test after it must find in the folder that
//! `MOK_MACHINE` names.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;
use std::{env, fs};

use crate::cluster::Cluster;
use crate::engine::{Objects, docker, docker_with, output_of, shown, tell};
use crate::host_settings::HostSettings;
use crate::pods::{self, IMAGE, PATIENCE};
use crate::restart::{Before, containers};
use crate::snapshots::{self, Snapshot};
use crate::{addons, storage, wait};

/// The folder for files that must survive a reboot.
fn folder() -> PathBuf {
    env::var_os("MOK_MACHINE").expect("MOK_MACHINE names no folder: see make e2e-vm").into()
}

/// Whether the suite leaves out `part` of the tests, because the engine under test cannot do it.
fn is_left_out(part: &str) -> bool {
    let left_out = env::var("MOK_MACHINE_WITHOUT").unwrap_or_default();
    let is = left_out.split(' ').any(|word| word == part);
    if is {
        tell(&format!("LEFT OUT on this engine: {part} (docs/machines.md says why)"));
    }
    is
}

fn nodes(cluster: &Cluster, roles: &[&str]) -> Vec<String> {
    roles.iter().map(|role| cluster.node(role)).collect()
}

/// Runs mokctl, which must succeed, and returns what it prints on standard error.
fn does(cluster: &Cluster, words: &[&str]) -> String {
    let output = cluster.mokctl(words);
    assert!(output.status.success(), "{}", shown(&words.join(" "), &output));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Creates a cluster and waits until its pods are Ready. Then runs the command that a warning
/// names, if there is one.
fn make(cluster: &Cluster, nodes: [&str; 2], flags: &[&str]) {
    let begun = Instant::now();
    let words = ["create", "cluster", &cluster.name, nodes[0], nodes[1]];
    let wait = ["--wait", "pods", "--timeout", "1h"];
    let said = does(cluster, &[&words[..], &wait, flags].concat());
    let took = begun.elapsed().as_secs_f64();
    tell(&format!("{}: {} and its pods Ready after {took:.1} s", cluster.name, nodes.join("+")));
    if let Some((_, then)) = said.split_once("when pods run, and after each reboot: '") {
        let (command, _) = then.split_once('\'').unwrap();
        tell(command);
        crate::restart::bash(command);
    }
}

/// Deletes the cluster, and checks that nothing of it is left.
fn goes(cluster: &Cluster) {
    let objects = Objects::of(&cluster.name).unwrap();
    assert!(!objects.containers.is_empty());
    does(cluster, &["delete", "cluster", &cluster.name, "--yes"]);
    assert_eq!(Objects::of(&cluster.name).unwrap(), Objects::default());
    assert_eq!(objects.volumes_left().unwrap(), BTreeSet::new());
}

#[test]
#[ignore = "takes a machine for itself and reboots it: make e2e-vm"]
fn a_cluster_is_made_serves_and_goes_and_the_host_is_as_before() {
    let Some(cluster) = Cluster::named("machine") else { return };
    let before = HostSettings::read();
    make(&cluster, ["1", "1"], &[]);
    // Checks that pods reach pods and a Service.
    Before::of(&cluster, nodes(&cluster, &["master-1", "worker-1"]));
    names_lead_to_services(&cluster);
    profiles_are_in_force(&cluster);
    storage::works(&cluster);
    if !is_left_out("addresses") {
        addons::answers_at_its_address(&cluster);
    }
    goes(&cluster);
    before.check_after();
}

/// Checks that `CoreDNS` answers a pod.
fn names_lead_to_services(cluster: &Cluster) {
    let pod = pods::run(cluster, "asks");
    let ask = "socat -T5 -u TCP4:echo.default.svc.cluster.local:80,connect-timeout=5 -";
    wait::until("a Service by its name", PATIENCE, || {
        cluster.kubectl(&["exec", &pod.name, "--", "sh", "-c", ask])
    });
}

/// Checks pods with and without an `AppArmor` profile, if the host enforces profiles.
fn profiles_are_in_force(cluster: &Cluster) {
    let is_on = fs::read_to_string("/sys/module/apparmor/parameters/enabled");
    if is_on.is_ok_and(|text| text.trim_end() == "Y") && !is_left_out("apparmor") {
        // Some hosts have a profile for runc that confines nothing: `runc (unconfined)`.
        for (name, profile, seen) in [
            ("default", "RuntimeDefault", "cri-containerd.apparmor.d (enforce)"),
            ("free", "Unconfined", "unconfined"),
        ] {
            let manifest = PROFILE.replace("NAME", name).replace("PROFILE", profile);
            cluster.kubectl_with(&["apply", "--filename=-"], &manifest).unwrap();
            let look = "read -r profile </proc/self/attr/current; echo \"$profile\"";
            let (found, _) = wait::until("a pod with a profile", PATIENCE, || {
                cluster.kubectl(&["exec", name, "--", "sh", "-c", look])
            });
            assert!(found.trim_end_matches(')').ends_with(seen.trim_end_matches(')')), "{found}");
        }
    }
}

/// A pod with an `AppArmor` profile.
const PROFILE: &str = "
apiVersion: v1
kind: Pod
metadata: {name: NAME}
spec:
  terminationGracePeriodSeconds: 1
  securityContext: {appArmorProfile: {type: PROFILE}}
  containers:
  - {name: echo, image: 'local/mok-e2e:1', imagePullPolicy: Never}
";

/// The tests with reboots check nothing about add-ons.
const WITHOUT_ADDONS: &[&str] = &["--addons", "none"];

#[test]
#[ignore = "takes a machine for itself and reboots it: make e2e-vm"]
fn an_engine_that_lacks_control_groups_is_refused_with_the_command_that_gives_them() {
    let Some(cluster) = Cluster::named("lacks") else { return };
    let output = cluster.mokctl(&["create", "cluster", &cluster.name, "1", "0"]);
    let said = String::from_utf8_lossy(&output.stderr);
    tell(&said);
    assert!(!output.status.success() && said.contains("Delegate="), "{said}");
    assert_eq!(Objects::of(&cluster.name).unwrap(), Objects::default());
}

/// The cluster that exists while the machine reboots.
fn kept(roles: &str) -> Option<Cluster> {
    Cluster::kept(&format!("machine-{roles}"), &folder())
}

/// Docker has stopped here, but its packet filter is still in force and separates podman's nodes.
#[test]
#[ignore = "takes a machine for itself and reboots it: make e2e-vm"]
fn a_packet_filter_between_nodes_is_told() {
    let Some(cluster) = Cluster::named("apart") else { return };
    let output = cluster.mokctl(&["create", "cluster", &cluster.name, "1", "1"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("warning: packet filters see what passes between nodes"), "{said}");
    assert!(said.contains("something drops them between nodes\n"), "{said}");
    assert!(said.contains("\nhint: a packet filter on the engine's host"), "{said}");
    assert_eq!(Objects::of(&cluster.name).unwrap(), Objects::default());
}

#[test]
#[ignore = "takes a machine for itself and reboots it: make e2e-vm"]
fn one_master_lives_through_stops_restores_and_its_engines_restart() {
    let Some(cluster) = kept("one") else { return };
    make(&cluster, ["1", "1"], WITHOUT_ADDONS);
    let before = Before::of(&cluster, nodes(&cluster, &["master-1", "worker-1"]));
    let all = containers(&cluster).unwrap();
    an_image_is_loaded(&cluster);
    before.survives(&cluster, "stop and start", &all, |_| {
        does(&cluster, &["stop", "cluster", &cluster.name]);
        does(&cluster, &["start", "cluster", &cluster.name]);
    });
    snapshots::write(&cluster, "saved");
    if !is_left_out("snapshots") {
        let snapshot = Snapshot::of(&cluster, &[]);
        snapshots::write(&cluster, "changed");
        before.survives(&cluster, "restore", &all, |_| snapshot.restore());
        assert_eq!(snapshots::read(&cluster), "saved");
        snapshot.forget();
    }
    if let Ok(restart) = env::var("MOK_MACHINE_RESTART") {
        before.survives(&cluster, "engine restart", &all, |_| crate::restart::bash(&restart));
    }
    before.leave(&folder().join("one.json"));
}

/// Checks that `load image` works with the engine's image store.
fn an_image_is_loaded(cluster: &Cluster) {
    docker_with(&["load"], pods::image()).unwrap();
    docker(&["tag", IMAGE, "localhost/mok-e2e-loaded:1"]).unwrap();
    does(cluster, &["load", "image", &cluster.name, "localhost/mok-e2e-loaded:1"]);
    for node in Objects::of(&cluster.name).unwrap().containers {
        let inspect =
            ["exec", &node, "crictl", "inspecti", "--quiet", "localhost/mok-e2e-loaded:1"];
        docker(&inspect).unwrap();
    }
}

#[test]
#[ignore = "takes a machine for itself and reboots it: make e2e-vm"]
fn one_master_is_whole_after_a_reboot_and_goes() {
    let Some(cluster) = whole_after_a_reboot("one") else { return };
    assert_eq!(snapshots::read(&cluster), "saved");
    goes(&cluster);
}

#[test]
#[ignore = "takes a machine for itself and reboots it: make e2e-vm"]
fn three_masters_serve() {
    let Some(cluster) = kept("three") else { return };
    make(&cluster, ["3", "0"], WITHOUT_ADDONS);
    let before = Before::of(&cluster, nodes(&cluster, &["master-1", "master-2", "master-3"]));
    before.leave(&folder().join("three.json"));
}

#[test]
#[ignore = "takes a machine for itself and reboots it: make e2e-vm"]
fn three_masters_are_whole_after_a_reboot_and_go() {
    let Some(cluster) = whole_after_a_reboot("three") else { return };
    goes(&cluster);
}

/// Waits until everything is as it was before the reboot, without any command.
fn whole_after_a_reboot(roles: &str) -> Option<Cluster> {
    let cluster = kept(roles)?;
    let before = Before::read(&folder().join(format!("{roles}.json")));
    let all = containers(&cluster).unwrap();
    before.comes_back(&cluster, "a reboot", &all, &booted());
    Some(cluster)
}

/// Returns when this machine was booted, in the format of Kubernetes.
fn booted() -> String {
    let status = fs::read_to_string("/proc/stat").unwrap();
    let seconds = status.lines().find_map(|line| line.strip_prefix("btime ")).unwrap();
    let mut date = Command::new("date");
    date.args(["--utc", &format!("--date=@{seconds}"), "+%FT%TZ"]);
    String::from_utf8(output_of(date, b"").unwrap().stdout).unwrap().trim().to_owned()
}
