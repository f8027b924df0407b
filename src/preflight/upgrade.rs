//! Decides whether a cluster can be upgraded to a node image, and which other images come in
//! between. Pure.

use thiserror::Error;

use crate::cluster::addons::{Addon, Addons};
use crate::cluster::kubernetes::KubernetesVersion;
use crate::cluster::name::{NodeName, Role};
use crate::cluster::runtime::Runtime;
use crate::cluster::version_prefix::VersionPrefix;
use crate::image::contract::NodeImage;
use crate::inventory::members::Member;
use crate::inventory::node_images::BuiltImage;
use crate::inventory::node_objects::NodeObject;

/// The reason why a cluster cannot be upgraded.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UpgradeError {
    /// The client is podman, which keeps volumes differently.
    #[error("an upgrade needs docker: podman keeps volumes differently")]
    NeedsDocker,
    /// A node has a newer version. An older Kubernetes cannot read the objects that it stored.
    #[error("cannot upgrade to {wanted}: {node} has {has}")]
    Downgrade {
        /// A node with a newer version.
        node: NodeName,
        /// The version of that node.
        has: KubernetesVersion,
        /// The version that was asked for.
        wanted: KubernetesVersion,
    },
    /// An image in between is missing: kubeadm goes only from one minor version to the next.
    #[error("cannot upgrade from {has} to {wanted}: there is no image with Kubernetes {missing}")]
    NoStep {
        /// The oldest version of a node.
        has: KubernetesVersion,
        /// The version that was asked for.
        wanted: KubernetesVersion,
        /// The version of the missing image, such as `1.36`.
        missing: VersionPrefix,
    },
    /// A node is not Ready.
    #[error("{0} is not Ready")]
    NotReady(NodeName),
    /// No label says which Kubernetes version a node has.
    #[error("the Kubernetes version of {0} is not known")]
    NoVersion(NodeName),
    /// The image has another container runtime, which cannot use the node's state.
    #[error("image {image} has another container runtime than {node}")]
    OtherRuntime {
        /// The image's name.
        image: String,
        /// The first node with another runtime.
        node: NodeName,
    },
    /// The nodes have CRI-O. Only containerd's state can be handed over.
    #[error("nodes with CRI-O cannot be upgraded")]
    Crio,
    /// The image lacks an add-on that the cluster has.
    #[error("image {image} lacks an add-on of the cluster, {addon}; it has {has}")]
    NoAddon {
        /// The image's name.
        image: String,
        /// The add-on that the cluster was created with.
        addon: Addon,
        /// The add-ons that the image contains.
        has: Addons,
    },
}

impl UpgradeError {
    /// Returns what the user can do about the error.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NoStep { missing, .. } => {
                format!(
                    "'--image-repository REPO' pulls one, 'mokctl build image --k8sver {missing}' \
                     builds one"
                )
            }
            Self::NotReady(node) => {
                format!("'mokctl exec {node} -- journalctl --unit=kubelet' shows what it says")
            }
            Self::NeedsDocker
            | Self::Downgrade { .. }
            | Self::NoVersion(_)
            | Self::OtherRuntime { .. }
            | Self::Crio
            | Self::NoAddon { .. } => return None,
        })
    }
}

/// Returns the names of the images that the nodes among `members` must be upgraded to, one after
/// another; the last one is `image`. `objects` are the cluster's node objects, and `images` the
/// images that exist, the newest version last.
///
/// # Errors
/// Returns the reason why the cluster cannot be upgraded.
pub fn path(
    image: &NodeImage,
    members: &[Member],
    objects: &[NodeObject],
    images: &[BuiltImage],
) -> Result<Vec<String>, UpgradeError> {
    let wanted = image.version;
    let (mut oldest, mut newest_master) = (wanted, None);
    for (member, node) in members.iter().filter_map(|it| Some((it, it.node.as_ref()?))) {
        if !node.role().runs_kubernetes() {
            continue;
        }
        let has = member.version.ok_or_else(|| UpgradeError::NoVersion(node.clone()))?;
        if has > wanted {
            return Err(UpgradeError::Downgrade { node: node.clone(), has, wanted });
        }
        if member.runtime != image.runtime {
            let (image, node) = (image.name.clone(), node.clone());
            return Err(UpgradeError::OtherRuntime { image, node });
        }
        if node.role() == Role::Master {
            newest_master = newest_master.max(Some(has));
            if let Some(addon) =
                member.profile.addons.iter().find(|addon| !image.addons.has(*addon))
            {
                let (image, has) = (image.name.clone(), image.addons.clone());
                return Err(UpgradeError::NoAddon { image, addon, has });
            }
        }
        oldest = oldest.min(has);
        if !objects.iter().any(|object| object.node == *node && object.ready) {
            return Err(UpgradeError::NotReady(node.clone()));
        }
    }
    if image.runtime == Runtime::Crio {
        return Err(UpgradeError::Crio);
    }
    let mut path = Vec::new();
    let ((major, oldest_minor), (_, to)) = (oldest.branch(), wanted.branch());
    // kubeadm does not handle a control plane that is newer than itself.
    let masters = newest_master.map_or(0, |newest| newest.branch().1);
    for minor in oldest_minor.saturating_add(1).max(masters)..to {
        let newest = images.iter().rfind(|built| built.version.branch() == (major, minor));
        let newest = newest.ok_or_else(|| UpgradeError::NoStep {
            has: oldest,
            wanted,
            missing: VersionPrefix::of_branch((major, minor)),
        })?;
        path.push(newest.name.clone());
    }
    path.push(image.name.clone());
    Ok(path)
}
