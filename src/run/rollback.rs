//! Takes a failed run back: removes what carries its label, and nothing else.

use crate::cluster::labels;
use crate::docker::{Docker, DockerError, args};

/// Removes the containers, their anonymous volumes and the networks that the run
/// `id` made. Signals do not stop it.
///
/// # Errors
/// The first call that fails; the user is then told what remains.
pub fn rollback(docker: &Docker, id: &str) -> Result<(), DockerError> {
    let docker = docker.uninterruptible();
    let containers = docker.capture(&args::container_ids(labels::RUN, id))?;
    if !containers.is_empty() {
        docker.capture(&args::remove(containers.lines()))?;
    }
    let networks = docker.capture(&args::labelled_network_ids(labels::RUN, id))?;
    if !networks.is_empty() {
        docker.capture(&args::remove_networks(networks.lines()))?;
    }
    Ok(())
}
