//! Whether a cluster can be upgraded to an image, and by which others on the way. Pure.

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

/// Why a cluster cannot be upgraded.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UpgradeError {
    /// It is not tested there.
    #[error("an upgrade needs docker: podman keeps volumes differently")]
    NeedsDocker,
    /// Kubernetes stores objects in newer forms.
    #[error("cannot upgrade to {wanted}: {node} has {has}")]
    Downgrade {
        /// A node that is newer.
        node: NodeName,
        /// What it has.
        has: KubernetesVersion,
        /// What was asked for.
        wanted: KubernetesVersion,
    },
    /// kubeadm goes from one minor version to the next.
    #[error("cannot upgrade from {has} to {wanted}: there is no image with Kubernetes {missing}")]
    NoStep {
        /// What the masters have.
        has: KubernetesVersion,
        /// What was asked for.
        wanted: KubernetesVersion,
        /// What comes between, such as `1.36`.
        missing: VersionPrefix,
    },
    /// What a node is for, it must do.
    #[error("{0} is not Ready")]
    NotReady(NodeName),
    /// No label says what it has.
    #[error("the Kubernetes version of {0} is not known")]
    NoVersion(NodeName),
    /// The state of one runtime means nothing to another.
    #[error("image {image} has another container runtime than {node}")]
    OtherRuntime {
        /// The image's name.
        image: String,
        /// The first such node.
        node: NodeName,
    },
    /// Only containerd's state can be handed over.
    #[error("nodes with CRI-O cannot be upgraded")]
    Crio,
    /// What the cluster has would not be there any more.
    #[error("image {image} lacks an add-on of the cluster, {addon}; it has {has}")]
    NoAddon {
        /// The image's name.
        image: String,
        /// What the cluster was created with.
        addon: Addon,
        /// What there is.
        has: Addons,
    },
}

impl UpgradeError {
    /// What the user can do about it.
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

/// The names of the images that `members`, of which the cluster has `objects`, come to have
/// one after the other, the last of them `image`; `images` are those that there are.
///
/// # Errors
/// What is in the way.
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
    // kubeadm knows no control plane that is newer than itself.
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
