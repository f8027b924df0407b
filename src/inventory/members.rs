//! What the engine holds of clusters, read from `docker container inspect`. The
//! labels say what a container is; the rest says how it is.

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
    /// Its cluster, as the label says.
    pub cluster: ClusterName,
    /// Which node it is; none for a container that carries our label under a name
    /// that is not ours.
    pub node: Option<NodeName>,
    /// The container's name.
    pub name: String,
    /// The container's id, 64 hexadecimal digits.
    pub id: String,
    /// Whether a later version of mokctl made it: its labels may mean more than is
    /// known here.
    pub newer: bool,
    /// The host that it is on, as the label says; none in a cluster without hosts.
    pub host: Option<Host>,
    /// All hosts of its cluster, as the label says.
    pub hosts: Vec<Host>,
    /// What it does.
    pub activity: Activity,
    /// Whether it was ever started.
    pub has_run: bool,
    /// Whether the `create` that made it came to its end.
    pub complete: bool,
    /// Its address on the cluster's network, which the engine gives out of IPv4.
    pub address: Option<Ipv4Addr>,
    /// The id of the cluster's network that it is on, which may be gone; empty before its
    /// first start there. None where it is on none.
    pub network: Option<String>,
    /// The node image that it is made of, or was before it came out of a snapshot.
    pub base: NodeImageId,
    /// Its container runtime, as its image says.
    pub runtime: Runtime,
    /// Whether it came out of a snapshot.
    pub restored: bool,
    /// When the oldest of its certificates can have been issued.
    pub issued: Timestamp,
    /// What runs first in it.
    pub program: Program,
    /// Its Kubernetes version, as the label says.
    pub version: Option<KubernetesVersion>,
    /// What is published on the host.
    pub published: Vec<PortBinding>,
    /// What it sees of the engine's host.
    pub mounts: Vec<Mount>,
    /// Whether it has proxies; which they are, no label says.
    pub has_proxy: bool,
    /// What else its labels say it was created with.
    pub profile: NodeProfile,
}

impl Member {
    /// Whether programs can be run in it.
    #[must_use]
    pub fn runs(&self) -> bool {
        self.activity == Activity::Running
    }

    /// By cluster, then by node; those that are no node last.
    #[must_use]
    pub fn order(&self) -> (ClusterName, bool, Option<NodeName>, String) {
        (self.cluster.clone(), self.node.is_none(), self.node.clone(), self.name.clone())
    }

    /// What the node does.
    #[must_use]
    pub fn role(&self) -> Option<Role> {
        self.node.as_ref().map(NodeName::role)
    }

    /// Where the API is published on the host.
    #[must_use]
    pub fn api(&self) -> Option<&PortBinding> {
        self.published.iter().find(|publish| publish.is_api())
    }

    /// The addresses that the cluster knows it by; none of a container that is no node.
    #[must_use]
    pub fn addresses(&self) -> Option<PerFamily<IpAddr>> {
        Some(self.layout()?.addresses(self.node.as_ref()?))
    }

    /// The layout that its address belongs to; none of a container that is no node.
    #[must_use]
    pub fn layout(&self) -> Option<Layout> {
        Layout::around(self.node.as_ref()?, self.address?, self.profile.ranges.family())
    }

    /// The address that the cluster knows it by, or else the engine does.
    #[must_use]
    pub fn main_address(&self) -> Option<IpAddr> {
        self.addresses().map(|all| all.primary()).or_else(|| self.address.map(IpAddr::V4))
    }

    /// As a part of a snapshot; none where it is no node of mokctl's.
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

/// The containers of `cluster`, or of all clusters.
///
/// # Errors
/// Where the engine does not say.
pub fn of(docker: &Docker, cluster: Option<&ClusterName>) -> Result<Vec<Member>, DockerError> {
    let list = match cluster {
        Some(name) => args::container_ids(labels::CLUSTER, name.as_str()),
        None => args::labelled_container_ids(labels::CLUSTER),
    };
    let inspect = |ids: &[String]| args::inspect_containers(ids.iter().map(String::as_str));
    Ok(docker.read_listed(&list, inspect, read)?.unwrap_or_default())
}

/// Whether kubeadm has been through with the container `node`, which runs.
///
/// # Errors
/// Where no host answers.
pub fn is_set_up(docker: &Docker, node: &str) -> Result<bool, DockerError> {
    let look = "compgen -G /etc/kubernetes/kubelet.conf || true";
    Ok(!docker.capture(&args::exec(node, ["bash", "-c", look]))?.is_empty())
}

/// Reads the engine's inspection of containers that carry our label; others in it
/// are left out. Ordered by cluster, then by node.
///
/// # Errors
/// What is wrong with the text, in a few words.
pub fn read(json: &str) -> Result<Vec<Member>, String> {
    let containers: Vec<Container> =
        inspect::list(json).map_err(|error| format!("no list of containers: {error}"))?;
    let mut members: Vec<Member> = containers.into_iter().filter_map(member).collect();
    members.sort_by_key(Member::order);
    Ok(members)
}

/// The nodes among `members`, all of one cluster.
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
        complete: container.host_config.restart_policy.comes_back(),
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

/// A stopped container has no address at the moment, but is promised one.
fn address(network: &Attachment) -> Option<Ipv4Addr> {
    network.address.parse().or_else(|_| network.promised.address.parse()).ok()
}

/// A snapshot's image, and what is made of it, says itself what it is based on.
fn base(container: &Container) -> Option<NodeImageId> {
    let label = |key| container.config.label(key).map(String::from);
    let name = label(labels::snapshot::BASE).or_else(|| container.config.image.clone())?;
    let id = label(labels::snapshot::BASE_ID).or_else(|| container.image.clone());
    Some(NodeImageId { name, id: id.unwrap_or_default() })
}

/// One for each place.
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
