//! The containers of clusters, read from `docker container inspect`. Labels tell what a container
//! is, the other fields its state.

use std::net::{IpAddr, Ipv4Addr};

use super::activity::Activity;
use crate::cluster::family::PerFamily;
use crate::cluster::host::Host;
use crate::cluster::kubernetes::KubernetesVersion;
use crate::cluster::labels;
use crate::cluster::layout::Layout;
use crate::cluster::mount::Mount;
use crate::cluster::name::{ClusterName, NodeName, Role};
use crate::cluster::node_profile::NodeProfile;
use crate::cluster::port::{PortBinding, Protocol};
use crate::cluster::roster::Roster;
use crate::cluster::runtime::Runtime;
use crate::cluster::timestamp::Timestamp;
use crate::docker::inspect::{self, Attachment, Container, HostPort, MountPoint};
use crate::docker::{Docker, DockerError, args};
use crate::snapshot::{NodeImageId, Program, SavedNode};

/// A container of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "facts that do not depend on each other")]
pub struct Member {
    /// Its cluster, from the label.
    pub cluster: ClusterName,
    /// The node that it is. `None` for a container with mokctl's label whose name is not a node's.
    pub node: Option<NodeName>,
    /// The container's name.
    pub name: String,
    /// The container's id, 64 hexadecimal digits.
    pub id: String,
    /// Whether it was made by a later version of mokctl: its labels may mean something else.
    pub newer: bool,
    /// The host that it is on: from the label, or the one that the user has named. `None` on the
    /// default engine of a cluster without hosts.
    pub host: Option<Host>,
    /// All hosts of its cluster, from the label.
    pub hosts: Vec<Host>,
    /// Whether it is running, paused or stopped.
    pub activity: Activity,
    /// Whether it was ever started.
    pub has_run: bool,
    /// Whether the run that created it has completed.
    pub complete: bool,
    /// Its IPv4 address on the cluster's network.
    pub address: Option<Ipv4Addr>,
    /// The id of the cluster's network, which may have been removed since. Empty before the first
    /// start on it. `None` if the container is not connected to it.
    pub network: Option<String>,
    /// The node image that it was created from, or on which its snapshot is based.
    pub base: NodeImageId,
    /// Its container runtime, from the image's label.
    pub runtime: Runtime,
    /// Whether it was created from a snapshot.
    pub restored: bool,
    /// The earliest time at which one of its certificates can have been issued.
    pub issued: Timestamp,
    /// Its first process.
    pub program: Program,
    /// Its Kubernetes version, from the label.
    pub version: Option<KubernetesVersion>,
    /// The ports that it publishes on the host.
    pub published: Vec<PortBinding>,
    /// The mounts of folders of the engine's host.
    pub mounts: Vec<Mount>,
    /// Whether it has proxies. Their addresses are in a file in the node, not in labels.
    pub has_proxy: bool,
    /// The other properties that it was created with, from labels.
    pub profile: NodeProfile,
}

impl Member {
    /// Whether programs can be run in it.
    #[must_use]
    pub fn runs(&self) -> bool {
        self.activity == Activity::Running
    }

    /// Returns the key for sorting by cluster and node. Containers that are not nodes come last.
    #[must_use]
    pub fn order(&self) -> (ClusterName, bool, Option<NodeName>, String) {
        (self.cluster.clone(), self.node.is_none(), self.node.clone(), self.name.clone())
    }

    /// Returns the role of the node, if it is one.
    #[must_use]
    pub fn role(&self) -> Option<Role> {
        self.node.as_ref().map(NodeName::role)
    }

    /// Returns the port of the API on the host, if this container publishes it.
    #[must_use]
    pub fn api(&self) -> Option<&PortBinding> {
        self.published.iter().find(|publish| publish.is_api())
    }

    /// Returns its addresses in the cluster's families. `None` if it is not a node.
    #[must_use]
    pub fn addresses(&self) -> Option<PerFamily<IpAddr>> {
        Some(self.layout()?.addresses(self.node.as_ref()?))
    }

    /// Returns the layout in which it has its address. `None` if it is not a node.
    #[must_use]
    pub fn layout(&self) -> Option<Layout> {
        Layout::from_node_address(self.node.as_ref()?, self.address?, self.profile.ranges.family())
    }

