//! A snapshot: a cluster saved as images, one for each of its containers. The labels of the images
//! say which of them belong together, and hold what a restore must know (docs/labels.md). This
//! module writes the labels, and `inventory` reads them.

mod error;
pub mod file;

use std::net::{IpAddr, Ipv4Addr};

pub use error::SnapshotError;
use serde_json::Value;

use crate::cluster::kubernetes::KubernetesVersion;
use crate::cluster::labels::snapshot as label;
use crate::cluster::labels::{self, Label};
use crate::cluster::marks::Marks;
use crate::cluster::mount::Mount;
use crate::cluster::name::{NodeName, SnapshotName};
use crate::cluster::node_profile::NodeProfile;
use crate::cluster::port::PortBinding;
use crate::cluster::roster::Roster;
use crate::cluster::runtime::Runtime;
use crate::cluster::subnet::Subnet;
use crate::cluster::timestamp::{DAY, Timestamp};

/// The age, in seconds, from which a restore renews certificates. kubeadm's are valid for a year.
const RENEW_AFTER: u64 = 300 * DAY;

/// A complete snapshot, or one that is about to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The snapshot's name.
    pub name: SnapshotName,
    /// When it was made.
    pub created: Timestamp,
    /// The subnet of the saved cluster.
    pub subnet: Subnet,
    /// The saved nodes.
    pub roster: Roster,
    /// The properties of the saved nodes, in the order of the roster.
    pub nodes: Vec<SavedNode>,
}

/// One node of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedNode {
    /// The node's name.
    pub node: NodeName,
    /// Its Kubernetes version.
    pub version: KubernetesVersion,
    /// The node image that the node was created from.
    pub base: NodeImageId,
    /// Its container runtime.
    pub runtime: Runtime,
    /// The ports that it publishes on the host.
    pub published: Vec<PortBinding>,
    /// The folders and files of the engine's host that are mounted.
    pub mounts: Vec<Mount>,
    /// The other properties that the node was created with, from its labels.
    pub profile: NodeProfile,
    /// The earliest time at which one of the node's certificates can have been issued.
    pub issued: Timestamp,
    /// The program of its container's first process.
    pub program: Program,
}

/// The node image that a container was created from, and that its snapshot is based on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodeImageId {
    /// The image's name when the cluster was created. Another image may have that name by now.
    pub name: String,
    /// The image's id.
    pub id: String,
}

/// The command line of a container's first process: two lists that the engine joins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Program {
    /// The program and its fixed arguments.
    pub entrypoint: Vec<String>,
    /// The arguments after those of the entrypoint.
    pub command: Vec<String>,
}

impl Program {
    /// Returns the Dockerfile instructions that set this program in an image.
    #[must_use]
    pub fn instructions(&self) -> [String; 2] {
        let json = |words: &[String]| Value::from(words).to_string();
        [format!("ENTRYPOINT {}", json(&self.entrypoint)), format!("CMD {}", json(&self.command))]
    }
}

impl Snapshot {
    /// Returns the properties of `node`.
    #[must_use]
    pub fn node(&self, node: &NodeName) -> Option<&SavedNode> {
        self.nodes.iter().find(|saved| saved.node == *node)
    }

    /// Returns the name of the image for `node`, a node of a clone: the image of the saved node
    /// with the same role and number.
    #[must_use]
    pub fn image_for(&self, node: &NodeName) -> String {
        self.name.image(&node.in_cluster(self.roster.name()))
    }

    /// Returns the properties of the first master. They stand for the whole cluster.
    #[must_use]
    pub fn first_master(&self) -> Option<&SavedNode> {
        self.node(&self.roster.first_master())
    }

    /// Whether this snapshot was made of the cluster of `node` before an upgrade of that node. A
    /// later cluster of the same name has other certificates, which were issued at another time.
    #[must_use]
    pub fn is_before_upgrade(&self, node: &SavedNode) -> bool {
        self.node(&node.node)
            .is_some_and(|saved| saved.issued == node.issued && saved.version < node.version)
    }

    /// Returns the port of the API on the host.
    #[must_use]
    pub fn api(&self) -> Option<&PortBinding> {
        let published = &self.node(&self.roster.api_node())?.published;
        published.iter().find(|publish| publish.is_api())
    }

    /// Returns the published ports of all nodes, except the API's.
    #[must_use]
    pub fn published(&self) -> Vec<PortBinding> {
        let all = self.nodes.iter().flat_map(|saved| &saved.published);
        all.filter(|publish| !publish.is_api()).cloned().collect()
    }

    /// Returns the address on the host at which the API was published. Without one, the loopback
    /// address.
    #[must_use]
    pub fn host(&self) -> IpAddr {
        self.api().map_or(Ipv4Addr::LOCALHOST.into(), |api| api.address)
    }

    /// Returns the Kubernetes labels and taints of all nodes.
    #[must_use]
    pub fn marks(&self) -> Marks {
        let all = self.nodes.iter().map(|saved| saved.profile.marks.clone());
        all.fold(Marks::default(), Marks::with)
    }

    /// Returns the nodes whose setup was left to the user.
    #[must_use]
    pub fn manual(&self) -> Vec<NodeName> {
        let manual = self.nodes.iter().filter(|saved| saved.profile.manual);
        manual.map(|saved| saved.node.clone()).collect()
    }

    /// Whether certificates in the snapshot have expired, or will expire soon.
    #[must_use]
    pub fn needs_renewal(&self, now: Timestamp) -> bool {
        let is_old = |saved: &SavedNode| saved.issued.until(now) > RENEW_AFTER;
        self.nodes.iter().any(|saved| saved.node.role().runs_kubernetes() && is_old(saved))
    }

    /// Returns the labels that the image of `saved` has in addition to those of its container.
    #[must_use]
    pub fn labels(&self, saved: &SavedNode) -> Vec<Label> {
        let nodes = self.roster.nodes();
        vec![
            (label::NODE, saved.node.to_string()),
            (label::NODES, joined(nodes)),
            (label::CREATED, self.created.to_string()),
            (label::SUBNET, self.subnet.to_string()),
            (label::BASE, saved.base.name.clone()),
            (label::BASE_ID, saved.base.id.clone()),
            (label::PUBLISH, joined(&saved.published)),
            (label::MOUNTS, joined(&saved.mounts)),
            (labels::ISSUED, saved.issued.to_string()),
        ]
    }
}

/// Joins items, which contain no commas, with commas.
fn joined<T: ToString>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_given_to_an_image_word_by_word() {
        let entrypoint = vec!["/a b".to_owned(), "\"$x\"".into()];
        let [entrypoint, command] = Program { entrypoint, command: Vec::new() }.instructions();
        assert_eq!(entrypoint, r#"ENTRYPOINT ["/a b","\"$x\""]"#);
        assert_eq!(command, "CMD []");
    }
}
