//! `create cluster --if-not-exists`: the same command twice makes one cluster.

use serde_json::Value;

use crate::harness::Machine;

const THERE: &str = "Cluster a is there already; nothing to do.\n";

/// Runs the command a second time, which must say that the cluster exists, and change nothing.
#[track_caller]
fn is_kept(machine: &Machine, line: &str) {
    let names = machine.docker.names();
    machine.mokctl(&format!("create cluster {line}")).stderr(THERE).run();
    machine.mokctl(&format!("create cluster {line} --dry-run")).stderr(THERE).run();
    assert_eq!(machine.docker.names(), names);
}

#[track_caller]
fn is_refused(machine: &Machine, line: &str, error: &str, hint: &str) {
    let names = machine.docker.names();
    let stderr = format!("mokctl: error: {error}\nhint: {hint}\n");
    machine.mokctl(&format!("create cluster {line} --if-not-exists")).stderr(stderr).code(1).run();
    assert_eq!(machine.docker.names(), names);
}

#[test]
fn the_same_words_make_one_cluster() {
    for line in
        ["a 1 1 --if-not-exists", "a 3 1 --if-not-exists", "a 1 0 --with-lb --if-not-exists"]
    {
        let machine = Machine::new().with_cluster(line);
        is_kept(&machine, line);
    }
}

#[test]
fn nodes_that_came_later_count() {
    let machine = Machine::new().with_cluster("a 1 1");
    machine.mokctl("create worker a -q").run();
    is_kept(&machine, "a 1 2 --if-not-exists");
    machine.mokctl("delete worker a-worker-1 -q --yes").run();
    is_kept(&machine, "a 1 1 --if-not-exists");
}

#[test]
fn a_clone_is_kept_as_well() {
    let machine = Machine::new().with_cluster("b 1 1");
    machine.mokctl("create snapshot b s -q").run();
    let line = "a --from s --if-not-exists";
    machine.mokctl(&format!("create cluster {line} -q")).run();
    is_kept(&machine, line);
    machine.mokctl("create worker a -q").run();
    is_refused(
        &machine,
        "a --from s",
        "cluster a already exists with 1 master and 2 workers, not with 1 master and 1 worker",
        "'mokctl delete cluster a' removes it",
    );
}

#[test]
fn programs_are_told_where_it_is() {
    let machine = Machine::new().with_cluster("a 1 0");
    let outcome = machine.mokctl("create cluster a 1 0 --if-not-exists -o json").outcome();
    let result: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!((&result["ok"], &result["existed"]), (&true.into(), &true.into()), "{result}");
    assert_eq!(result["context"], "mok-a");
    assert!(result["server"].as_str().unwrap().starts_with("https://127.0.0.1:"), "{result}");
}

#[test]
fn another_shape_is_refused() {
    let machine = Machine::new().with_cluster("a 1 1");
    let delete = "'mokctl delete cluster a' removes it";
    for (line, wanted) in [
        ("a 1 0", "1 master and 0 workers"),
        ("a 1 1 --with-lb", "1 master, 1 worker and a load balancer"),
        ("a 3 1", "3 masters, 1 worker and a load balancer"),
    ] {
        let has = "cluster a already exists with 1 master and 1 worker";
        is_refused(&machine, line, &format!("{has}, not with {wanted}"), delete);
    }
}

#[test]
fn other_words_are_refused() {
    let words = "--addons policy,storage --pod-subnet 10.60.0.0/16 --node-cpus 2 --api-port 36443";
    let line = format!("a 1 0 {words} --mount /srv:/data --registry localhost:5000");
    let machine = Machine::new().with_cluster(&line);
    is_kept(&machine, &format!("{line} --if-not-exists"));
    let pods = "--pod-subnet 10.60.0.0/16 --if-not-exists";
    is_kept(&machine, &format!("a 1 0 {pods} --addons storage,policy --k8sver 1.37"));
    for (flags, flag) in [
        ("", "pod-subnet"),
        ("--pod-subnet 10.60.0.0/16 --service-subnet 10.61.0.0/16", "service-subnet"),
        ("--ip-family dual", "ip-family"),
        ("--pod-subnet 10.60.0.0/16 --addons none", "addons"),
        ("--pod-subnet 10.60.0.0/16 --cni none", "cni"),
        ("--pod-subnet 10.60.0.0/16 --k8sver 1.36", "k8sver"),
        ("--pod-subnet 10.60.0.0/16 --image other", "image"),
        ("--pod-subnet 10.60.0.0/16 --node-cpus 1", "node-cpus"),
        ("--pod-subnet 10.60.0.0/16 --node-memory 2Gi", "node-memory"),
        ("--pod-subnet 10.60.0.0/16 --api-port 36444", "api-port"),
        ("--pod-subnet 10.60.0.0/16 --mount /srv:/data:ro", "mount"),
        ("--pod-subnet 10.60.0.0/16 --registry localhost:5001", "registry"),
    ] {
        is_refused(
            &machine,
            &format!("a 1 0 {flags}"),
            &format!("cluster a already exists with another --{flag}"),
            "'mokctl delete cluster a' removes it",
        );
    }
}

#[test]
fn one_that_is_not_whole_is_refused() {
    let machine = Machine::new().with_cluster("a 1 1");
    machine.docker.loses("a-worker-1");
    is_refused(
        &machine,
        "a 1 0",
        "cluster a already exists, but node a-worker-1 is missing",
        "'mokctl delete worker a-worker-1' takes it out of the cluster",
    );
    machine.mokctl("stop cluster a -q").run();
    is_refused(
        &machine,
        "a 1 0",
        "cluster a has a stopped node: a-master-1",
        "'mokctl start cluster a' starts it",
    );
    let machine = Machine::new();
    machine.docker.on("exec a-master-1 bash /root/mok/init.sh").fails(1, "no");
    assert_eq!(machine.mokctl("create cluster a 1 0 --retain -q").outcome().code(), Some(1));
    is_refused(
        &machine,
        "a 1 0",
        "cluster a exists but is incomplete",
        "'mokctl delete cluster a' removes it",
    );
}