    /// Returns its primary address in the cluster, or else its address in the engine.
    #[must_use]
    pub fn main_address(&self) -> Option<IpAddr> {
        self.addresses().map(|all| all.primary()).or_else(|| self.address.map(IpAddr::V4))
    }

    /// Returns its properties for a snapshot. `None` if it is not a node.
    #[must_use]
    pub fn saved(&self) -> Option<SavedNode> {
        Some(SavedNode {
            node: self.node.clone()?,
            version: self.version?,
            base: self.base.clone(),
            runtime: self.runtime,
            published: self.published.clone(),
            mounts: self.mounts.clone(),
            profile: self.profile.clone(),
            issued: self.issued,
            program: self.program.clone(),
        })
    }
}

/// Returns the containers of `cluster`, or of all clusters.
///
/// # Errors
/// Fails if the engine does not answer.
pub fn of(docker: &Docker, cluster: Option<&ClusterName>) -> Result<Vec<Member>, DockerError> {
    let list = match cluster {
        Some(name) => args::container_ids(labels::CLUSTER, name.as_str()),
        None => args::labelled_container_ids(labels::CLUSTER),
    };
    let inspect = |ids: &[String]| args::inspect_containers(ids.iter().map(String::as_str));
    Ok(docker.read_listed(&list, inspect, read)?.unwrap_or_default())
}

/// Whether kubeadm has set up `node`, whose container is running.
///
/// # Errors
/// Fails if the engine does not answer.
pub fn is_set_up(docker: &Docker, node: &str) -> Result<bool, DockerError> {
    let look = "compgen -G /etc/kubernetes/kubelet.conf || true";
    Ok(!docker.capture(&args::exec(node, ["bash", "-c", look]))?.is_empty())
}

/// Parses the output of `docker container inspect`. Containers without mokctl's label are left
/// out. The result is sorted by cluster and node.
///
/// # Errors
/// Returns what is wrong with the text, in a few words.
pub fn read(json: &str) -> Result<Vec<Member>, String> {
    let containers: Vec<Container> =
        inspect::list(json).map_err(|error| format!("no list of containers: {error}"))?;
    let mut members: Vec<Member> = containers.into_iter().filter_map(member).collect();
    members.sort_by_key(Member::order);
    Ok(members)
}

/// Returns the nodes among `members`, which all belong to one cluster.
#[must_use]
pub fn roster(cluster: &ClusterName, members: &[Member]) -> Roster {
    Roster::new(cluster.clone(), members.iter().filter_map(|member| member.node.clone()))
}

fn member(container: Container) -> Option<Member> {
    let config = &container.config;
    let label = |key: &str| config.label(key);
    let cluster = ClusterName::parse(label(labels::CLUSTER)?).ok()?;
    let name = container.name.trim_start_matches('/').to_owned();
    let node = NodeName::parse(&name).ok().filter(|node| *node.cluster() == cluster);
    let network = container.network_settings.networks.get(&cluster.network());
    Some(Member {
        node,
        name,
        newer: label(labels::SCHEMA) > Some(labels::SCHEMA_VERSION),
        host: label(labels::HOST).and_then(|word| Host::parse(word).ok()),
        hosts: label(labels::HOSTS).and_then(|list| Host::parse_all(list).ok()).unwrap_or_default(),
        activity: Activity::of(&container.state),
        has_run: container.state.has_run(),
        complete: container.host_config.restart_policy.starts_with_engine(),
        address: network.and_then(address),
        network: network.map(|network| network.network.clone()),
        base: base(&container)?,
        runtime: Runtime::parse(label(labels::image::RUNTIME)).unwrap_or_default(),
        restored: label(labels::snapshot::NAME).is_some(),
        issued: label(labels::ISSUED)
            .and_then(Timestamp::parse)
            .or_else(|| Timestamp::from_engine(&container.created))
            .unwrap_or_else(Timestamp::now),
        version: label(labels::KUBERNETES).and_then(KubernetesVersion::parse),
        published: container.host_config.port_bindings.iter().flat_map(published).collect(),
        profile: NodeProfile::from_labels(label),
        has_proxy: label(labels::PROXY).is_some_and(|value| !value.is_empty()),
        mounts: container.mounts.into_iter().filter_map(mount).collect(),
        program: Program { entrypoint: container.config.entrypoint, command: container.config.cmd },
        id: container.id,
        cluster,
    })
}

