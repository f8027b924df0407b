//! Clusters with IPv6 addresses: dual-stack, and IPv6 alone.

use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

use crate::cluster::{Cluster, has_condition, name};
use crate::engine::docker;
use crate::pods::PATIENCE;
use crate::wait;

/// A pod on every node that answers with its name, and a Service with an address of each family.
const MANIFEST: &str = "
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 1
      tolerations: [{operator: Exists}]
      containers:
      - name: web
        image: localhost/mok/busybox:1
        imagePullPolicy: Never
        command: [sh, -c, 'mkdir /w && hostname >/w/index.html && exec httpd -f -p \"[::]:8080\" -h /w']
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  type: LoadBalancer
  ipFamilyPolicy: PreferDualStack
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080}]
";

/// A policy under which no pod may be reached.
const POLICY: &str = "
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed}
spec: {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress]}
";

#[test]
fn a_dual_stack_service_answers_on_both_families() {
    let Some(cluster) = Cluster::named("dual") else { return };
    create(&cluster, "dual");
    wait::until("answers", PATIENCE, || works(&cluster, &[4, 6]));
    cluster.kubectl_with(&["apply", "--filename=-"], POLICY).unwrap();
    wait::until("the policy", PATIENCE, || {
        let reached = addresses(&cluster)?.into_iter().find(|at| answer(*at).is_ok());
        reached.map_or(Ok(()), |at| Err(format!("{at} answers")))
    });
    cluster.kubectl_with(&["delete", "--filename=-"], POLICY).unwrap();
    wait::until("answers", PATIENCE, || works(&cluster, &[4, 6]));

    // Its network is removed while it is stopped: the new one must have both families.
    cluster.does(&["stop", "cluster", &cluster.name]);
    docker(&["network", "rm", &cluster.network()]).unwrap();
    cluster.does(&["start", "cluster", &cluster.name]);
    wait::until("answers", PATIENCE, || works(&cluster, &[4, 6]));
}

#[test]
fn a_cluster_of_ipv6_alone_resolves_names_and_answers() {
    let Some(cluster) = Cluster::named("ipv6") else { return };
    create(&cluster, "ipv6");
    cluster.does(&["create", "worker", &cluster.name]);
    wait::until("answers", PATIENCE, || works(&cluster, &[6]));
    let worker = cluster.node("worker-1");
    wait::until("names", PATIENCE, || {
        for name in
            ["kubernetes.default.svc.cluster.local", "web.default.svc.cluster.local", &worker]
        {
            // With a final dot, no search domain is tried first.
            let words = ["exec", "daemonset/web", "--", "nslookup", &format!("{name}.")];
            let found = cluster.kubectl(&words)?;
            if !found.contains("\nAddress: fd00:10:") {
                return Err(found);
            }
        }
        Ok(())
    });
    let every = |what: &[&str], part: &str, field: &str| {
        for object in cluster.get(what).unwrap() {
            let all = object[part][field].as_array().cloned().unwrap_or_default();
            let text = Value::from(all.clone()).to_string();
            let hosts = all.iter().filter(|it| it["type"] != "Hostname");
            let is_ipv6 = |it: &Value| it.to_string().contains("fd00:10:");
            assert!(!all.is_empty() && hosts.into_iter().all(is_ipv6), "{}: {text}", name(&object));
        }
    };
    every(&["nodes"], "status", "addresses");
    every(&["nodes"], "spec", "podCIDRs");
    every(&["pods", "--all-namespaces"], "status", "podIPs");
    every(&["services", "--all-namespaces"], "spec", "clusterIPs");
}

fn create(cluster: &Cluster, family: &str) {
    let addons = "policy,loadbalancer";
    let name = &cluster.name;
    cluster.does(&["create", "cluster", name, "1", "1", "--ip-family", family, "--addons", addons]);
    cluster.kubectl_with(&["apply", "--filename=-"], MANIFEST).unwrap();
}

/// Checks that all pods reach each other, and this host the Service and the API, over `families`.
fn works(cluster: &Cluster, families: &[u8]) -> Result<(), String> {
    let has = |all: &[IpAddr]| -> Vec<u8> {
        all.iter().map(|address| if address.is_ipv6() { 6 } else { 4 }).collect()
    };
    let pods: Vec<_> = cluster.get(&["pods", "--selector=app=web"])?;
    let nodes = cluster.ready_nodes()?.len();
    if pods.len() != nodes || !pods.iter().all(|pod| has_condition(pod, "Ready")) {
        return Err(format!("{} pods of {nodes} are there", pods.len()));
    }
    for pod in &pods {
        let all: Vec<IpAddr> = parsed(&pod["status"]["podIPs"]);
        if has(&all) != families {
            return Err(format!("{} has {all:?}", name(pod)));
        }
        for (address, other) in all.iter().flat_map(|it| pods.iter().map(move |pod| (it, pod))) {
            let url = format!("http://{}", SocketAddr::new(*address, 8080));
            let words = ["exec", &name(other), "--", "wget", "-qO-", "-T3", &url];
            let said = cluster.kubectl(&words)?;
            if said != name(pod) {
                return Err(format!("{url}: {said}"));
            }
        }
    }
    let services = addresses(cluster)?;
    let own: Vec<IpAddr> = services.iter().map(SocketAddr::ip).collect();
    if has(&own) != families {
        return Err(format!("the Service has {own:?}"));
    }
    services.into_iter().try_for_each(answer)?;
    let port = docker(&["port", &cluster.node("master-1"), "6443/tcp"])?;
    let api: Vec<SocketAddr> = port.lines().filter_map(|line| line.parse().ok()).collect();
    for address in &api {
        TcpStream::connect_timeout(address, Duration::from_secs(2))
            .map_err(|error| format!("{address}: {error}"))?;
    }
    if api.len() == 2 { Ok(()) } else { Err(port) }
}

/// Returns the addresses that the Service was given.
fn addresses(cluster: &Cluster) -> Result<Vec<SocketAddr>, String> {
    let service = &cluster.get(&["service", "web"])?[0];
    let all = parsed(&service["status"]["loadBalancer"]["ingress"]);
    if all.is_empty() {
        return Err("the Service has no address".into());
    }
    Ok(all.into_iter().map(|address| SocketAddr::new(address, 80)).collect())
}

/// Returns the addresses in a list of objects.
fn parsed(list: &Value) -> Vec<IpAddr> {
    let all = list.as_array().into_iter().flatten();
    all.filter_map(|it| it["ip"].as_str()?.parse().ok()).collect()
}

/// Waits until the address answers this host.
fn answer(address: SocketAddr) -> Result<(), String> {
    let ask = || {
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(2))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        stream.write_all(b"GET / HTTP/1.0\r\n\r\n")?;
        let mut said = String::new();
        stream.read_to_string(&mut said).map(|_| said)
    };
    match ask() {
        Ok(said) if said.contains("web-") => Ok(()),
        Ok(said) => Err(format!("{address} says {said}")),
        Err(error) => Err(format!("{address}: {error}")),
    }
}
