//! Workers of other images than the cluster's: what Kubernetes allows of versions side by side.

use std::collections::BTreeMap;

use thiserror::Error;

use super::PreflightError;
use crate::cluster::kubernetes::KubernetesVersion;
use crate::cluster::name::NodeName;
use crate::cluster::node_image::WorkerImage;
use crate::docker::{Docker, DockerError, args};
use crate::image::contract::NodeImage;
use crate::inventory::node_images;
use crate::node::stand_ins;

/// How many minor versions a kubelet may be older than the API server.
const SKEW: u16 = 3;

/// Why a worker cannot have an image.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WorkerImageError {
    /// It is none of those that are made.
    #[error("cannot give {0} an image: the command creates no such node")]
    Node(NodeName),
    /// Kubernetes does not support it.
    #[error(
        "cannot give {node} Kubernetes {has} beside masters with {masters}: a worker may be up to \
         {SKEW} minor versions older, and not newer"
    )]
    Version {
        /// The worker.
        node: NodeName,
        /// Its image's version.
        has: KubernetesVersion,
        /// The masters'.
        masters: KubernetesVersion,
    },
    /// One cluster has one.
    #[error("cannot give {node} image {image}: it has another container runtime")]
    Runtime {
        /// The worker.
        node: NodeName,
        /// The image.
        image: String,
    },
}

/// The images of `wanted`, for some of `nodes` of a cluster of `image`.
///
/// # Errors
/// What is in the way.
pub fn worker_images(
    docker: &Docker,
    wanted: &[WorkerImage],
    nodes: &[NodeName],
    image: &NodeImage,
) -> Result<BTreeMap<NodeName, NodeImage>, PreflightError> {
    let mut images = BTreeMap::new();
    for WorkerImage { node, image: name } in wanted {
        if !nodes.contains(node) {
            return Err(WorkerImageError::Node(node.clone()).into());
        }
        let own = node_images::named(docker, name.as_str())?;
        let ((major, minor), (own_major, own_minor)) =
            (image.version.branch(), own.version.branch());
        let is_allowed = own.version <= image.version
            && own_major == major
            && own_minor.saturating_add(SKEW) >= minor;
        if !is_allowed {
            let (node, has, masters) = (node.clone(), own.version, image.version);
            return Err(WorkerImageError::Version { node, has, masters }.into());
        }
        if own.runtime != image.runtime {
            let (node, image) = (node.clone(), own.name);
            return Err(WorkerImageError::Runtime { node, image }.into());
        }
        images.insert(node.clone(), own);
    }
    Ok(images)
}

/// The names by which pods of a cluster of `image` ask for images, as its kubeadm lists them.
///
/// # Errors
/// Where it cannot be asked.
pub fn stand_in_names(docker: &Docker, image: &NodeImage) -> Result<Vec<String>, DockerError> {
    let version = format!("--kubernetes-version={}", image.version);
    let words = ["config", "images", "list", &version];
    let listed = docker.capture(&args::run_once(&image.name, "kubeadm", words))?;
    Ok(stand_ins::names(&listed))
}