/// Returns the address of a container, or the fixed one of a container that is not running.
fn address(network: &Attachment) -> Option<Ipv4Addr> {
    network.address.parse().or_else(|_| network.fixed.address.parse()).ok()
}

/// Returns the node image of a container. For one created from a snapshot, labels tell it.
fn base(container: &Container) -> Option<NodeImageId> {
    let label = |key| container.config.label(key).map(String::from);
    let name = label(labels::snapshot::BASE).or_else(|| container.config.image.clone())?;
    let id = label(labels::snapshot::BASE_ID).or_else(|| container.image.clone());
    Some(NodeImageId { name, id: id.unwrap_or_default() })
}

/// Returns a binding for each address at which a port is published.
fn published((target, places): (&String, &Option<Vec<HostPort>>)) -> Vec<PortBinding> {
    let at = |place: &HostPort| {
        let (port, protocol) = target.split_once('/')?;
        Some(PortBinding {
            address: place.host_ip.parse().ok()?,
            port: place.host_port.parse().ok()?,
            target: port.parse().ok()?,
            protocol: Protocol::parse(protocol)?,
        })
    };
    places.iter().flatten().filter_map(at).collect()
}

fn mount(point: MountPoint) -> Option<Mount> {
    let MountPoint { kind, source, destination, writable } = point;
    (kind == "bind").then_some(())?;
    Some(Mount { source: source?, target: destination?, read_only: !writable? })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn container(name: &str, running: bool, restart: &str) -> Value {
        json!({
            "Id": "0123",
            "Name": format!("/{name}"),
            "Config": {
                "Image": "local/x:1",
                "Labels": { "MokCluster": "a", "mok.kubernetes": "v1.37.2" }
            },
            "State": { "Running": running },
            "HostConfig": {
                "RestartPolicy": { "Name": restart },
                "PortBindings": {
                    "30053/udp": [{ "HostIp": "0.0.0.0", "HostPort": "53" }],
                    "30080/tcp": [{ "HostIp": "0.0.0.0", "HostPort": "80" }],
                    "6443/tcp": [{ "HostIp": "127.0.0.1", "HostPort": "40001" }]
                }
            },
            "Mounts": [
                { "Type": "volume", "Source": "/v", "Destination": "/var/lib/containerd", "RW": true },
                { "Type": "bind", "Source": "/srv", "Destination": "/data", "RW": false }
            ],
            "NetworkSettings": { "Networks": { "mok-a": {
                "IPAddress": if running { "10.213.0.11" } else { "" },
                "IPAMConfig": { "IPv4Address": "10.213.0.11" }
            } } }
        })
    }

    #[test]
    fn members_are_read_running_or_not() {
        let json = json!([
            container("a-worker-1", false, "unless-stopped"),
            container("a-worker-2", false, "always"),
            container("a-master-1", true, "no"),
            container("stray", true, "no"),
            { "Id": "9", "Name": "/other", "Config": { "Labels": null } }
        ]);
        let members = read(&json.to_string()).unwrap();
        let names: Vec<_> = members.iter().map(|member| member.name.as_str()).collect();
        assert_eq!(names, ["a-master-1", "a-worker-1", "a-worker-2", "stray"]);
        let [master, worker, of_podman, stray] = members.as_slice() else { panic!("{members:?}") };
        assert_eq!((master.activity, master.complete), (Activity::Running, false));
        assert_eq!((worker.activity, worker.complete), (Activity::Stopped, true));
        assert!(of_podman.complete);
        assert_eq!(worker.address, Some(Ipv4Addr::new(10, 213, 0, 11)));
        let api = PortBinding::parse("127.0.0.1:40001:6443/tcp").unwrap();
        assert_eq!((master.api(), master.published.len()), (Some(&api), 3));
        assert_eq!(master.mounts, [Mount::parse("/srv:/data:ro").unwrap()]);
        assert_eq!(stray.node, None);
    }

    #[test]
    fn garbage_is_said_to_be_garbage() {
        assert!(read("").is_err());
        assert!(read("{}").is_err());
        assert_eq!(read("[{}, null, 1]"), Ok(vec![]));
    }
}
