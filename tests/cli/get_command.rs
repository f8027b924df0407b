//! `get cluster NAME --output command`: the command that creates such a cluster again.

use std::collections::BTreeMap;

use crate::fake_docker::image;
use crate::harness::Machine;

fn command(machine: &Machine) -> String {
    let outcome = machine.mokctl("get cluster a -o command").outcome();
    outcome.assert(outcome.code() == Some(0), "no command");
    outcome.stdout
}

/// Returns the labels of all containers, except that of the run.
fn kept(machine: &Machine) -> Vec<(String, BTreeMap<String, String>)> {
    let mut all: Vec<_> =
        machine.docker.containers().into_iter().map(|it| (it.name, it.labels)).collect();
    for (_, labels) in &mut all {
        labels.remove("mok.run");
    }
    all
}

/// Checks that the command printed for a cluster made with `line` has these `numbers` and `flags`,
/// and that it creates the same cluster again. `IMAGE` in `flags` stands for the flag `--image`.
#[track_caller]
fn is_shown(line: &str, numbers: &str, flags: &str) {
    let machine = Machine::new().with_cluster(line);
    let shown = command(&machine);
    let image = format!("--image {}", image());
    let want = format!("mokctl create cluster a {numbers}{flags}\n").replace("IMAGE", &image);
    // None of these words has a blank or a quote.
    let shown = shown.replace('\'', "");
    assert_eq!(shown, want, "{line}");

    let before = kept(&machine);
    machine.mokctl("delete cluster a -q --yes").run();
    let again = shown.trim_end().strip_prefix("mokctl ").unwrap();
    let outcome = machine.mokctl(again).outcome();
    outcome.assert(outcome.code() == Some(0), "it does not work");
    assert_eq!(kept(&machine), before, "{again}");
    assert_eq!(command(&machine).replace('\'', ""), shown);
}

#[test]
fn each_flag_that_is_kept_is_shown_and_makes_the_same_cluster() {
    for (line, numbers, flags) in [
        ("a 1 0", "1 0", " IMAGE"),
        ("a 3 2 --with-lb", "3 2", " IMAGE"),
        ("a 1 1 --with-lb", "1 1", " --with-lb IMAGE"),
        ("a 1 1 --skipworkersetup", "1 1", " --skipworkersetup IMAGE"),
        ("a 1 1 --skipmastersetup", "1 1", " --skipmastersetup IMAGE"),
        ("a 1 1 --with-lb --skiplbsetup", "1 1", " --with-lb --skiplbsetup IMAGE"),
        ("a 1 0 --subnet 10.77.0.0/24", "1 0", " --subnet 10.77.0.0/24 IMAGE"),
        ("a 1 0 --subnet 10.213.9.0/24", "1 0", " IMAGE"),
        (
            "a 1 1 --ip-family dual --pod-subnet 10.60.0.0/16,fd00:60::/56",
            "1 1",
            " --ip-family dual --pod-subnet 10.60.0.0/16,fd00:60::/56 IMAGE",
        ),
        ("a 1 0 --service-subnet 10.61.0.0/16", "1 0", " --service-subnet 10.61.0.0/16 IMAGE"),
        ("a 1 0 --api-address 127.0.0.2", "1 0", " --api-address 127.0.0.2 IMAGE"),
        (
            "a 3 0 --publish 8080:30080 --publish 0.0.0.0:53:30053/udp",
            "3 0",
            " --publish 0.0.0.0:53:30053/udp --publish 8080:30080 IMAGE",
        ),
        (
            "a 1 1 --ip-family ipv6 --publish 8080:30080",
            "1 1",
            " --ip-family ipv6 --publish 8080:30080 IMAGE",
        ),
        ("a 1 0 --mount /srv:/data:ro", "1 0", " --mount /srv:/data:ro IMAGE"),
        ("a 1 0 --registry localhost:5000", "1 0", " --registry localhost:5000 IMAGE"),
        ("a 1 0 --addons none", "1 0", " IMAGE --addons none"),
        ("a 1 0 --addons storage,policy", "1 0", " IMAGE --addons storage,policy"),
        (
            "a 1 0 --feature-gates B=false,A=true --runtime-config api/all=true",
            "1 0",
            " IMAGE --feature-gates A=true,B=false --runtime-config api/all=true",
        ),
        ("a 1 0 --cni none", "1 0", " IMAGE --addons storage,metrics,loadbalancer --cni none"),
        (
            "a 1 1 --label worker:a=b --label a-master-1:c= --taint worker:d:NoSchedule",
            "1 1",
            " IMAGE --label worker:a=b --label a-master-1:c= --taint worker:d:NoSchedule",
        ),
        (
            "a 1 0 --node-cpus 1.5 --node-memory 2Gi",
            "1 0",
            " IMAGE --node-cpus 1.5 --node-memory 2048Mi",
        ),
    ] {
        is_shown(line, numbers, flags);
    }
}

#[test]
fn nodes_that_came_and_went_count() {
    let machine = Machine::new().with_cluster("a 1 2 --with-lb --label a-worker-1:gone=");
    machine.mokctl("create master a -q").run();
    machine.mokctl("create worker a --label worker:late=yes -q").run();
    machine.mokctl("delete worker a-worker-1 -q --yes").run();
    let want =
        format!("mokctl create cluster a 2 2 --image {} --label a-worker-2:late=yes\n", image());
    assert_eq!(command(&machine).replace('\'', ""), want);
}

#[test]
fn words_are_quoted_for_a_shell() {
    let machine = Machine::new();
    let words = ["create", "cluster", "a", "1", "0", "-q", "--mount", "/srv/it's here:/data"];
    machine.mokctl_words(&words).run();
    let quoted = " --mount '/srv/it'\\''s here:/data' ";
    assert!(command(&machine).contains(quoted), "{}", command(&machine));
}

#[test]
fn files_are_not_kept_by_name() {
    let machine = Machine::new();
    std::fs::write(machine.path("k.yaml"), "{kind: KubeletConfiguration, maxPods: 40}").unwrap();
    machine.mokctl("create cluster a 1 0 -q --kubeadm-config k.yaml").run();
    let stdout = format!("mokctl create cluster a 1 0 --image '{}'\n", image());
    let stderr = "mokctl: warning: cluster a was created with --kubeadm-config, which names a \
                  file: add it\n";
    machine.mokctl("get cluster a -o command").stdout(stdout).stderr(stderr).run();
}

#[test]
fn what_is_no_cluster_has_no_command() {
    let machine = Machine::new();
    let stderr = "mokctl: error: no cluster exists with name a\n\
                  hint: 'mokctl get clusters' lists them\n";
    machine.mokctl("get cluster a -o command").stderr(stderr).code(1).run();
    machine.docker.on("exec a-master-1 bash /root/mok/init.sh").fails(1, "no");
    assert_eq!(machine.mokctl("create cluster a 1 0 --retain -q").outcome().code(), Some(1));
    let stderr = "mokctl: error: cluster a exists but is incomplete\n\
                  hint: 'mokctl delete cluster a' removes it\n";
    machine.mokctl("get cluster a -o command").stderr(stderr).code(1).run();
}
