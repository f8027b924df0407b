//! What a run makes its containers from, and what it does with existing ones.

use super::outputs::MissingOutput;
use super::removal::Removal;
use crate::cluster::name::NodeName;
use crate::cluster::runtime::Runtime;
use crate::docker::Docker;
use crate::image::contract::NodeImage;
use crate::inventory::members::Member;
use crate::node::pki::Pki;
use crate::snapshot::Snapshot;

/// The origin of a run's containers.
#[derive(Debug)]
pub enum Origin {
    /// The run creates no container.
    Unchanged,
    /// Containers are created from a node image.
    Image {
        /// The image.
        image: NodeImage,
        /// The engine that hosts without the image get it from.
        copy_from: Option<Docker>,
        /// The certificate authorities of a new cluster. `None` if a master has them already, or
        /// if the setup is left to the user.
        pki: Option<Pki>,
    },
    /// Containers are created from the snapshot of another cluster.
    Clone {
        /// The node image that the snapshot is based on.
        image: NodeImage,
        /// The snapshot.
        snapshot: Snapshot,
        /// The certificate authorities of the new cluster.
        pki: Pki,
    },
    /// Containers are replaced by ones of another node image, and keep their state.
    Upgrade(Upgrade),
    /// Containers are created from a snapshot of this cluster.
    Restore(Restore),
    /// The run creates no container, but an image of each one.
    Save(Snapshot),
    /// The run creates no container, but removes the existing ones.
    Delete(Removal),
}

/// The nodes that are upgraded, and their new image.
#[derive(Debug)]
pub struct Upgrade {
    /// The image.
    pub image: NodeImage,
    /// The nodes before the upgrade.
    pub members: Vec<Member>,
}

impl Upgrade {
    /// Returns the member that is `node`.
    pub(super) fn member(&self, node: &NodeName) -> Result<&Member, MissingOutput> {
        let mut members = self.members.iter();
        let member = members.find(|member| member.node.as_ref() == Some(node));
        member.ok_or(MissingOutput("the node's container"))
    }
}

/// The snapshot that a cluster is restored from, and what it replaces.
#[derive(Debug)]
pub struct Restore {
    /// The snapshot.
    pub snapshot: Snapshot,
    /// The removal of the existing cluster.
    pub removal: Removal,
    /// Whether the certificates have to be renewed.
    pub renew_certificates: bool,
}

impl Origin {
    /// Returns the node image.
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

    /// Returns the certificate authorities, if this run makes them.
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

    /// Returns the upgrade.
    pub(super) fn upgrade(&self) -> Result<&Upgrade, MissingOutput> {
        let Self::Upgrade(upgrade) = self else {
            return Err(MissingOutput("the cluster as it is"));
        };
        Ok(upgrade)
    }

    /// Returns the snapshot of another cluster that this one is cloned from, if it is a clone.
    pub(super) fn cloned(&self) -> Option<&Snapshot> {
        if let Self::Clone { snapshot, .. } = self { Some(snapshot) } else { None }
    }

    /// Returns what the run removes.
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

    /// Returns the container runtime of the new nodes.
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
