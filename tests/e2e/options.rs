//! What the user can choose about a cluster's nodes, all of it in one cluster that
//! is set up by hand: with the commands that `create` prints, as it prints them.

use std::fs;
use std::io::Read;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::cluster::Cluster;
use crate::engine::{docker, docker_with, shown, tell};
use crate::{pods, wait};

/// No proxy listens there: what went through it would never come.
const PROXY: &str = "http://192.0.2.1:3128";
const NODE_PORT: u16 = 30080;

/// A registry on every address of this host, gone when the test ends.
struct Registry {
    server: Child,
    port: u16,
    image: String,
}

impl Registry {
    /// Starts it, with the image of the tests' pods in it.
    fn start(folder: &Path) -> Self {
        let port = free_port(Ipv4Addr::UNSPECIFIED);
        let config = folder.join("registry.yml");
        let images = folder.join("registry");
        let text = format!(
            "version: 0.1\nstorage: {{filesystem: {{rootdirectory: {}}}}}\nhttp: {{addr: ':{port}'}}\n",
            images.display()
        );
        fs::write(&config, text).unwrap();
        let mut command = Command::new("docker-registry");
        command.arg("serve").arg(config).stdout(Stdio::null()).stderr(Stdio::null());
        let server = command.spawn().expect("docker-registry: 'make registry' installs it");
        let image = format!("localhost:{port}/{}", pods::IMAGE);
        let registry = Self { server, port, image };
        wait::until("the registry", Duration::from_secs(30), || {
            TcpStream::connect((Ipv4Addr::LOCALHOST, port)).map_err(|error| error.to_string())
        });
        docker_with(&["load"], pods::image()).unwrap();
        docker(&["tag", pods::IMAGE, &registry.image]).unwrap();
        docker(&["push", "--quiet", &registry.image]).unwrap();
        registry
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = docker(&["image", "rm", &self.image, pods::IMAGE]);
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn free_port(address: Ipv4Addr) -> u16 {
    TcpListener::bind((address, 0)).unwrap().local_addr().unwrap().port()
}

/// Does what `create` has said, line by line. What JOIN stands for is taken out of
/// what the first master's setup prints.
fn follow(cluster: &Cluster, said: &str) {
    let steps: Vec<_> = said.lines().filter_map(|line| line.strip_prefix("  mokctl ")).collect();
    assert!(steps.len() > 5, "{said}");
    let mut join = String::new();
    // The last one prints a fresh join command, for whom it is too late.
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

/// An environment as the process of a service has it.
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
    let registry = Registry::start(cluster.folder());
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

    // One that comes later is like the others.
    let output = cluster.mokctl(&["create", "worker", &cluster.name]);
    assert!(output.status.success(), "{}", shown("create worker", &output));
    let workers = ["worker-1", "worker-2"].map(|node| cluster.node(node));
    cluster.kubectl_with(&["apply", "--filename=-"], &manifest(&registry.image)).unwrap();
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

/// One of the pods answers at this host's `port`.
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
