//! Checks the images of workers that do not have the cluster's image. Knows which versions
//! Kubernetes allows together.

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

/// By how many minor versions a kubelet may be older than the API server.
const SKEW: u16 = 3;

/// The reason why a worker cannot have an image.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WorkerImageError {
    /// The command does not create this node.
    #[error("cannot give {0} an image: the command creates no such node")]
    Node(NodeName),
    /// Kubernetes does not support the worker's version together with the masters'.
    #[error(
        "cannot give {node} Kubernetes {has} beside masters with {masters}: a worker may be up to \
         {SKEW} minor versions older, and not newer"
    )]
    Version {
        /// The worker.
        node: NodeName,
        /// The version of the worker's image.
        has: KubernetesVersion,
        /// The version of the masters.
        masters: KubernetesVersion,
    },
    /// The image has another container runtime than the cluster.
    #[error("cannot give {node} image {image}: it has another container runtime")]
    Runtime {
        /// The worker.
        node: NodeName,
        /// The image.
        image: String,
    },
}

/// Looks up the images that `wanted` gives to some of `nodes`, in a cluster whose other nodes have
/// `image`.
///
/// # Errors
/// Fails if there is no such image, or if a worker cannot have it.
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

/// Returns the names of the images that pods on any node need in a cluster of `image`, as kubeadm
/// in that image lists them.
///
/// # Errors
/// Fails if kubeadm cannot be run.
pub fn stand_in_names(docker: &Docker, image: &NodeImage) -> Result<Vec<String>, DockerError> {
    let version = format!("--kubernetes-version={}", image.version);
    let words = ["config", "images", "list", &version];
    let listed = docker.capture(&args::run_once(&image.name, "kubeadm", words))?;
    Ok(stand_ins::names(&listed))
}
