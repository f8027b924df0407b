//! What a cluster was told of Kubernetes itself, as its masters keep it.

use crate::docker::{Docker, DockerError, args};
use crate::node::settings::{FILE, Settings};

/// What `node`, which runs, keeps.
///
/// # Errors
/// Where it cannot be read.
pub fn of_node(docker: &Docker, node: &str) -> Result<Settings, DockerError> {
    docker.read(&args::exec(node, ["cat", FILE]), Settings::read)
}

/// What the node keeps that `image` was made of.
///
/// # Errors
/// Where it cannot be read.
pub fn of_image(docker: &Docker, image: &str) -> Result<Settings, DockerError> {
    docker.read(&args::run_once(image, "cat", [FILE]), Settings::read)
}
