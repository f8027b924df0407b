//! The options of a cluster's nodes, all in one cluster that is set up manually, with the
//! commands that `create` prints.

use std::fs;
use std::io::Read;
use std::net::{Ipv4Addr, TcpStream};

use crate::cluster::Cluster;
use crate::engine::{docker, shown, tell};
use crate::registry::{Registry, free_port};
use crate::{pods, wait};

/// A proxy that does not exist: nothing that went through it would arrive.
const PROXY: &str = "http://192.0.2.1:3128";
const NODE_PORT: u16 = 30080;

/// Runs the commands that `create` has printed. JOIN is replaced with the join command in the
/// output of the first master's setup.
fn follow(cluster: &Cluster, said: &str) {
    let steps: Vec<_> = said.lines().filter_map(|line| line.strip_prefix("  mokctl ")).collect();
    assert!(steps.len() > 5, "{said}");
    let mut join = String::new();
    // The last command prints a fresh join command, for later nodes.
    for step in &steps {
        let step = step.replace("JOIN", &join);
        let output = cluster.mokctl(&step.split_whitespace().collect::<Vec<_>>());
        assert!(output.status.success(), "{}", shown(&step, &output));
        let text = String::from_utf8_lossy(&output.stdout).replace("\\\n", " ");
        if let Some(at) = text.rfind("kubeadm join ") {
            text[at..].lines().next().unwrap().clone_into(&mut join);
        }
    }
}

/// Returns the environment of a service's main process.
fn environment(node: &str, service: &str) -> String {
    let pid = format!("$(systemctl show --property=MainPID --value {service})");
    let script = format!("tr '\\0' '\\n' </proc/{pid}/environ");
    docker(&["exec", node, "bash", "-c", &script]).unwrap()
}

fn manifest(image: &str) -> String {
    format!(
        "
apiVersion: apps/v1
kind: DaemonSet
metadata: {{name: options}}
spec:
  selector: {{matchLabels: {{app: options}}}}
  template:
    metadata: {{labels: {{app: options}}}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - name: echo
        image: '{image}'
        imagePullPolicy: Always
        volumeMounts: [{{name: data, mountPath: /data}}]
      volumes: [{{name: data, hostPath: {{path: /data}}}}]
---
apiVersion: v1
kind: Service
metadata: {{name: options}}
spec:
  type: NodePort
  selector: {{app: options}}
  ports: [{{port: 80, targetPort: 8080, nodePort: {NODE_PORT}}}]
"
    )
}

#[test]
fn a_cluster_made_by_hand_has_ports_mounts_registry_and_proxies() {
    let Some(cluster) = Cluster::named("options") else { return };
    let data = cluster.folder().join("data");
    fs::create_dir(&data).unwrap();
    fs::write(data.join("word"), "seen\n").unwrap();
    let mut registry = Registry::start(cluster.folder());
    let image = registry.push(pods::IMAGE);
    let port = free_port(Ipv4Addr::LOCALHOST);
    let publish = format!("{port}:{NODE_PORT}");
    let mount = format!("{}:/data:ro", data.display());
    let registry_word = format!("localhost:{}", registry.port);
    let words = [
        &["create", "cluster", &cluster.name, "1", "1", "--with-lb", "--skiplbsetup"][..],
        &["--publish", &publish, "--mount", &mount, "--registry", &registry_word],
    ];
    let output = cluster.mokctl_with(&words.concat(), &[("HTTP_PROXY", PROXY)]);
    assert!(output.status.success(), "{}", shown("create cluster", &output));
    tell(&format!("{}: containers up", cluster.name));
    follow(&cluster, &String::from_utf8_lossy(&output.stderr));
    let nodes = ["master-1", "worker-1"].map(|node| cluster.node(node));
    assert_eq!(cluster.ready_nodes().unwrap(), nodes);

    // A node that is added later is like the others.
    let output = cluster.mokctl(&["create", "worker", &cluster.name]);
    assert!(output.status.success(), "{}", shown("create worker", &output));
    let workers = ["worker-1", "worker-2"].map(|node| cluster.node(node));
    cluster.kubectl_with(&["apply", "--filename=-"], &manifest(&image)).unwrap();
    let (pods, _) = wait::until("a pod on each worker", pods::PATIENCE, || {
        let pods = pods::labelled(&cluster, "options")?;
        let on: Vec<_> = pods.iter().map(|pod| pod.node.clone()).collect();
        if on == workers { Ok(pods) } else { Err(format!("pods are ready on {on:?}")) }
    });
    for pod in &pods {
        let read = ["exec", &pod.name, "--", "sh", "-c", "read word </data/word; echo $word"];
        assert_eq!(cluster.kubectl(&read).as_deref(), Ok("seen"));
        let write = ["exec", &pod.name, "--", "sh", "-c", ": >/data/more"];
        let error = cluster.kubectl(&write).unwrap_err();
        assert!(error.contains("Read-only file system"), "{error}");
    }
    for node in [&cluster.node("master-1"), &workers[0], &workers[1]] {
        for service in ["containerd", "kubelet"] {
            let environment = environment(node, service);
            let has = |line: &str| environment.lines().any(|own| own == line);
            assert!(has(&format!("http_proxy={PROXY}")), "{node} {service}: {environment}");
            let direct = environment.lines().find_map(|line| line.strip_prefix("NO_PROXY="));
            let direct: Vec<_> = direct.unwrap_or_default().split(',').collect();
            assert!(direct.contains(&"10.96.0.0/12") && direct.contains(&node.as_str()));
        }
    }
    answers_at(port, &pods);

    for verb in ["stop", "start"] {
        let output = cluster.mokctl(&[verb, "cluster", &cluster.name]);
        assert!(output.status.success(), "{}", shown(verb, &output));
    }
    wait::until("the pods after a restart", pods::PATIENCE, || {
        let pods = pods::labelled(&cluster, "options")?;
        if pods.len() == 2 { Ok(()) } else { Err(format!("{pods:?}")) }
    });
    answers_at(port, &pods);
}

/// Waits until one of the pods answers at this host's `port`.
fn answers_at(port: u16, pods: &[pods::Pod]) {
    let (answer, _) = wait::until("an answer at the published port", pods::PATIENCE, || {
        let mut answer = String::new();
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port));
        let mut stream = stream.map_err(|error| error.to_string())?;
        stream.read_to_string(&mut answer).map_err(|error| error.to_string())?;
        if answer.is_empty() { Err("an empty one".to_owned()) } else { Ok(answer) }
    });
    assert!(pods.iter().any(|pod| answer.starts_with(&pod.name)), "{answer}");
}
