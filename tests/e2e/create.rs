//! Clusters that are created, work, and are deleted without a trace.

use std::fs;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::cluster::{Cluster, OTHER, name};
use crate::engine::{Objects, docker, output_of, shown, tell};
use crate::{pods, wait};

const MASTER_TAINT: &str = "node-role.kubernetes.io/control-plane:NoSchedule";
/// How long Services may take to answer. Nodes are Ready before kube-proxy runs on them, and
/// kube-proxy writes its rules at most once a second.
const PROXY_PATIENCE: Duration = Duration::from_secs(20);

/// How long the API may take to list the static pods. A kubelet reports a static pod when it
/// becomes ready, some fifteen seconds after its start; if the API does not answer then, a
/// minute later.
const CONTROL_PLANE_PATIENCE: Duration = Duration::from_secs(30);

/// Waits until the API knows the pods of `master`'s control plane.
fn expect_control_plane(cluster: &Cluster, master: &str) {
    let wanted = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"]
        .map(|component| format!("{component}-{master}"));
    wait::until("the control plane's pods", CONTROL_PLANE_PATIENCE, || {
        let pods =
            cluster.get(&["pods", "--namespace=kube-system", "--selector=tier=control-plane"])?;
        let mut found: Vec<_> = pods.iter().map(name).collect();
        found.sort_unstable();
        if found == wanted { Ok(()) } else { Err(format!("{found:?}")) }
    });
}

/// Waits until the nodes have these taints and no others. The taint of a node that is not Ready
/// is removed a moment after the node becomes Ready.
fn expect_taints(cluster: &Cluster, wanted: &[(&String, &[&str])]) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let taint = |taint: &Value| format!("{}:{}", text(&taint["key"]), text(&taint["effect"]));
    let wanted: Vec<_> = wanted
        .iter()
        .map(|(node, taints)| {
            ((*node).clone(), taints.iter().map(ToString::to_string).collect::<Vec<_>>())
        })
        .collect();
    wait::until("the taints", Duration::from_secs(15), || {
        let nodes = cluster.get(&["nodes"])?;
        let taints = |node: &Value| {
            let taints = node["spec"]["taints"].as_array().cloned().unwrap_or_default();
            taints.iter().map(taint).collect::<Vec<_>>()
        };
        let found: Vec<_> = nodes.iter().map(|node| (name(node), taints(node))).collect();
        if found == wanted { Ok(()) } else { Err(format!("{found:?}, wanted {wanted:?}")) }
    });
}

