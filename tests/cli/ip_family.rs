//! Clusters with IPv6 addresses: IPv6 alone, and dual-stack.

use serde_json::Value;

use crate::fake_docker::{Call, image, labels};
use crate::harness::Machine;
use mokctl::cli::usage;

const SUBNET: &str = "--subnet 10.77.0.0/24";

fn cluster(line: &str) -> Machine {
    Machine::new().with_cluster(&format!("{line} {SUBNET} -q"))
}

/// Returns the values of all flags `--NAME=VALUE` of a call.
fn flags<'a>(call: &'a Call, name: &str) -> Vec<&'a str> {
    let start = format!("--{name}=");
    call.argv.iter().filter_map(|word| word.strip_prefix(start.as_str())).collect()
}

#[test]
fn the_network_has_both_families_and_so_have_all_containers() {
    for family in ["ipv6", "dual"] {
        let machine = cluster(&format!("a 2 1 --ip-family {family}"));
        let network = machine.docker.call("network create ");
        let run = network.labels()["mok.run"].to_owned();
        let want = [
            "network",
            "create",
            "--driver=bridge",
            "--subnet=10.77.0.0/24",
            "--gateway=10.77.0.1",
            "--ip-range=10.77.0.64/27",
            "--ipv6",
            "--subnet=fd00:10:77::/64",
            "--gateway=fd00:10:77::1",
            "--ip-range=fd00:10:77:0:1::/80",
            "--label=MokCluster=a",
            "--label=mok.schema=1",
            &format!("--label=mok.run={run}"),
            "mok-a",
        ];
        assert_eq!(network.argv, want);
        for (node, host) in [("lb", 2), ("master-1", 11), ("master-2", 12), ("worker-1", 101)] {
            let create = machine.docker.call(&format!("create --name=a-{node} "));
            assert_eq!(flags(&create, "ip"), [format!("10.77.0.{host}")]);
            assert_eq!(flags(&create, "ip6"), [format!("fd00:10:77::{host}")]);
            assert_eq!(create.labels()["mok.ip-family"], family);
            assert!(!create.line().contains("mok.pod-subnet"), "{}", create.line());
        }
    }
}

#[test]
fn a_cluster_of_ipv4_has_no_word_of_it() {
    for line in ["a 2 1 --subnet 10.77.0.0/24", "a 2 1 --subnet 10.77.0.0/24 --ip-family ipv4"] {
        let machine = cluster(line);
        for call in machine.docker.calls() {
            assert!(!call.line().contains("ip6") && !call.line().contains("ipv6"), "{call:?}");
        }
        let network = machine.docker.file("a-master-1", "/etc/mok/network");
        assert_eq!(
            network,
            "POD_SUBNET=10.244.0.0/16\nSERVICE_SUBNET=10.96.0.0/12\n\
             API_SERVICE=10.96.0.1\nAPI_SERVER=10.77.0.2:6443\n"
        );
    }
}

#[test]
fn the_api_is_published_on_both_loopbacks() {
    let machine =
        cluster("a 1 0 --ip-family ipv6 --publish 8080:30080 --publish 192.0.2.1:53:30053/udp");
    let create = machine.docker.call("create --name=a-master-1 ");
    let publish = flags(&create, "publish");
    let port = publish[0].strip_prefix("127.0.0.1:").unwrap().strip_suffix(":6443/tcp").unwrap();
    let want = [
        format!("127.0.0.1:{port}:6443/tcp"),
        format!("[::1]:{port}:6443/tcp"),
        "127.0.0.1:8080:30080/tcp".into(),
        "[::1]:8080:30080/tcp".into(),
        "192.0.2.1:53:30053/udp".into(),
    ];
    assert_eq!(publish, want);
    let text = machine.kubeconfig_text();
    assert!(text.contains(&format!("server: https://127.0.0.1:{port}\n")), "{text}");
    let machine = Machine::new()
        .with_cluster(&format!("a 1 0 --ip-family dual {SUBNET} --api-address 127.0.0.2 -q"));
    let create = machine.docker.call("create --name=a-master-1 ");
    assert_eq!(flags(&create, "publish").len(), 2);
}

