//! What a cluster itself knows of its nodes: their Node objects. One whose container was
//! removed by hand is still there; one that a user deleted may have a container.

use std::net::IpAddr;
use std::time::Duration;

use serde::Deserialize;

use super::error::InventoryError;
use super::existing::ExistingCluster;
use crate::cluster::kubernetes::KubernetesVersion;
use crate::cluster::name::{ClusterName, NodeName, Role};
use crate::docker::{Call, DockerError, args, inspect};
use crate::node::kubeadm::ADMIN_CONF;

/// How long kubectl waits for the API where nodes shall come or go: masters that have just
/// lost one need seconds to agree on who leads etcd.
const PATIENCE: Duration = Duration::from_secs(30);
/// The same, for who only looks.
const GLANCE: Duration = Duration::from_secs(3);
/// The call, beyond what kubectl waits.
const MORE: Duration = Duration::from_secs(7);

/// A Node object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeObject {
    /// Its name.
    pub node: NodeName,
    /// The address that the node had.
    pub address: Option<IpAddr>,
    /// The Kubernetes version that it had.
    pub version: Option<KubernetesVersion>,
    /// Whether the cluster calls it Ready.
    pub ready: bool,
    /// Whether no new pods come to it.
    pub cordoned: bool,
}

/// Those of the cluster, by name, as the API server tells the master `admin_node`.
///
/// # Errors
/// Where it does not answer.
pub fn of(
    existing: &ExistingCluster,
    admin_node: &NodeName,
) -> Result<Vec<NodeObject>, DockerError> {
    within(PATIENCE, existing, admin_node)
}

fn within(
    time: Duration,
    existing: &ExistingCluster,
    admin_node: &NodeName,
) -> Result<Vec<NodeObject>, DockerError> {
    let docker = existing.engines.of(admin_node);
    docker.read(&list(admin_node, time), |json| read(json, &existing.name))
}

/// The same; none where no one can be asked, or not all of the cluster is known.
///
/// # Errors
/// Where the user asks to stop.
pub fn if_known(existing: &ExistingCluster) -> Result<Option<Vec<NodeObject>>, InventoryError> {
    let mut members = existing.members.iter();
    let asks = members.any(|it| it.role() == Some(Role::Master) && it.runs() && it.complete);
    if !asks || existing.is_partly_away() {
        return Ok(None);
    }
    let objects =
        existing.admin_node(None).and_then(|master| Ok(within(GLANCE, existing, &master)?));
    match objects {
        Ok(objects) => Ok(Some(objects)),
        Err(error @ InventoryError::Docker(DockerError::Interrupted { .. })) => Err(error),
        Err(_) => Ok(None),
    }
}

/// One request: `kubectl get nodes` first asks which kinds of objects exist, and waits as
/// long for each answer.
fn list(admin_node: &NodeName, time: Duration) -> Call {
    let kubeconfig = format!("--kubeconfig={ADMIN_CONF}");
    let timeout = format!("--request-timeout={}s", time.as_secs());
    let kubectl = ["kubectl", &kubeconfig, &timeout, "get", "--raw=/api/v1/nodes"];
    args::exec(&admin_node.to_string(), kubectl).deadline(time + MORE)
}

#[derive(Debug, Deserialize)]
struct List {
    items: Vec<Item>,
}

#[derive(Debug, Deserialize)]
struct Item {
    metadata: Metadata,
    #[serde(default)]
    spec: Spec,
    #[serde(default)]
    status: Status,
}

#[derive(Debug, Deserialize)]
struct Metadata {
    name: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Spec {
    unschedulable: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Status {
    addresses: Vec<Address>,
    conditions: Vec<Condition>,
    #[serde(deserialize_with = "inspect::or_default")]
    node_info: NodeInfo,
}

#[derive(Debug, Deserialize)]
struct Address {
    #[serde(rename = "type")]
    kind: String,
    address: String,
}

#[derive(Debug, Deserialize)]
struct Condition {
    #[serde(rename = "type")]
    kind: String,
    status: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct NodeInfo {
    kubelet_version: String,
}

/// Those among them that are called like nodes of ours.
fn read(json: &str, cluster: &ClusterName) -> serde_json::Result<Vec<NodeObject>> {
    let List { items } = serde_json::from_str(json)?;
    let object = |Item { metadata, spec, status }: Item| {
        let node = NodeName::parse(&metadata.name).ok()?;
        let ours = node.cluster() == cluster && node.role().runs_kubernetes();
        let mut addresses = status.addresses.iter();
        let internal = addresses.find(|address| address.kind == "InternalIP");
        let mut conditions = status.conditions.iter();
        let ready = conditions.any(|it| it.kind == "Ready" && it.status == "True");
        ours.then(|| NodeObject {
            node,
            address: internal.and_then(|it| it.address.parse().ok()),
            version: KubernetesVersion::parse(&status.node_info.kubelet_version),
            ready,
            cordoned: spec.unschedulable,
        })
    };
    let mut objects: Vec<_> = items.into_iter().filter_map(object).collect();
    objects.sort_by(|one, other| one.node.cmp(&other.node));
    Ok(objects)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_objects_of_the_cluster_are_read() {
        let json = r#"{"kind": "NodeList", "items": [
            {"metadata": {"name": "a-worker-1"}, "spec": {"unschedulable": true}, "status": {
                "conditions": [{"type": "Ready", "status": "True"}],
                "addresses": [
                    {"type": "Hostname", "address": "a-worker-1"},
                    {"type": "InternalIP", "address": "10.213.0.101"}
                ],
                "nodeInfo": {"kubeletVersion": "v1.37.2"}
            }},
            {"metadata": {"name": "a-master-1"}, "status": {"conditions": []}},
            {"metadata": {"name": "b-worker-1"}},
            {"metadata": {"name": "virtual"}}
        ]}"#;
        let objects = read(json, &ClusterName::parse("a").unwrap()).unwrap();
        let [master, worker] = objects.as_slice() else { panic!("{objects:?}") };
        assert_eq!((master.node.to_string().as_str(), master.address), ("a-master-1", None));
        assert_eq!(worker.address, Some(IpAddr::from([10, 213, 0, 101])));
        assert_eq!(worker.version, KubernetesVersion::parse("v1.37.2"));
        assert!(worker.ready && worker.cordoned && !master.ready && !master.cordoned);
        assert!(read("", &ClusterName::parse("a").unwrap()).is_err());
    }
}
