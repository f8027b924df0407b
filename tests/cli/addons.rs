//! `--addons`: which add-ons a cluster gets.

use mokctl::cli::usage;
use mokctl::image::release::DEFAULT;

use crate::fake_docker::labels;
use crate::harness::Machine;

/// Returns the names of add-ons in the first master's file.
fn told(machine: &Machine, cluster: &str) -> String {
    machine.docker.file(&format!("{cluster}-master-1"), "/etc/mok/addons")
}

fn label(machine: &Machine, node: &str) -> String {
    machine.docker.call(&format!("create --name={node} ")).labels()["mok.addons"].to_owned()
}

fn starts(machine: &Machine) -> usize {
    let calls = machine.docker.calls();
    calls.iter().filter(|call| call.line().ends_with(" bash /root/mok/addons.sh")).count()
}

#[test]
fn a_cluster_gets_all_that_its_image_has() {
    let machine = Machine::new().with_cluster("a 2 1 --subnet 10.77.0.0/24");
    let want =
        "ADDONS='storage metrics policy loadbalancer'\nADDRESS_POOL=10.77.0.200-10.77.0.254\n";
    assert_eq!(told(&machine, "a"), want);
    assert!(!machine.docker.has_file("a-master-2", "/etc/mok/addons"));
    assert_eq!(label(&machine, "a-worker-1"), "storage,metrics,policy,loadbalancer");
    assert_eq!(starts(&machine), 1);
    let network = machine.docker.call("network create ");
    assert_eq!(network.flag("ip-range"), Some("10.77.0.64/27"));
    assert_eq!(network.flag("gateway"), Some("10.77.0.1"));
}

#[test]
fn the_user_chooses_and_later_nodes_know() {
    let machine = Machine::new().with_cluster("a 1 0 --addons policy,storage");
    assert!(told(&machine, "a").starts_with("ADDONS='storage policy'\n"));
    machine.mokctl("create worker a -q").run();
    assert_eq!(label(&machine, "a-worker-1"), "storage,policy");
    assert_eq!(starts(&machine), 1);

    let machine = Machine::new().with_cluster("a 1 0 --addons none");
    assert!(told(&machine, "a").starts_with("ADDONS=''\n"));
    assert_eq!((label(&machine, "a-master-1"), starts(&machine)), ("none".into(), 0));
}

#[test]
fn a_clone_has_those_of_the_snapshot_and_addresses_of_its_own() {
    let machine = Machine::new().with_cluster("a 1 0 --addons metrics,loadbalancer");
    machine.mokctl("create snapshot a s -q").run();
    machine.mokctl("create cluster b --from s -q --subnet 10.88.0.0/24").run();
    let want = "ADDONS='metrics loadbalancer'\nADDRESS_POOL=10.88.0.200-10.88.0.254\n";
    assert_eq!(told(&machine, "b"), want);
    assert_eq!(label(&machine, "b-master-1"), "metrics,loadbalancer");
    // A clone has the add-ons in its saved data, so they are not installed again.
    assert_eq!(starts(&machine), 1);
    machine.mokctl("restore cluster a s --yes -q").run();
    assert_eq!(starts(&machine), 1);
}

#[test]
fn an_image_without_add_ons_gives_none() {
    let machine = Machine::new();
    let mut labels = labels(&DEFAULT.to_string());
    labels.retain(|label| !label.starts_with("mok.image.addons="));
    machine.docker.add_image("own:1", &labels);
    let run = machine.mokctl("create cluster a 1 0 --image own:1 --addons policy");
    run.stderr("mokctl: error: image own:1 has no add-on policy; it has none\n").code(1).run();
    assert!(machine.docker.names().is_empty(), "something was made");
    machine.mokctl("create cluster a 1 0 -q --image own:1").run();
    assert_eq!((label(&machine, "a-master-1"), starts(&machine)), ("none".into(), 0));
}

#[test]
fn several_hosts_have_no_addresses_for_services() {
    let hosts = || {
        let machine = Machine::new();
        machine.docker.with_hosts(&["xx", "yy"]);
        machine
    };
    let machine = hosts().with_cluster("a 1 1 -q --hosts xx,yy");
    let master = machine.docker.call("--context=xx create --name=a-master-1 ");
    assert_eq!(master.labels()["mok.addons"], "storage,metrics,policy");
    let stderr = "mokctl: error: a cluster over several hosts cannot have the add-on loadbalancer\n\
                  hint: '--publish' makes a Service of type NodePort reachable\n";
    let run = hosts();
    run.mokctl("create cluster a 1 1 --hosts xx,yy --addons loadbalancer")
        .stderr(stderr)
        .code(1)
        .run();
}

#[test]
fn what_is_no_add_on_is_refused_with_the_list() {
    let refuses = |flags: &str, last: &str| {
        let machine = Machine::new();
        let run = machine.mokctl(&format!("create cluster a {flags}"));
        run.stdout(format!("{}{last}\n", usage())).code(1).run();
        assert!(machine.docker.calls().is_empty(), "docker was called");
    };
    refuses(
        "1 0 --addons metallb",
        "Invalid ADDONS, 'metallb': any of storage, metrics, policy, loadbalancer with commas between, \
         or none, is allowed.",
    );
    refuses("--from s --addons none", "Invalid FLAG, '--from': it is not allowed with '--addons'.");
}
