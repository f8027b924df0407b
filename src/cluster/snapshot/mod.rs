//! A snapshot: a whole cluster as images, one for each of its containers. The
//! images' labels say what belongs together and what a restore must know
//! (docs/labels.md). Reads and writes them; runs nothing.

mod found;

use std::net::Ipv4Addr;

pub use found::{Found, read};

use super::base::Base;
use super::inventory::Member;
use super::kubernetes::KubernetesVersion;
use super::labels::Label;
use super::labels::snapshot as label;
use super::layout::API_PORT;
use super::moment::{DAY, Moment};
use super::mount::Mount;
use super::name::{NodeName, SnapshotName};
use super::port::Publish;
use super::program::Program;
use super::registry::Registry;
use super::roster::Roster;
use super::runtime::Runtime;
use super::subnet::Subnet;

/// kubeadm's certificates are good for a year. A cluster whose certificates are
/// older than this gets new ones when it comes back.
const RENEW_AFTER: u64 = 300 * DAY;

/// A snapshot that is whole, or shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// What it is called.
    pub name: SnapshotName,
    /// When it was made.
    pub created: Moment,
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
    pub base: Base,
    /// Its container runtime.
    pub runtime: Runtime,
    /// What it publishes on the host.
    pub published: Vec<Publish>,
    /// What it sees of the engine's host.
    pub mounts: Vec<Mount>,
    /// The registry that it pulls from.
    pub registry: Option<Registry>,
    /// Whether its setup was left to the user.
    pub by_hand: bool,
    /// When the oldest of its certificates can have been issued.
    pub issued: Moment,
    /// What runs first in it.
    pub program: Program,
}

impl SavedNode {
    /// The container `member` as it is; none where it is no node of mokctl's.
    #[must_use]
    pub fn of(member: &Member) -> Option<Self> {
        Some(Self {
            node: member.node.clone()?,
            version: KubernetesVersion::parse(member.version.as_deref()?)?,
            base: member.base.clone(),
            runtime: member.runtime,
            published: member.published.clone(),
            mounts: member.mounts.clone(),
            registry: member.registry.clone(),
            by_hand: member.by_hand,
            issued: member.issued,
            program: member.program.clone(),
        })
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
    pub fn api(&self) -> Option<&Publish> {
        let published = &self.node(&self.roster.api_node())?.published;
        published.iter().find(|publish| publish.target == API_PORT)
    }

    /// What was published beside the API.
    #[must_use]
    pub fn published(&self) -> Vec<Publish> {
        let all = self.nodes.iter().flat_map(|saved| &saved.published);
        all.filter(|publish| publish.target != API_PORT).cloned().collect()
    }

    /// The address on the host that the API was published at.
    #[must_use]
    pub fn host(&self) -> Ipv4Addr {
        self.api().map_or(Ipv4Addr::LOCALHOST, |api| api.address)
    }

    /// The nodes whose setup was left to the user.
    #[must_use]
    pub fn by_hand(&self) -> Vec<NodeName> {
        let by_hand = self.nodes.iter().filter(|saved| saved.by_hand);
        by_hand.map(|saved| saved.node.clone()).collect()
    }

    /// Whether its certificates will soon be over, or are.
    #[must_use]
    pub fn needs_renewal(&self, now: Moment) -> bool {
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
            (super::labels::ISSUED, saved.issued.to_string()),
        ]
    }
}

/// No item has a comma in it.
fn joined<T: ToString>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}
