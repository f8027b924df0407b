//! Options of a cluster's nodes: ports, mounts, a registry, proxies. Nodes that are added later
//! have the same.

use mokctl::cli::usage;

use crate::fake_docker::Call;
use crate::harness::Machine;

/// Returns the values of all flags `--NAME=VALUE` of a call.
fn flags<'a>(call: &'a Call, name: &str) -> Vec<&'a str> {
    let start = format!("--{name}=");
    call.argv.iter().filter_map(|word| word.strip_prefix(start.as_str())).collect()
}

fn created(machine: &Machine, node: &str) -> Call {
    machine.docker.call(&format!("create --name={node} "))
}

#[track_caller]
fn refuses(flags: &str, last: &str) {
    let machine = Machine::new();
    let run = machine.mokctl(&format!("create cluster a 1 0 {flags}"));
    run.stdout(format!("{}{last}\n", usage())).code(1).run();
    assert!(machine.docker.calls().is_empty(), "docker was called");
}

#[test]
fn ports_are_published_where_the_api_is() {
    let ports = "--publish 8080:30080 --publish=0.0.0.0:80:30081";
    let machine = Machine::new().with_cluster(&format!("a 1 1 {ports}"));
    let master = created(&machine, "a-master-1");
    let published = flags(&master, "publish");
    assert!(published[0].ends_with(":6443/tcp"));
    assert_eq!(published[1..], ["127.0.0.1:8080:30080/tcp", "0.0.0.0:80:30081/tcp"]);
    assert_eq!(flags(&created(&machine, "a-worker-1"), "publish").len(), 0);
}

#[test]
fn udp_goes_to_the_first_master_and_past_a_balancer() {
    let ports = "--publish 53:30053/udp --publish 53:30053";
    let machine = Machine::new().with_cluster(&format!("a 1 0 {ports}"));
    let published = created(&machine, "a-master-1");
    let want = ["127.0.0.1:53:30053/udp", "127.0.0.1:53:30053/tcp"];
    assert_eq!(flags(&published, "publish")[1..], want);

    let machine = Machine::new().with_cluster(&format!("a 1 0 --with-lb {ports}"));
    assert_eq!(flags(&created(&machine, "a-master-1"), "publish"), want[..1]);
    assert_eq!(flags(&created(&machine, "a-lb"), "publish")[1..], want[1..]);
    machine.mokctl("create master a -q").run();
    assert_eq!(flags(&created(&machine, "a-master-2"), "publish").len(), 0);
    machine.mokctl("create snapshot a s -q").run();
    machine.mokctl("restore cluster a s --yes -q").run();
    let restored = machine.docker.calls();
    let restored =
        restored.iter().rfind(|call| call.line().starts_with("create --name=a-master-1 "));
    assert_eq!(flags(restored.unwrap(), "publish"), want[..1]);
    let lost = "mokctl: warning: the UDP ports that a-master-1 publishes are lost with it\n";
    machine.mokctl("delete master a-master-1 -q --yes").stderr(lost).run();
}

#[test]
fn a_balancer_hands_ports_on_to_the_masters_that_there_are() {
    let machine = Machine::new().with_cluster("a 1 0 --with-lb --publish 8080:30080");
    let published = created(&machine, "a-lb");
    assert_eq!(flags(&published, "publish")[1..], ["127.0.0.1:8080:30080/tcp"]);
    let address = |node: &str| created(&machine, node).flag("ip").unwrap().to_owned();
    let section = |masters: &[&str]| {
        let server = |master: &&str| {
            format!("  server {master} {}:30080 track masters/{master}\n", address(master))
        };
        let servers: String = masters.iter().map(server).collect();
        format!("\nlisten node-port-30080\n  bind :30080\n{servers}")
    };
    let config = || machine.docker.file("a-lb", "/etc/mok/haproxy.cfg");
    assert!(config().ends_with(&section(&["a-master-1"])), "{}", config());
    machine.mokctl("create master a -q").run();
    assert!(config().ends_with(&section(&["a-master-1", "a-master-2"])), "{}", config());
    machine.mokctl("delete master a-master-1 -q").run();
    assert!(config().ends_with(&section(&["a-master-2"])), "{}", config());
}

#[test]
fn a_failed_master_leaves_the_published_ports() {
    let machine = Machine::new().with_cluster("a 1 0 --with-lb --publish 8080:30080");
    machine.docker.on("exec a-master-1 bash /root/mok/ready.sh *").fails(1, "no");
    let outcome = machine.mokctl("create master a").outcome();
    outcome.assert(outcome.code() == Some(1), "created");
    let config = machine.docker.file("a-lb", "/etc/mok/haproxy.cfg");
    assert!(config.contains("listen node-port-30080"), "{config}");
    assert!(!config.contains("a-master-2"), "{config}");
}

