//! Takes a failed run back: removes what carries its label, and nothing else.

use std::panic;
use std::thread;
use std::time::{Duration, Instant};

use crate::cluster::labels;
use crate::docker::{Docker, DockerError, Engines, args};

/// An engine may finish what it was asked for after the client is gone: for so
/// long nothing must have appeared.
const QUIET: Duration = Duration::from_secs(1);
const INTERVAL: Duration = Duration::from_millis(250);
/// How often in a row the engine may refuse to remove something.
const TRIES: u32 = 3;

/// Removes the containers, their anonymous volumes, the networks and the images that
/// the run `id` made, on all engines. Signals do not stop it, and what one engine
/// refuses keeps nobody from the others.
///
/// # Errors
/// The last call that fails; the user is then told what remains.
pub fn rollback(engines: &Engines, id: &str) -> Result<(), DockerError> {
    let engines = engines.uninterruptible();
    let quiet = engines.manager().deadline(QUIET);
    let mut failures = 0;
    let mut since = Instant::now();
    loop {
        match remove_found(&engines, id) {
            Ok(false) if since.elapsed() >= quiet => return Ok(()),
            Ok(false) => thread::sleep(INTERVAL.min(quiet)),
            Ok(true) => {
                failures = 0;
                since = Instant::now();
            }
            Err(error) => {
                failures += 1;
                if failures == TRIES {
                    return Err(error);
                }
                thread::sleep(INTERVAL);
            }
        }
    }
}

/// Removes what is there at this moment; false where nothing is.
fn remove_found(engines: &Engines, id: &str) -> Result<bool, DockerError> {
    let containers: Vec<Result<bool, DockerError>> = thread::scope(|scope| {
        let remove = |docker| scope.spawn(move || remove_containers(docker, id));
        let threads: Vec<_> = engines.iter().map(|engine| remove(&engine.docker)).collect();
        let join = |thread: thread::ScopedJoinHandle<'_, _>| {
            thread.join().unwrap_or_else(|reason| panic::resume_unwind(reason))
        };
        threads.into_iter().map(join).collect()
    });
    // Not before: a network with containers on it stays.
    let others = remove_others(engines.manager(), id);
    let containers = containers.into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(others? || containers.contains(&true))
}

fn remove_containers(docker: &Docker, id: &str) -> Result<bool, DockerError> {
    let containers = docker.ids(&args::container_ids(labels::RUN, id))?;
    if !containers.is_empty() {
        docker.capture(&args::remove(containers.iter().map(String::as_str)))?;
    }
    Ok(!containers.is_empty())
}

fn remove_others(docker: &Docker, id: &str) -> Result<bool, DockerError> {
    let networks = docker.ids(&args::labelled_network_ids(labels::RUN, id))?;
    if !networks.is_empty() {
        docker.capture(&args::remove_networks(networks.iter().map(String::as_str)))?;
    }
    let label = format!("{}={id}", labels::RUN);
    let mut images = docker.ids(&args::labelled_image_ids(&label))?;
    images.sort();
    images.dedup();
    if !images.is_empty() {
        docker.capture(&args::remove_images(images.iter().map(String::as_str)))?;
    }
    Ok(!networks.is_empty() || !images.is_empty())
}