#[test]
fn kubernetes_has_ipv6_alone() {
    let machine = cluster("a 3 1 --ip-family ipv6");
    let file = |node: &str, path: &str| machine.docker.file(node, path);
    let config = file("a-master-2", "/root/mok/kubeadm-init.yaml");
    for line in [
        "  advertiseAddress: fd00:10:77::12\n",
        "    - name: node-ip\n      value: \"fd00:10:77::12\"\n",
        "controlPlaneEndpoint: \"[fd00:10:77::2]:6443\"\n",
        "  podSubnet: fd00:10:244::/56\n  serviceSubnet: fd00:10:96::/112\n",
        "  - \"::1\"\n",
    ] {
        assert!(config.contains(line), "{line}{config}");
    }
    assert!(!config.contains("10.77.0."), "{config}");
    let patch = file("a-master-1", "/root/mok/patches/etcd~members+json.json");
    assert!(patch.contains("a-master-3=https://[fd00:10:77::13]:2380"), "{patch}");
    assert_eq!(
        file("a-worker-1", "/etc/mok/network"),
        "POD_SUBNET6=fd00:10:244::/56\nSERVICE_SUBNET6=fd00:10:96::/112\n\
         API_SERVICE=fd00:10:96::1\nAPI_SERVER=[fd00:10:77::2]:6443\n\
         DNS_ADDRESS=fd00:10:77::101\n"
    );
    let routes = "fd00:10:244:b::/64 fd00:10:77::11\nfd00:10:244:c::/64 fd00:10:77::12\n\
                  fd00:10:244:d::/64 fd00:10:77::13\n";
    assert_eq!(file("a-worker-1", "/etc/mok/routes"), routes);
    let addons = file("a-master-1", "/etc/mok/addons");
    assert!(addons.ends_with("ADDRESS_POOL=fd00:10:77::200-fd00:10:77::254\n"), "{addons}");
    let cni: Value =
        serde_json::from_str(&file("a-worker-1", "/etc/cni/net.d/10-mok.conflist")).unwrap();
    assert_eq!(cni["plugins"][0]["type"], "mok-nodad");
    let ipam = &cni["plugins"][1]["ipam"];
    assert_eq!(ipam["ranges"].to_string(), r#"[[{"subnet":"fd00:10:244:65::/64"}]]"#);
    assert_eq!(ipam["routes"].to_string(), r#"[{"dst":"::/0"}]"#);
    let balancer = file("a-lb", "/etc/mok/haproxy.cfg");
    assert!(balancer.contains("  bind [::]:6443 v4v6\n"), "{balancer}");
    assert!(balancer.contains("  server a-master-1 [fd00:10:77::11]:6443\n"), "{balancer}");
    let kubelet = file("a-master-1", "/etc/kubernetes/kubelet.conf");
    assert!(kubelet.contains("server: https://[fd00:10:77::11]:6443\n"), "{kubelet}");
    let values = file("a-master-1", "/root/mok/mok.env");
    assert!(values.contains("ETCD='https://[::1]:2379'\n"), "{values}");
    let ready = machine.docker.call("exec a-master-1 bash /root/mok/ready.sh ");
    assert!(ready.line().ends_with(" a-worker-1=fd00:10:244:65::/64"), "{}", ready.line());
    let nodes = machine.mokctl("get nodes a").outcome();
    assert!(nodes.stdout.contains("a-worker-1   fd00:10:77::101   worker"), "{}", nodes.stdout);
}

#[test]
fn a_dual_stack_cluster_has_both_ipv4_first() {
    let machine = cluster(
        "a 2 1 --ip-family dual --pod-subnet 10.60.0.0/16,fd00:10:60::/48 \
         --service-subnet 10.61.0.0/16,fd00:10:61::/112",
    );
    machine.mokctl("create worker a -q").run();
    let file = |node: &str, path: &str| machine.docker.file(node, path);
    let config = file("a-master-2", "/root/mok/kubeadm-init.yaml");
    for line in [
        "  advertiseAddress: 10.77.0.12\n",
        "    - name: node-ip\n      value: \"10.77.0.12,fd00:10:77::12\"\n",
        "controlPlaneEndpoint: 10.77.0.2:6443\n",
        "  podSubnet: 10.60.0.0/16,fd00:10:60::/48\n  serviceSubnet: 10.61.0.0/16,fd00:10:61::/112\n",
        "  - \"::1\"\n  - \"fd00:10:77::12\"\n  - \"fd00:10:77::2\"\n",
    ] {
        assert!(config.contains(line), "{line}{config}");
    }
    for (node, host, pods) in [("a-worker-1", 101, "65"), ("a-worker-2", 102, "66")] {
        let network = "POD_SUBNET=10.60.0.0/16\nSERVICE_SUBNET=10.61.0.0/16\n\
                       POD_SUBNET6=fd00:10:60::/48\nSERVICE_SUBNET6=fd00:10:61::/112\n\
                       API_SERVICE=10.61.0.1\nAPI_SERVER=10.77.0.2:6443\n";
        assert_eq!(file(node, "/etc/mok/network"), network);
        let route = format!(
            "10.60.{host}.0/24 10.77.0.{host}\nfd00:10:60:{pods}::/64 fd00:10:77::{host}\n"
        );
        assert!(file("a-master-1", "/etc/mok/routes").contains(&route), "{route}");
        let create = machine.docker.call(&format!("create --name={node} "));
        assert_eq!(create.labels()["mok.pod-subnet"], "10.60.0.0/16,fd00:10:60::/48");
        assert_eq!(flags(&create, "ip6"), [format!("fd00:10:77::{host}")]);
        let cni = file(node, "/etc/cni/net.d/10-mok.conflist");
        for word in [format!("10.60.{host}.0/24"), format!("fd00:10:60:{pods}::/64"), "::/0".into()]
        {
            assert!(cni.contains(&format!("\"{word}\"")), "{word} {cni}");
        }
    }
    let addons = file("a-master-1", "/etc/mok/addons");
    let pool = "ADDRESS_POOL=10.77.0.200-10.77.0.254,fd00:10:77::200-fd00:10:77::254\n";
    assert!(addons.ends_with(pool), "{addons}");
    let calls = machine.docker.calls();
    let ready = calls.iter().rfind(|call| call.line().contains("/root/mok/ready.sh")).unwrap();
    let words = " a-worker-2=10.60.102.0/24,fd00:10:60:66::/64";
    assert!(ready.line().ends_with(words), "{}", ready.line());
    let nodes = machine.mokctl("get nodes a -o json").outcome();
    let nodes: Value = serde_json::from_str(&nodes.stdout).unwrap();
    let lb = nodes.as_array().unwrap().iter().find(|node| node["name"] == "a-lb").unwrap();
    assert_eq!(lb["address"], "10.77.0.2");
    assert_eq!(lb["addresses"].to_string(), r#"["10.77.0.2","fd00:10:77::2"]"#);
}

#[test]
fn the_result_says_of_which_family_a_cluster_is() {
    let machine = Machine::new();
    let result = |line: &str| {
        let outcome = machine.mokctl(line).outcome();
        let last: Value = serde_json::from_str(outcome.stdout.lines().last().unwrap()).unwrap();
        last["ip_family"].clone()
    };
    assert_eq!(result("create cluster a 1 0 -o json --ip-family ipv6"), "ipv6");
    assert_eq!(result("create cluster b 1 0 -o json"), Value::Null);
    // The only master's addresses are the API's, too. Each must be listed once.
    assert_eq!(
        result("create cluster c 1 0 -o json --ip-family dual --subnet 10.77.0.0/24"),
        "dual"
    );
    let config = machine.docker.file("c-master-1", "/root/mok/kubeadm-init.yaml");
    assert_eq!(config.matches("  - \"fd00:10:77::11\"\n").count(), 1, "{config}");
}

#[test]
fn no_proxy_has_all_addresses_of_both() {
    let machine = Machine::new();
    let create = machine.mokctl(&format!("create cluster a 1 0 -q --ip-family dual {SUBNET}"));
    create.env("HTTP_PROXY", "http://192.0.2.1:3128").run();
    let values = machine.docker.file("a-master-1", "/etc/mok/proxy.env");
    let direct = "localhost,127.0.0.0/8,::1,10.244.0.0/16,fd00:10:244::/56,10.96.0.0/12,\
                  fd00:10:96::/112,.svc,.cluster.local,10.77.0.0/24,fd00:10:77::/64,a-master-1";
    assert!(values.contains(&format!("NO_PROXY=\"{direct}\"")), "{values}");
}

/// The family stays the same when a network is made again, a snapshot is restored, or cloned with
/// another subnet.
#[test]
fn it_stays_what_it_is() {
    let machine = cluster("a 1 1 --ip-family ipv6");
    machine.mokctl("create snapshot a s -q").run();
    machine.mokctl("stop cluster a -q").run();
    machine.docker.prunes_network("mok-a");
    machine.mokctl("start cluster a -q").run();
    let calls = machine.docker.calls();
    let network = calls.iter().rfind(|call| call.verb() == "network create").unwrap();
    assert_eq!(flags(network, "subnet"), ["10.77.0.0/24", "fd00:10:77::/64"]);
    let of_worker = |call: &&Call| {
        call.verb() == "network connect" && call.argv.last().unwrap() == "a-worker-1"
    };
    let connect = calls.iter().rfind(of_worker).unwrap();
    assert_eq!(connect.argv[2..4], ["--ip=10.77.0.101", "--ip6=fd00:10:77::101"]);

    machine.mokctl("create cluster b --from s -q --subnet 10.78.0.0/24").run();
    let create = machine.docker.call("create --name=b-worker-1 ");
    assert_eq!(flags(&create, "ip6"), ["fd00:10:78::101"]);
    assert_eq!(create.labels()["mok.ip-family"], "ipv6");
    let config = machine.docker.file("b-master-1", "/root/mok/kubeadm-init.yaml");
    assert!(config.contains("  advertiseAddress: fd00:10:78::11\n"), "{config}");

    let restore = machine.mokctl("restore cluster a s -q --yes").outcome();
    restore.assert(restore.code() == Some(0), "it is not restored");
    let calls = machine.docker.calls();
    let create = calls.iter().rfind(|call| call.line().contains(" --name=a-master-1 ")).unwrap();
    assert_eq!(flags(create, "ip6"), ["fd00:10:77::11"]);
    assert_eq!(flags(create, "publish").len(), 2);
}

#[test]
fn a_subnet_is_free_in_both_families() {
    let machine = Machine::new().with_cluster("a 1 0 --ip-family dual -q");
    let call = machine.docker.call("network create ");
    let free = flags(&call, "subnet")[1].to_owned();
    let machine = Machine::new();
    machine.docker.write("networks/bridge/subnet6", &format!("{free}\n"));
    let machine = machine.with_cluster("a 1 0 --ip-family dual -q");
    let call = machine.docker.call("network create ");
    assert_ne!(flags(&call, "subnet")[1], free);
    let machine = Machine::new();
    machine.docker.write("networks/bridge/subnet6", "fd00:10:77::/64\n");
    let stderr = "mokctl: error: subnet fd00:10:77::/64 overlaps fd00:10:77::/64, a network of the engine or a route of the host\n\
                  hint: choose another --subnet, or none: mokctl then chooses a free one\n";
    let create = machine.mokctl(&format!("create cluster a 1 0 --ip-family ipv6 {SUBNET}"));
    create.stderr(stderr).code(1).run();
    assert!(machine.docker.names().is_empty());
}

#[test]
fn what_cannot_be_is_refused_before_docker_is_called() {
    let refuses = |flags: &str, last: &str| {
        let machine = Machine::new();
        let run = machine.mokctl(&format!("create cluster a 1 0 {flags}"));
        run.stdout(format!("{}{last}\n", usage())).code(1).run();
        assert!(machine.docker.calls().is_empty(), "docker was called");
    };
    refuses("--ip-family both", "Invalid FAMILY, 'both': ipv4, ipv6 or dual is allowed.");
    refuses(
        "--ip-family dual --pod-subnet 10.60.0.0/16",
        "Invalid CIDR, '10.60.0.0/16': an IPv4 network and an IPv6 network with a comma between \
         are needed, like 10.60.0.0/16,fd00:10:60::/56.",
    );
    refuses(
        "--ip-family ipv6 --service-subnet 10.60.0.0/16",
        "Invalid CIDR, '10.60.0.0/16': an IPv6 network is needed, like fd00:10:60::/56.",
    );
    refuses(
        "--ip-family ipv6 --pod-subnet fd00:10:60::/64",
        "Invalid CIDR, 'fd00:10:60::/64': pods need an IPv6 prefix from /48 to /56, a /64 for each node.",
    );
    refuses(
        "--ip-family ipv6 --service-subnet fd00:10:60::/64",
        "Invalid CIDR, 'fd00:10:60::/64': Services need an IPv6 prefix from /108 to /120.",
    );
    refuses(
        "--ip-family ipv6 --service-subnet fd00:10:244::/112",
        "Invalid CIDR, 'fd00:10:244::/112': it overlaps fd00:10:244::/56, the addresses of pods.",
    );
    refuses(
        "--ip-family dual --subnet 10.60.7.0/24 --pod-subnet 10.70.0.0/16,fd00:10:60::/48",
        "Invalid CIDR, 'fd00:10:60:7::/64': it overlaps fd00:10:60::/48, the addresses of pods.",
    );
    refuses(
        "--ip-family ipv6 --pod-subnet fd00:10:60::7/56",
        "Invalid CIDR, 'fd00:10:60::7/56': the network of that address is fd00:10:60::/56.",
    );
    refuses(
        "--from s --ip-family ipv6",
        "Invalid FLAG, '--from': it is not allowed with '--ip-family'.",
    );
}

#[test]
fn where_it_is_not_possible_one_line_says_so_and_nothing_is_made() {
    let refuses = |machine: &Machine, line: &str, stderr: &str| {
        let run = machine.mokctl(line).env("PATH", machine.path("bin").display().to_string());
        run.stderr(format!("mokctl: error: {stderr}\n")).code(1).run();
        assert!(machine.docker.names().is_empty());
        let made = ["create", "network create"];
        assert!(machine.docker.calls().iter().all(|call| !made.contains(&call.verb().as_str())));
    };
    let line = "create cluster a 1 1 --ip-family dual";
    let machine = Machine::new();
    machine.docker.with_hosts(&["xx", "yy"]);
    let spread =
        "a cluster over several hosts cannot have --ip-family dual: their network has IPv4 alone";
    refuses(&machine, &format!("{line} --hosts xx,yy"), spread);
    let machine = Machine::new();
    machine.docker.is_podman();
    refuses(
        &machine,
        line,
        "a cluster with --ip-family dual needs docker: podman's have IPv4 alone",
    );
    let machine = Machine::new();
    let mut old = labels("v1.37.2");
    old.retain(|label| !label.starts_with("mok.image.ip-families="));
    machine.docker.add_image(&image(), &old);
    let no_support = format!(
        "image {} has no support for IPv6, which --ip-family dual needs\n\
         hint: 'mokctl build image' builds one that has it",
        image()
    );
    refuses(&machine, line, &no_support);
}

#[test]
fn an_engine_that_refuses_such_a_network_is_told_why() {
    let machine = Machine::new();
    let why = "Error response from daemon: Cannot read IPv6 setup for bridge br-0123: open \
               /proc/sys/net/ipv6/conf/br-0123/disable_ipv6: no such file or directory";
    machine.docker.on("network create *").fails(1, why);
    let outcome = machine.mokctl("create cluster a 1 1 --ip-family ipv6 -q").outcome();
    let hint = "hint: the engine's host has no IPv6; boot it without 'ipv6.disable=1' on the kernel's command line\n";
    outcome.assert(outcome.stderr.contains(why) && outcome.stderr.contains(hint), "it is not told");
    outcome.assert(machine.docker.names().is_empty(), "something is left");
}
