//! Work in a cluster of either side, with what both have: docker, and kubectl in the first node.

use std::io::Write;
use std::net::Ipv4Addr;
use std::process::{Command, Stdio};

use crate::ask::output;
use crate::shape::Shape;
use crate::side::Side;

/// A script that starts a pod on every node, of an image that every node has, waits until all are
/// running, and prints their number.
const FIRST_PODS: &str = r#"
export KUBECONFIG=/etc/kubernetes/admin.conf
# Read to its end: a pipe that breaks would be a failure.
image=$(ctr --namespace k8s.io images list --quiet | awk '/\/pause:/ { name = $0 } END { print name }')
kubectl apply --filename=- >/dev/null <<YAML
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: first, namespace: default}
spec:
  selector: {matchLabels: {app: first}}
  template:
    metadata: {labels: {app: first}}
    spec:
      tolerations: [{operator: Exists}]
      containers: [{name: first, image: "$image", imagePullPolicy: Never}]
YAML
kubectl rollout status daemonset/first --timeout=300s >/dev/null
kubectl get daemonset/first --output='jsonpath={.status.numberAvailable}'
"#;

/// Waits until a pod runs on every node.
pub(crate) fn run_first_pods(side: Side, shape: Shape) -> Result<(), String> {
    let running = script(&side.first_node(), FIRST_PODS)?;
    if running == shape.nodes().to_string() {
        Ok(())
    } else {
        Err(format!("{side} {shape}: pods run on {running} of {} nodes", shape.nodes()))
    }
}

/// An app of two replicas, of an image that nodes of both sides have for volumes, and a client.
/// The client is a Deployment, not a bare pod: a new cluster refuses pods until its namespace has
/// a service account, and kind's command does not wait for that.
const APP: &str = "
export KUBECONFIG=/etc/kubernetes/admin.conf
kubectl apply --filename=- >/dev/null <<'YAML'
apiVersion: apps/v1
kind: Deployment
metadata: {name: app, namespace: default}
spec:
  replicas: 2
  selector: {matchLabels: {app: app}}
  template:
    metadata: {labels: {app: app}}
    spec:
      tolerations: [{operator: Exists}]
      terminationGracePeriodSeconds: 1
      containers:
      - name: app
        image: localhost/mok/busybox:1
        imagePullPolicy: Never
        command: [sh, -c, 'echo yes >/tmp/index.html && exec httpd -f -p 8080 -h /tmp']
---
apiVersion: v1
kind: Service
metadata: {name: app, namespace: default}
spec: {selector: {app: app}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: asks, namespace: default}
spec:
  selector: {matchLabels: {app: asks}}
  template:
    metadata: {labels: {app: asks}}
    spec:
      tolerations: [{operator: Exists}]
      terminationGracePeriodSeconds: 1
      containers:
      - name: asks
        image: localhost/mok/busybox:1
        imagePullPolicy: Never
        command: [sleep, infinity]
YAML
kubectl rollout status deployment/app --timeout=300s >/dev/null
";

/// A script that waits until the app answers by its Service's name.
const ASK: &str = "
export KUBECONFIG=/etc/kubernetes/admin.conf
ask='kubectl exec --namespace=default deployment/asks -- wget -q -T 2 -O /dev/null http://app'
timeout 300 bash -c \"until $ask; do sleep 0.1; done\" 2>/dev/null
";

/// Starts the app.
pub(crate) fn start_app(side: Side) -> Result<(), String> {
    script(&side.first_node(), APP).map(drop)
}

/// Waits until a pod gets an answer from the app.
pub(crate) fn ask_app(side: Side) -> Result<(), String> {
    script(&side.first_node(), ASK).map(drop)
}

/// A container of the cluster: a node or a load balancer.
#[derive(Debug)]
pub(crate) struct Container {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// Returns all containers of the cluster.
pub(crate) fn containers(side: Side) -> Result<Vec<Container>, String> {
    let label = format!("--filter=label={}", side.label());
    let list = output("docker", &["ps", "--no-trunc", "--format={{.ID}} {{.Names}}", &label])?;
    let pairs = list.lines().filter_map(|line| line.split_once(' '));
    Ok(pairs.map(|(id, name)| Container { id: id.into(), name: name.into() }).collect())
}

/// Returns the names of the cluster's running containers, sorted by address.
pub(crate) fn by_address(side: Side) -> Result<Vec<String>, String> {
    let nodes: Vec<String> = containers(side)?.into_iter().map(|node| node.name).collect();
    let format = "--format={{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
    let words =
        ["container", "inspect", format].into_iter().chain(nodes.iter().map(String::as_str));
    let addresses = output("docker", &words.collect::<Vec<_>>())?;
    let addresses = addresses.lines().map(str::parse::<Ipv4Addr>);
    let addresses: Vec<_> =
        addresses.collect::<Result<_, _>>().map_err(|error| error.to_string())?;
    let mut nodes: Vec<_> = addresses.into_iter().zip(nodes).collect();
    nodes.sort_unstable();
    Ok(nodes.into_iter().map(|(_, name)| name).collect())
}

/// Runs a script in a container, which must succeed, and returns its output.
pub(crate) fn script(container: &str, script: &str) -> Result<String, String> {
    let failed = |why: String| format!("a script in {container}: {why}");
    let mut child = Command::new("docker")
        .args(["exec", "--interactive", container, "bash", "-euo", "pipefail", "-s"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(script.as_bytes()).map_err(|error| failed(error.to_string()))?;
    }
    let output = child.wait_with_output().map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(output.status.to_string()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
}
