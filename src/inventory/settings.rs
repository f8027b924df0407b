//! The user's settings of Kubernetes, which each master keeps in a file.

use crate::docker::{Docker, DockerError, args};
use crate::node::settings::{FILE, Settings};

/// Reads the settings from the running node `node`.
///
/// # Errors
/// Fails if the file cannot be read.
pub fn of_node(docker: &Docker, node: &str) -> Result<Settings, DockerError> {
    docker.read(&args::exec(node, ["cat", FILE]), Settings::read)
}

/// Reads the settings from `image`, in which a master was saved.
///
/// # Errors
/// Fails if the file cannot be read.
pub fn of_image(docker: &Docker, image: &str) -> Result<Settings, DockerError> {
    docker.read(&args::run_once(image, "cat", [FILE]), Settings::read)
}
