//! DNS in a cluster: names of Services, pods and the world outside.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::cluster::Cluster;
use crate::engine::{docker, docker_with, lines, shown, tell};
use crate::pods::{self, IMAGE, PATIENCE, Pod};
use crate::wait;

/// The address of the cluster's DNS, which kubelets give every pod.
const SERVER: &str = "UDP4:10.96.0.10:53";
const NO_SUCH_NAME: u8 = 3;

#[test]
fn names_lead_to_services_pods_and_the_outside() {
    let Some(cluster) = Cluster::named("dns") else { return };
    cluster.create(1, 1);
    let nodes = ["master-1", "worker-1"].map(|node| cluster.node(node));
    let ((), took) = wait::until("the first name", PATIENCE, || {
        let answer = Answer::to(&nodes[1], "kubernetes.default.svc.cluster.local", Kind::Address)?;
        if answer.count == 1 { Ok(()) } else { Err(format!("{answer:?}")) }
    });
    tell(&format!("{}: the first name after {:.1} s", cluster.name, took.as_secs_f64()));

    pods::deploy(&cluster, &nodes);
    let manifest = MANIFEST.replace("IMAGE", IMAGE).replace("OUTSIDE", &nodes[1]);
    cluster.kubectl_with(&["apply", "--filename=-"], &manifest).unwrap();
    wait::until("the names", PATIENCE, || names_are_right(&cluster, &nodes[1]));

    // A deleted Service is not found any more.
    cluster.kubectl(&["delete", "service", "db"]).unwrap();
    wait::until("the end of a name", Duration::from_secs(10), || {
        let answer = Answer::to(&nodes[1], "db.default.svc.cluster.local", Kind::Address)?;
        if answer.code == NO_SUCH_NAME { Ok(()) } else { Err(format!("{answer:?}")) }
    });
    cluster.kubectl_with(&["apply", "--filename=-"], &manifest).unwrap();

    for verb in ["stop", "start"] {
        let output = cluster.mokctl(&[verb, "cluster", &cluster.name]);
        assert!(output.status.success(), "{}", shown(verb, &output));
    }
    wait::until("the names", PATIENCE, || names_are_right(&cluster, &nodes[1]));
}

/// A headless Service, such as that of a database with two members, an external name, and names
/// for clients inside the cluster.
const MANIFEST: &str = "
apiVersion: v1
kind: Service
metadata: {name: db}
spec:
  clusterIP: None
  selector: {app: db}
  ports:
  - {name: sql, port: 8080}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  replicas: 2
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - {name: db, image: 'IMAGE', imagePullPolicy: Never}
---
apiVersion: v1
kind: Service
metadata: {name: outside}
spec: {type: ExternalName, externalName: OUTSIDE}
---
apiVersion: v1
kind: Service
metadata: {name: inside}
spec: {type: ExternalName, externalName: echo.default.svc.cluster.local}
";

/// Asks for every kind of name from each pod of the `DaemonSet`. `outside` is the name of a
/// container, which the engine's DNS resolves.
fn names_are_right(cluster: &Cluster, outside: &str) -> Result<(), String> {
    let service = &cluster.get(&["service", "echo"])?[0];
    let service = service["spec"]["clusterIP"].as_str().unwrap_or_default();
    let members = pods::labelled(cluster, "db")?;
    let echo = pods::ready(cluster)?;
    if members.len() != 2 || echo.len() != 2 {
        return Err(format!("pods are ready: {members:?}, {echo:?}"));
    }
    let first = members.iter().find(|pod| pod.name == "db-0").ok_or("no db-0")?;
    let format = "--format={{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
    let container = docker(&["container", "inspect", format, outside])?;

    let by_address = format!("{}.default.pod.cluster.local", first.address.replace('.', "-"));
    let all = members.iter().map(|pod| pod.address.as_str()).collect();
    for (name, wanted) in [
        ("echo", BTreeSet::from([service])),
        ("echo.default.svc.cluster.local", BTreeSet::from([service])),
        ("db.default", all),
        ("db-0.db", BTreeSet::from([first.address.as_str()])),
        (outside, BTreeSet::from([container.as_str()])),
        ("outside", BTreeSet::from([container.as_str()])),
        ("inside", BTreeSet::from([service])),
        (&by_address, BTreeSet::from([first.address.as_str()])),
    ] {
        for pod in &echo {
            let found = addresses(cluster, pod, name)?;
            if !found.iter().map(String::as_str).eq(wanted.iter().copied()) {
                return Err(format!("{name} on {}: {found:?}, wanted {wanted:?}", pod.node));
            }
        }
    }

    for (address, name) in
        [(service, "echo.default.svc"), (first.address.as_str(), "db-0.db.default.svc")]
    {
        let found = cluster.kubectl(&["exec", &echo[0].name, "--", "getent", "hosts", address])?;
        if !found.ends_with(&format!(" {name}.cluster.local")) {
            return Err(format!("{address} is called {found}"));
        }
    }

    // Each of two members has half of the weight; the port is 8080.
    let port = |answer: &Answer| answer.bytes.windows(4).any(|four| four == [0, 50, 0x1f, 0x90]);
    let answer = Answer::to(outside, "_sql._tcp.db.default.svc.cluster.local", Kind::Service)?;
    if answer.count != 2 || !port(&answer) {
        return Err(format!("the members' port: {answer:?}"));
    }
    let answer = Answer::to(outside, "missing.default.svc.cluster.local", Kind::Address)?;
    if answer.code != NO_SUCH_NAME || !answer.is_final {
        return Err(format!("an unknown name: {answer:?}"));
    }
    Ok(())
}

/// Returns the addresses that the resolver in `pod` finds for `name`.
fn addresses(cluster: &Cluster, pod: &Pod, name: &str) -> Result<BTreeSet<String>, String> {
    let found = cluster.kubectl(&["exec", &pod.name, "--", "getent", "ahostsv4", name])?;
    let address = |line: String| line.split(' ').next().unwrap_or_default().to_owned();
    Ok(lines(&found).into_iter().map(address).collect())
}

/// The type of a DNS query.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Address = 1,
    Service = 33,
}

/// An answer of the cluster's DNS (RFC 1035, section 4.1).
#[derive(Debug)]
struct Answer {
    /// The response code: 0 is success, 3 is "no such name".
    code: u8,
    /// Whether the answer is authoritative.
    is_final: bool,
    /// The number of answer records.
    count: u8,
    bytes: Vec<u8>,
}

impl Answer {
    /// Sends a query from the node and reads the answer.
    fn to(node: &str, name: &str, kind: Kind) -> Result<Self, String> {
        let mut question = vec![0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        for label in name.split('.') {
            question.push(u8::try_from(label.len()).unwrap());
            question.extend(label.bytes());
        }
        question.extend([0, 0, kind as u8, 0, 1]);
        let socat = ["exec", "--interactive", node, "socat", "-t0.5", "-", SERVER];
        let bytes = docker_with(&socat, &question)?;
        match bytes.as_slice() {
            [_, _, flags, more, _, _, _, count, ..] => Ok(Self {
                code: more & 15,
                is_final: flags & 4 != 0,
                count: *count,
                bytes: bytes.clone(),
            }),
            _ => Err(format!("no answer about {name}")),
        }
    }
}
