//! The Node objects of a cluster. A node whose container was removed by hand still has one; a
//! running container may lack one that the user has deleted.

use std::net::IpAddr;
use std::time::Duration;

use serde::Deserialize;

use super::error::InventoryError;
use super::existing::ExistingCluster;
use crate::cluster::kubernetes::KubernetesVersion;
use crate::cluster::name::{ClusterName, NodeName, Role};
use crate::docker::{Call, DockerError, args, inspect};
use crate::node::kubeadm::ADMIN_CONF;

/// How long kubectl waits for the API before nodes are added or deleted: after the loss of a
/// master, etcd takes seconds to elect a leader.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long kubectl waits for the API if nodes are only listed.
const GLANCE: Duration = Duration::from_secs(3);
/// How much longer than kubectl's wait the call may take.
const CALL_MARGIN: Duration = Duration::from_secs(7);

/// A Node object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeObject {
    /// The node's name.
    pub node: NodeName,
    /// The node's address, as it was last reported.
    pub address: Option<IpAddr>,
    /// The node's Kubernetes version, as it was last reported.
    pub version: Option<KubernetesVersion>,
    /// Whether the node is Ready.
    pub ready: bool,
    /// Whether the node is cordoned.
    pub cordoned: bool,
}

/// Asks the API server, from the master `admin_node`, for the Node objects of the cluster, sorted
/// by name.
///
/// # Errors
/// Fails if the API server does not answer.
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

/// Returns the Node objects, or `None` if the API cannot be asked or a host does not answer.
///
/// # Errors
/// Fails only if a signal arrives.
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

/// Returns a call that makes a single request. `kubectl get nodes` would first ask for the kinds
/// of objects, with the same timeout for each answer.
fn list(admin_node: &NodeName, time: Duration) -> Call {
    let kubeconfig = format!("--kubeconfig={ADMIN_CONF}");
    let timeout = format!("--request-timeout={}s", time.as_secs());
    let kubectl = ["kubectl", &kubeconfig, &timeout, "get", "--raw=/api/v1/nodes"];
    args::exec(&admin_node.to_string(), kubectl).deadline(time + CALL_MARGIN)
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

/// Parses the list, and keeps Node objects that have the name of a node of `cluster`.
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
