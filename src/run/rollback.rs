//! Rolls back a failed run: removes every object that has the run's label.

use std::thread;
use std::time::{Duration, Instant};

use super::removal::Removal;
use crate::cluster::labels;
use crate::docker::{DockerError, Engine, Engines, args, join};

/// How long nothing new must have appeared before the rollback ends. An engine may finish a
/// request after its client has died.
const QUIET: Duration = Duration::from_secs(1);
/// The pause between two looks for objects of the run.
const LOOK_AGAIN: Duration = Duration::from_millis(250);
/// How often in a row the removal may fail.
const TRIES: u32 = 3;

/// Removes everything that the run `id` has created, on all engines. Signals do not stop it, and
/// the failure of one engine does not keep it from the others.
///
/// # Errors
/// Returns the last failure. The user is then told how to remove what remains.
pub fn roll_back(engines: &Engines, id: &str) -> Result<(), DockerError> {
    let engines = engines.uninterruptible();
    let quiet = engines.manager().deadline(QUIET);
    let mut failures = 0;
    let mut since = Instant::now();
    loop {
        let (removal, unreachable) = Removal::of_run(&engines, id);
        // Containers first: a network with containers on it cannot be removed.
        let containers = removal.remove_containers();
        let others = removal.remove_networks().and_then(|_| removal.remove_images());
        match unreachable.and(containers).and(others) {
            Ok(()) if !removal.is_empty() => {
                failures = 0;
                since = Instant::now();
            }
            Ok(()) if since.elapsed() >= quiet => return Ok(()),
            Ok(()) => thread::sleep(LOOK_AGAIN.min(quiet)),
            Err(error) => {
                failures += 1;
                if failures == TRIES {
                    return Err(error);
                }
                thread::sleep(LOOK_AGAIN);
            }
        }
    }
}

impl Removal {
    /// Finds all objects with the label of the run `id` on the engines that answer. The result is
    /// the error of the first engine that does not answer.
    fn of_run(engines: &Engines, id: &str) -> (Self, Result<(), DockerError>) {
        let mut removal = Self::default();
        let mut unreachable = Ok(());
        let list = &args::container_ids(labels::RUN, id);
        let containers: Vec<_> = thread::scope(|scope| {
            let threads = engines.iter().map(|engine| scope.spawn(move || engine.docker.ids(list)));
            threads.collect::<Vec<_>>().into_iter().map(join).collect()
        });
        let mut known = |answer: Result<Vec<String>, DockerError>| {
            answer.unwrap_or_else(|error| {
                if unreachable.is_ok() {
                    unreachable = Err(error);
                }
                Vec::new()
            })
        };
        for (engine, ids) in engines.iter().zip(containers) {
            removal.add_containers(&engine.docker, &known(ids));
        }
        let manager = engines.manager();
        let networks = known(manager.ids(&args::labelled_network_ids(labels::RUN, id)));
        removal.add_networks(&Engine { host: None, docker: manager.clone() }, networks);
        known(removal.add_disconnects(manager).map(|()| Vec::new()));
        let label = format!("{}={id}", labels::RUN);
        let mut images = known(manager.ids(&args::labelled_image_ids(&label)));
        images.sort();
        images.dedup();
        removal.add_images(manager, &images);
        (removal, unreachable)
    }
}
