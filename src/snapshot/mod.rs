//! A snapshot: a whole cluster as images, one for each of its containers. The
//! images' labels say what belongs together and what a restore must know
//! (docs/labels.md). Writes them; `inventory` reads them.

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

/// kubeadm's certificates are good for a year. A cluster whose certificates are
/// older than this gets new ones when it comes back.
const RENEW_AFTER: u64 = 300 * DAY;

/// A snapshot that is whole, or shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// What it is called.
    pub name: SnapshotName,
    /// When it was made.
    pub created: Timestamp,
    /// The network of its cluster.
    pub subnet: Subnet,
    /// The nodes in it.
    pub roster: Roster,
    /// What is known of each, in the same order.
    pub nodes: Vec<SavedNode>,
}

/// One container of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedNode {
    /// Which node it is.
    pub node: NodeName,
    /// Its Kubernetes version.
    pub version: KubernetesVersion,
    /// What it was first made of.
    pub base: NodeImageId,
    /// Its container runtime.
    pub runtime: Runtime,
    /// What it publishes on the host.
    pub published: Vec<PortBinding>,
    /// What it sees of the engine's host.
    pub mounts: Vec<Mount>,
    /// What else its labels say it was created with.
    pub profile: NodeProfile,
    /// When the oldest of its certificates can have been issued.
    pub issued: Timestamp,
    /// What runs first in it.
    pub program: Program,
}

/// The node image that a container was first made of, which a snapshot's image of it
/// is based on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodeImageId {
    /// Its name when the cluster was made; another image may have it by now.
    pub name: String,
    /// Its id.
    pub id: String,
}

/// What a container runs first: two lists that the engine puts together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Program {
    /// The program, and arguments that it always has.
    pub entrypoint: Vec<String>,
    /// Further arguments.
    pub command: Vec<String>,
}

impl Program {
    /// The instructions that give it to an image.
    #[must_use]
    pub fn instructions(&self) -> [String; 2] {
        let json = |words: &[String]| Value::from(words).to_string();
        [format!("ENTRYPOINT {}", json(&self.entrypoint)), format!("CMD {}", json(&self.command))]
    }
}

impl Snapshot {
    /// What it has of `node`.
    #[must_use]
    pub fn node(&self, node: &NodeName) -> Option<&SavedNode> {
        self.nodes.iter().find(|saved| saved.node == *node)
    }

    /// Its image that holds the node of another cluster's `node`'s role and number.
    #[must_use]
    pub fn image_for(&self, node: &NodeName) -> String {
        self.name.image(&node.in_cluster(self.roster.name()))
    }

    /// What its images hold of each node's kind: that of the first master.
    #[must_use]
    pub fn first_master(&self) -> Option<&SavedNode> {
        self.node(&self.roster.first_master())
    }

    /// Where the API was published on the host.
    #[must_use]
    pub fn api(&self) -> Option<&PortBinding> {
        let published = &self.node(&self.roster.api_node())?.published;
        published.iter().find(|publish| publish.is_api())
    }

    /// What was published beside the API.
    #[must_use]
    pub fn published(&self) -> Vec<PortBinding> {
        let all = self.nodes.iter().flat_map(|saved| &saved.published);
        all.filter(|publish| !publish.is_api()).cloned().collect()
    }

    /// The address on the host that the API was published at.
    #[must_use]
    pub fn host(&self) -> IpAddr {
        self.api().map_or(Ipv4Addr::LOCALHOST.into(), |api| api.address)
    }

    /// What its nodes are labelled and tainted with.
    #[must_use]
    pub fn marks(&self) -> Marks {
        let all = self.nodes.iter().map(|saved| saved.profile.marks.clone());
        all.fold(Marks::default(), Marks::with)
    }

    /// The nodes whose setup was left to the user.
    #[must_use]
    pub fn manual(&self) -> Vec<NodeName> {
        let manual = self.nodes.iter().filter(|saved| saved.profile.manual);
        manual.map(|saved| saved.node.clone()).collect()
    }

    /// Whether its certificates will soon be over, or are.
    #[must_use]
    pub fn needs_renewal(&self, now: Timestamp) -> bool {
        let is_old = |saved: &SavedNode| saved.issued.until(now) > RENEW_AFTER;
        self.nodes.iter().any(|saved| saved.node.role().runs_kubernetes() && is_old(saved))
    }

    /// What the image of `saved` says of it, beside what it has from its container.
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

/// No item has a comma in it.
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