#[test]
fn a_published_port_that_is_taken_is_told_at_once() {
    let machine = Machine::new();
    let taken = "Error response from daemon: driver failed programming external connectivity on \
                 endpoint a-master-1: Bind for 127.0.0.1:8080 failed: port is already allocated";
    machine.docker.on("start a-master-1").fails(1, taken);
    let outcome = machine.mokctl("create cluster a 1 0 --publish 8080:30080").outcome();
    outcome.assert(outcome.code() == Some(1) && outcome.stderr.contains(taken), "not told");
    created(&machine, "a-master-1");
}

#[test]
fn every_node_has_the_mounts() {
    let mounts = "--mount /srv:/data --mount=/etc/ssl/own.pem:/etc/ssl/own.pem:ro";
    let machine = Machine::new().with_cluster(&format!("a 1 1 --with-lb {mounts}"));
    machine.mokctl("create worker a -q").run();
    let want = [
        "type=bind,source=/srv,target=/data",
        "type=bind,source=/etc/ssl/own.pem,target=/etc/ssl/own.pem,readonly",
    ];
    for node in ["a-master-1", "a-worker-1", "a-worker-2"] {
        assert_eq!(flags(&created(&machine, node), "mount"), want, "{node}");
    }
    assert!(flags(&created(&machine, "a-lb"), "mount").is_empty());
}

#[test]
fn every_node_pulls_from_the_registry() {
    let machine = Machine::new().with_cluster("a 1 1 --with-lb --registry localhost:5000");
    machine.mokctl("create worker a -q").run();
    let subnet = machine.docker.call("network create").flag("subnet").unwrap().to_owned();
    let url = format!("http://{}:5000", subnet.replace(".0/24", ".1"));
    for node in ["a-master-1", "a-worker-1", "a-worker-2"] {
        assert_eq!(created(&machine, node).labels()["mok.registry"], "localhost:5000");
        let hosts = "/etc/containerd/certs.d/localhost:5000/hosts.toml";
        assert_eq!(
            machine.docker.file(node, hosts),
            format!(
                "server = \"{url}\"\n\n[host.\"{url}\"]\n  capabilities = [\"pull\", \"resolve\"]\n"
            )
        );
    }
    assert!(!created(&machine, "a-lb").labels().contains_key("mok.registry"));
}

#[test]
fn every_node_has_the_proxies_and_the_cluster_is_reached_without() {
    let machine = Machine::new();
    let run = machine.mokctl("create cluster a 1 0 -q --subnet 10.9.0.0/24 --registry r:5000");
    let run = run.env("HTTP_PROXY", "http://me:secret@proxy:3128").env("no_proxy", "example.org");
    run.run();
    // The cluster was created with another proxy, which counts.
    machine.mokctl("create worker a -q").env("HTTP_PROXY", "http://other:1").run();
    let direct = "example.org,localhost,127.0.0.0/8,10.244.0.0/16,10.96.0.0/12,.svc,.cluster.local,\
                  10.9.0.0/24,a-master-1,r";
    for (node, direct) in [("a-master-1", direct), ("a-worker-1", &format!("{direct},a-worker-1"))]
    {
        let want = format!(
            "HTTP_PROXY=\"http://me:secret@proxy:3128\"\nhttp_proxy=\"http://me:secret@proxy:3128\"\n\
             NO_PROXY=\"{direct}\"\nno_proxy=\"{direct}\"\n"
        );
        assert_eq!(machine.docker.file(node, "/etc/mok/proxy.env"), want, "{node}");
        for unit in ["containerd", "kubelet"] {
            let unit = format!("/etc/systemd/system/{unit}.service.d/mok-proxy.conf");
            let want = "[Service]\nEnvironmentFile=/etc/mok/proxy.env\n";
            assert_eq!(machine.docker.file(node, &unit), want);
        }
    }
    assert!(!machine.docker.log().contains("secret"));
}

#[test]
fn a_proxy_on_loopback_is_warned_of() {
    let machine = Machine::new();
    let run = machine.mokctl("create cluster a 1 0 -q").env("https_proxy", "http://127.0.0.1:3128");
    let warning = "the proxy is on this machine's loopback, where no node reaches it";
    run.stderr(format!("mokctl: warning: {warning}\n")).run();
}

