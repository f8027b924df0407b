//! `--pod-subnet` and `--service-subnet`.

use mokctl::cli::usage;

use crate::harness::Machine;

const FLAGS: &str = "--pod-subnet 10.60.0.0/16 --service-subnet 172.20.0.0/16";

#[test]
fn all_that_needs_them_has_those_that_were_asked_for() {
    let machine = Machine::new().with_cluster(&format!("a 1 1 --subnet 10.77.0.0/24 {FLAGS}"));
    machine.mokctl("create worker a -q").run();
    let file = |node: &str, path: &str| machine.docker.file(node, path);
    let config = file("a-master-1", "/root/mok/kubeadm-init.yaml");
    assert!(
        config.contains("  podSubnet: 10.60.0.0/16\n  serviceSubnet: 172.20.0.0/16\n"),
        "{config}"
    );
    for (node, pods) in [
        ("a-master-1", "10.60.11.0/24"),
        ("a-worker-1", "10.60.101.0/24"),
        ("a-worker-2", "10.60.102.0/24"),
    ] {
        let network = file(node, "/etc/mok/network");
        assert_eq!(
            network,
            "POD_SUBNET=10.60.0.0/16\nSERVICE_SUBNET=172.20.0.0/16\n\
             API_SERVICE=172.20.0.1\nAPI_SERVER=10.77.0.11:6443\n"
        );
        let cni = file(node, "/etc/cni/net.d/10-mok.conflist");
        assert!(cni.contains(&format!("\"{pods}\"")), "{cni}");
        let created = machine.docker.call(&format!("create --name={node} "));
        assert_eq!(created.labels()["mok.pod-subnet"], "10.60.0.0/16");
        assert_eq!(created.labels()["mok.service-subnet"], "172.20.0.0/16");
    }
    let routes = "10.60.101.0/24 10.77.0.101\n10.60.102.0/24 10.77.0.102\n";
    assert_eq!(file("a-master-1", "/etc/mok/routes"), routes);
    let ready = machine.docker.calls();
    let ready = ready.iter().filter(|call| call.line().contains("/root/mok/ready.sh"));
    let words: Vec<_> = ready.map(|call| call.argv[5..].join(" ")).collect();
    assert_eq!(
        words,
        ["0 a-master-1=10.60.11.0/24 a-worker-1=10.60.101.0/24", "0 a-worker-2=10.60.102.0/24"]
    );
    machine.mokctl("delete worker a-worker-1 -q --yes").run();
    assert_eq!(file("a-master-1", "/etc/mok/routes"), "10.60.102.0/24 10.77.0.102\n");
}

#[test]
fn they_are_in_no_label_unless_they_were_asked_for() {
    let machine = Machine::new().with_cluster("a 1 0");
    let created = machine.docker.call("create --name=a-master-1 ");
    assert!(!created.line().contains("-subnet="), "{}", created.line());
}

#[test]
fn no_proxy_has_them() {
    let machine = Machine::new();
    let create = machine.mokctl(&format!("create cluster a 1 0 -q {FLAGS}"));
    create.env("HTTP_PROXY", "http://192.0.2.1:3128").run();
    let values = machine.docker.file("a-master-1", "/etc/mok/proxy.env");
    assert!(values.contains(",10.60.0.0/16,172.20.0.0/16,"), "{values}");
}

#[test]
fn a_clone_has_those_of_its_data() {
    let machine = Machine::new().with_cluster(&format!("a 1 0 {FLAGS}"));
    machine.mokctl("create snapshot a s -q").run();
    machine.mokctl("create cluster b --from s -q").run();
    let config = machine.docker.file("b-master-1", "/root/mok/kubeadm-init.yaml");
    assert!(config.contains("  podSubnet: 10.60.0.0/16\n"), "{config}");
    let created = machine.docker.call("create --name=b-master-1 ");
    assert_eq!(created.labels()["mok.service-subnet"], "172.20.0.0/16");
    let stderr = "mokctl: error: invalid CIDR, '10.60.7.0/24': it overlaps 10.60.0.0/16, the addresses of pods\n\
                  hint: choose another --subnet, or none\n";
    machine.mokctl("create cluster c --from s --subnet 10.60.7.0/24").stderr(stderr).code(1).run();
}

#[test]
fn a_subnet_that_mokctl_finds_is_no_part_of_them() {
    // The subnet that mokctl chooses depends on the routes of this machine.
    let machine = Machine::new().with_cluster("a 1 0");
    let own = machine.docker.call("network create ").flag("subnet").map(String::from).unwrap();
    let machine = Machine::new().with_cluster(&format!("a 1 0 --service-subnet {own}"));
    let other = machine.docker.call("network create ").flag("subnet").map(String::from).unwrap();
    assert_ne!(own, other);
}

/// `start` waits for the network of nodes that are already running as well.
#[test]
fn start_knows_them() {
    let machine = Machine::new().with_cluster(&format!("a 1 0 {FLAGS}"));
    machine.mokctl("start cluster a -q").run();
    let calls = machine.docker.calls();
    let ready = calls.iter().rfind(|call| call.line().contains("/root/mok/ready.sh")).unwrap();
    assert!(ready.line().ends_with(" a-master-1=10.60.11.0/24"), "{}", ready.line());
}

#[test]
fn what_overlaps_is_refused_before_anything_is_made() {
    let refuses = |flags: &str, last: &str| {
        let machine = Machine::new();
        let run = machine.mokctl(&format!("create cluster a 1 0 {flags}"));
        run.stdout(format!("{}{last}\n", usage())).code(1).run();
        assert!(machine.docker.calls().is_empty(), "docker was called");
    };
    refuses(
        "--service-subnet 10.244.0.0/16",
        "Invalid CIDR, '10.244.0.0/16': it overlaps 10.244.0.0/16, the addresses of pods.",
    );
    refuses(
        "--subnet 10.60.7.0/24 --pod-subnet 10.60.0.0/16",
        "Invalid CIDR, '10.60.7.0/24': it overlaps 10.60.0.0/16, the addresses of pods.",
    );
    refuses(
        "--pod-subnet 10.60.0.0/24",
        "Invalid CIDR, '10.60.0.0/24': pods need a prefix from /8 to /16, a /24 for each node.",
    );
    let machine = Machine::new();
    let stderr = "mokctl: error: 172.17.0.0/16, for Services, overlaps 172.17.0.0/16, a network of the engine or a route of the host\n\
                  hint: choose another --service-subnet\n";
    machine
        .mokctl("create cluster a 1 0 --service-subnet 172.17.0.0/16")
        .stderr(stderr)
        .code(1)
        .run();
    assert!(machine.docker.names().is_empty(), "something was made");
}