#[test]
fn a_single_master_is_ready_runs_pods_and_leaves_no_trace() {
    let Some(cluster) = Cluster::named("one") else { return };
    assert_eq!(Objects::of(&cluster.name).unwrap(), Objects::default());
    cluster.create(1, 0);

    let master = cluster.node("master-1");
    assert_eq!(cluster.ready_nodes().unwrap(), [master.as_str()]);
    expect_taints(&cluster, &[(&master, &[])]);
    expect_control_plane(&cluster, &master);
    let nodes = [master.clone()];
    let (echo, service) = pods::deploy(&cluster, &nodes);
    pods::check_addresses(&cluster, &nodes, &echo).unwrap();
    let service_answers = || pods::check_service(&cluster, &nodes, &echo, &service);
    wait::until("the Service", PROXY_PATIENCE, service_answers);
    let single = pods::run(&cluster, "single");
    assert_eq!(single.node, master);

    let objects = Objects::of(&cluster.name).unwrap();
    assert_eq!(objects.containers.len(), 1);
    assert_eq!(objects.volumes.len(), 1);
    assert_eq!(objects.networks.len(), 1);
    let kubeconfig = fs::read_to_string(cluster.kubeconfig()).unwrap();
    assert!(kubeconfig.contains(&format!("mok-{}", cluster.name)));

    let output = cluster.mokctl(&["delete", "cluster", &cluster.name]);
    assert!(output.status.success(), "{}", shown("delete cluster", &output));
    assert_eq!(Objects::of(&cluster.name).unwrap(), Objects::default());
    assert!(objects.volumes_left().unwrap().is_empty());
    let left = fs::read_to_string(cluster.kubeconfig()).unwrap();
    // mokctl does not remember which context was current before.
    let current = |text: &str| {
        text.lines()
            .filter(|line| !line.starts_with("current-context"))
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert_eq!(current(&left), current(OTHER));
}

#[test]
fn two_workers_are_ready_and_everything_reaches_everything() {
    let Some(cluster) = Cluster::named("two") else { return };
    cluster.create(1, 2);

    let nodes = ["master-1", "worker-1", "worker-2"].map(|node| cluster.node(node));
    assert_eq!(cluster.ready_nodes().unwrap(), nodes);
    let [master, one, two] = &nodes;
    expect_taints(&cluster, &[(master, &[MASTER_TAINT]), (one, &[]), (two, &[])]);

    let (echo, service) = pods::deploy(&cluster, &nodes);
    pods::check_addresses(&cluster, &nodes, &echo).unwrap();
    let service_answers = || pods::check_service(&cluster, &nodes, &echo, &service);
    wait::until("the Service", PROXY_PATIENCE, service_answers);

    assert_eq!(cluster.join_secrets().unwrap(), [""; 0]);
    what_scripts_do_in_others_place_is_done(&cluster, &nodes);
    a_lost_route_is_noticed_and_comes_back(&cluster, &nodes, &echo);
    ready_from_the_host(&cluster, &nodes);
    no_container_had_to_start_again(&cluster);
}

/// `CoreDNS` and the add-ons reach the API at their first try, although they start in parallel
/// with kube-proxy. Pods on the host network may need more tries (network.sh).
fn no_container_had_to_start_again(cluster: &Cluster) {
    let all_ready = ["wait", "pod", "--all", "--all-namespaces", "--for=condition=Ready"];
    cluster.kubectl(&all_ready.into_iter().chain(["--timeout=120s"]).collect::<Vec<_>>()).unwrap();
    let pods = cluster.get(&["pods", "--all-namespaces"]).unwrap();
    let in_their_own = pods.iter().filter(|pod| pod["spec"]["hostNetwork"] != true);
    for pod in in_their_own {
        for container in pod["status"]["containerStatuses"].as_array().unwrap() {
            let restarts = container["restartCount"].as_u64();
            assert_eq!(restarts, Some(0), "{}: {container}", name(pod));
        }
    }
}

/// Checks the results of what mokctl's scripts do in place of kubeadm and the kubelet.
fn what_scripts_do_in_others_place_is_done(cluster: &Cluster, nodes: &[String]) {
    let config = ["--namespace=kube-system", "get", "configmap", "kubeadm-config"];
    cluster.kubectl(&config).unwrap();
    let label = "--selector=node-role.kubernetes.io/control-plane";
    let masters = cluster.get(&["nodes", label]).unwrap();
    assert_eq!(masters.iter().map(name).collect::<Vec<_>>(), nodes[..1]);
    for node in nodes {
        let file = "/var/lib/kubelet/pki/kubelet.crt";
        let certificate =
            docker(&["exec", node, "openssl", "x509", "-in", file, "-noout", "-text"]).unwrap();
        assert!(certificate.contains("prime256v1"), "{certificate}");
        assert!(certificate.contains(&format!("DNS:{node}")), "{certificate}");
    }
    // As kubeadm makes them, except that kubeadm's key is RSA.
    for (user, subject) in [
        ("admin", "O=kubeadm:cluster-admins, CN=kubernetes-admin"),
        ("controller-manager", "CN=system:kube-controller-manager"),
        ("scheduler", "CN=system:kube-scheduler"),
    ] {
        let look = format!(
            "sed -n 's/.*client-certificate-data: //p' /etc/kubernetes/{user}.conf | base64 --decode | \
             openssl x509 -noout -text -certopt no_sigdump"
        );
        let certificate = docker(&["exec", &nodes[0], "bash", "-c", &look]).unwrap();
        for part in
            ["prime256v1", &format!("Subject: {subject}\n"), "TLS Web Client Authentication"]
        {
            assert!(certificate.contains(part), "{user}: {certificate}");
        }
    }
    for port in ["10257", "10259"] {
        let look = format!(
            "openssl s_client -connect 127.0.0.1:{port} </dev/null | openssl x509 -noout -text"
        );
        let certificate = docker(&["exec", &nodes[0], "bash", "-c", &look]).unwrap();
        assert!(certificate.contains("prime256v1"), "{port}: {certificate}");
    }
}

/// A user's first commands, with the kubeconfig that `create` has written and with the one that
/// `get kubeconfig` prints.
fn ready_from_the_host(cluster: &Cluster, nodes: &[String]) {
    let printed = cluster.folder().join("printed");
    let output = cluster.mokctl(&["get", "kubeconfig", &cluster.name]);
    let all = shown("get kubeconfig", &output);
    assert!(output.status.success(), "{all}");
    assert!(!output.stdout.is_empty(), "{all}");
    fs::write(&printed, &output.stdout).unwrap();
    if output_of(kubectl(), b"").is_err() {
        tell("no kubectl on PATH: the published port is not tried");
        return;
    }

    let context = format!("--context=mok-{}", cluster.name);
    for (file, context) in [(cluster.kubeconfig(), Some(context)), (printed, None)] {
        let mut command = kubectl();
        command.args(context).args(["get", "nodes", "--no-headers"]).env("KUBECONFIG", &file);
        let output = output_of(command, b"").unwrap();
        let all = shown(&format!("kubectl with {}", file.display()), &output);
        assert!(output.status.success(), "{all}");
        let text = String::from_utf8(output.stdout).unwrap();
        let name_and_state =
            |line: &str| line.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
        let found: Vec<_> = text.lines().map(name_and_state).collect();
        let wanted: Vec<_> = nodes.iter().map(|node| format!("{node} Ready")).collect();
        assert_eq!(found, wanted, "{all}");
    }
}

fn kubectl() -> Command {
    Command::new("kubectl")
}

/// Proves that the checks of this file can fail, and that the node's service repairs routes.
fn a_lost_route_is_noticed_and_comes_back(cluster: &Cluster, nodes: &[String], echo: &[pods::Pod]) {
    let [_, one, two] = nodes else { unreachable!("three nodes were asked for") };
    let there = &echo.iter().find(|pod| pod.node == *two).unwrap().address;
    let range = format!("{}.0/24", there.rsplit_once('.').unwrap().0);
    // Replies need this route too. Without it they take the default route out of the cluster.
    docker(&["exec", one, "ip", "route", "delete", &range]).unwrap();
    let error = pods::check_addresses(cluster, nodes, echo).unwrap_err();
    assert!(error.contains(there), "{error}");
    docker(&["exec", one, "systemctl", "restart", "mok-network"]).unwrap();
    wait::until("the route", Duration::from_secs(5), || {
        pods::check_addresses(cluster, nodes, echo)
    });
}
