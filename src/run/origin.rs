//! What a run makes its containers of, and what it does with those that are there.

use super::outputs::MissingOutput;
use super::removal::Removal;
use crate::cluster::name::NodeName;
use crate::cluster::runtime::Runtime;
use crate::docker::Docker;
use crate::image::contract::NodeImage;
use crate::inventory::members::Member;
use crate::node::pki::Pki;
use crate::snapshot::Snapshot;

/// Where the containers of a run come from.
#[derive(Debug)]
pub enum Origin {
    /// The run makes no container.
    Unchanged,
    /// A node image.
    Image {
        /// The image.
        image: NodeImage,
        /// An engine that has it, for those hosts that lack it.
        copy_from: Option<Docker>,
        /// The certificate authorities of a new cluster; none where a master has them
        /// already, or the user makes them.
        pki: Option<Pki>,
    },
    /// A snapshot of another cluster.
    Clone {
        /// The node image that the snapshot is based on.
        image: NodeImage,
        /// The snapshot.
        snapshot: Snapshot,
        /// The certificate authorities of the new cluster.
        pki: Pki,
    },
    /// Another node image than that of the nodes, which keep their state.
    Upgrade(Upgrade),
    /// A snapshot of this cluster.
    Restore(Restore),
    /// The run makes no node, but an image of each that is there.
    Save(Snapshot),
    /// The run makes no node, but removes what is there.
    Delete(Removal),
}

/// What is upgraded, and to which image.
#[derive(Debug)]
pub struct Upgrade {
    /// The image.
    pub image: NodeImage,
    /// The nodes as they are.
    pub members: Vec<Member>,
}

impl Upgrade {
    /// One of them.
    pub(super) fn member(&self, node: &NodeName) -> Result<&Member, MissingOutput> {
        let mut members = self.members.iter();
        let member = members.find(|member| member.node.as_ref() == Some(node));
        member.ok_or(MissingOutput("the node's container"))
    }
}

/// What a cluster comes out of, and what stands in its place.
#[derive(Debug)]
pub struct Restore {
    /// The snapshot.
    pub snapshot: Snapshot,
    /// The cluster as it is.
    pub removal: Removal,
    /// Whether the certificates are renewed.
    pub renews: bool,
}

impl Origin {
    /// The node image.
    pub(super) fn image(&self) -> Result<&NodeImage, MissingOutput> {
        match self {
            Self::Image { image, .. }
            | Self::Clone { image, .. }
            | Self::Upgrade(Upgrade { image, .. }) => Ok(image),
            Self::Unchanged | Self::Restore(_) | Self::Save(_) | Self::Delete(_) => {
                Err(MissingOutput("the image"))
            }
        }
    }

    /// The certificate authorities, if this run makes them.
    pub(super) fn pki(&self) -> Option<&Pki> {
        match self {
            Self::Image { pki, .. } => pki.as_ref(),
            Self::Clone { pki, .. } => Some(pki),
            Self::Unchanged
            | Self::Upgrade(_)
            | Self::Restore(_)
            | Self::Save(_)
            | Self::Delete(_) => None,
        }
    }

    /// What is upgraded, and to which image.
    pub(super) fn upgrade(&self) -> Result<&Upgrade, MissingOutput> {
        let Self::Upgrade(upgrade) = self else {
            return Err(MissingOutput("the cluster as it is"));
        };
        Ok(upgrade)
    }

    /// The snapshot of another cluster that this one is made from.
    pub(super) fn cloned(&self) -> Option<&Snapshot> {
        if let Self::Clone { snapshot, .. } = self { Some(snapshot) } else { None }
    }

    /// What the run removes.
    pub(super) fn removal(&self) -> Result<&Removal, MissingOutput> {
        match self {
            Self::Delete(removal) | Self::Restore(Restore { removal, .. }) => Ok(removal),
            Self::Unchanged
            | Self::Image { .. }
            | Self::Clone { .. }
            | Self::Upgrade(_)
            | Self::Save(_) => Err(MissingOutput("what is there")),
        }
    }

    /// The container runtime of the new nodes.
    pub(super) fn runtime(&self) -> Result<Runtime, MissingOutput> {
        match self {
            Self::Image { image, .. }
            | Self::Clone { image, .. }
            | Self::Upgrade(Upgrade { image, .. }) => Ok(image.runtime),
            Self::Restore(Restore { snapshot, .. }) => {
                let master = snapshot.first_master();
                Ok(master.ok_or(MissingOutput("the first master's image"))?.runtime)
            }
            Self::Unchanged | Self::Save(_) | Self::Delete(_) => {
                Err(MissingOutput("the container runtime"))
            }
        }
    }
}