#[test]
fn a_proxy_that_cannot_be_handed_on_is_refused() {
    let stderr = "mokctl: error: cannot use HTTPS_PROXY: only printable ASCII without blanks, quotes \
                  and backslashes is allowed\n";
    let machine = Machine::new();
    let run = machine.mokctl("create cluster a 1 0").env("https_proxy", "http://a b");
    run.stderr(stderr).code(1).run();
    assert!(machine.docker.names().is_empty());
}

#[test]
fn what_cannot_be_is_refused_with_what_is_allowed() {
    refuses(
        "--publish 8080:80",
        "Invalid HOST:NODEPORT, '8080:80': PORT or ADDRESS:PORT of the host, ':' and a NodePort from \
         30000 to 32767 are allowed, like 8080:30080, and '/udp' after it.",
    );
    refuses(
        "--publish 80:30080 --publish 80:30081",
        "Invalid HOST:NODEPORT, '80:30081': that port of the host is given twice.",
    );
    refuses("--publish", "Please provide the HOST:NODEPORT of --publish.");
    refuses(
        "--mount srv:/data",
        "Invalid SRC:DST, 'srv:/data': two absolute paths without '.', '..' and any of : , \" are \
         allowed, and ':ro' after them, like /srv/data:/data:ro.",
    );
    refuses(
        "--mount /srv:/etc",
        "Invalid SRC:DST, '/srv:/etc': the nodes have their own /etc/cni.",
    );
    refuses("--mount /a:/x --mount /b:/x", "Invalid SRC:DST, '/b:/x': that DST is given twice.");
    refuses(
        "--registry localhost",
        "Invalid HOST:PORT, 'localhost': an IPv4 address or a host's name, ':' and a port are \
         allowed, like localhost:5000; with https:// before it for TLS, where the port may be left \
         out.",
    );
}

/// Creates a cluster of nodes with CRI-O.
fn with_crio(line: &str) -> Machine {
    let machine = Machine::new();
    let image = machine.docker.add_crio_image();
    machine.with_cluster(&format!("{line} --image {image}"))
}

#[test]
fn a_node_with_cri_o_has_its_state_in_a_volume_and_its_socket_in_the_configuration() {
    let machine = with_crio("a 1 1");
    for node in ["a-master-1", "a-worker-1"] {
        assert_eq!(flags(&created(&machine, node), "volume"), ["/var/lib/containers"], "{node}");
    }
    let config = machine.docker.file("a-master-1", "/root/mok/kubeadm-init.yaml");
    for line in [
        "apiVersion: kubeadm.k8s.io/v1beta4",
        "  criSocket: unix:///run/crio/crio.sock",
        "cgroupDriver: systemd",
    ] {
        assert!(config.lines().any(|found| found == line), "{line}: {config}");
    }
    // DNS is left to kubeadm's add-on, so that phase is not skipped.
    let values = machine.docker.file("a-master-1", "/root/mok/mok.env");
    assert!(values.lines().any(|line| line == "SKIP_INIT_PHASES=preflight"), "{values}");
}

#[test]
fn cri_o_is_told_of_registry_and_proxies_in_its_own_files() {
    let machine = Machine::new();
    let image = machine.docker.add_crio_image();
    let line = format!("create cluster a 1 0 --registry localhost:5000 --image {image} -q");
    let run = machine.mokctl(&line);
    run.env("HTTPS_PROXY", "http://10.9.8.7:3128").run();
    let subnet = machine.docker.call("network create").flag("subnet").unwrap().to_owned();
    let gateway = subnet.replace(".0/24", ".1");
    let registry = "/etc/containers/registries.conf.d/mok-registry.conf";
    assert_eq!(
        machine.docker.file("a-master-1", registry),
        format!(
            "[[registry]]\nprefix = \"localhost:5000\"\nlocation = \"{gateway}:5000\"\ninsecure = true\n"
        )
    );
    let unit = "/etc/systemd/system/crio.service.d/mok-proxy.conf";
    let proxy = machine.docker.file("a-master-1", unit);
    assert_eq!(proxy, "[Service]\nEnvironmentFile=/etc/mok/proxy.env\n");
}

#[test]
fn images_are_loaded_by_what_the_nodes_runtime_has() {
    for (machine, client) in [
        (
            Machine::new().with_cluster("a 1 0"),
            "ctr --namespace=k8s.io images import --local --discard-unpacked-layers -",
        ),
        (with_crio("a 1 0"), "podman load --quiet"),
    ] {
        machine.docker.add_image("local/x:1", &[]);
        machine.mokctl("load image a local/x:1 -q").run();
        machine.docker.call(&format!("exec --interactive a-master-1 {client}"));
    }
}
