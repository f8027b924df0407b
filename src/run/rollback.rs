//! Rolls back: removes everything that a failed run has made. Its label alone tells what that is.

use std::thread;
use std::time::{Duration, Instant};

use super::removal::Removal;
use crate::cluster::labels;
use crate::docker::{DockerError, Engine, Engines, args, join};

/// An engine may finish what it was asked for after the client is gone: for so
/// long nothing must have appeared.
const QUIET: Duration = Duration::from_secs(1);
/// Between two looks of a rollback.
const LOOK_AGAIN: Duration = Duration::from_millis(250);
/// How often in a row the engine may refuse to remove something.
const TRIES: u32 = 3;

/// Removes everything that the run `id` made, on all engines. Signals do not stop it, and
/// what one engine refuses does not keep it from the others.
///
/// # Errors
/// The last call that fails; the user is then told what remains.
pub fn roll_back(engines: &Engines, id: &str) -> Result<(), DockerError> {
    let engines = engines.uninterruptible();
    let quiet = engines.manager().deadline(QUIET);
    let mut failures = 0;
    let mut since = Instant::now();
    loop {
        let (removal, silent) = Removal::of_run(&engines, id);
        // A network with containers on it stays, so these go first.
        let containers = removal.remove_containers();
        let others = removal.remove_networks().and_then(|_| removal.remove_images());
        match silent.and(containers).and(others) {
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
    /// What has the label of the run `id`, on those engines that answer; and why the first
    /// other one does not.
    fn of_run(engines: &Engines, id: &str) -> (Self, Result<(), DockerError>) {
        let mut removal = Self::default();
        let mut silent = Ok(());
        let list = &args::container_ids(labels::RUN, id);
        let containers: Vec<_> = thread::scope(|scope| {
            let threads = engines.iter().map(|engine| scope.spawn(move || engine.docker.ids(list)));
            threads.collect::<Vec<_>>().into_iter().map(join).collect()
        });
        let mut known = |answer: Result<Vec<String>, DockerError>| {
            answer.unwrap_or_else(|error| {
                if silent.is_ok() {
                    silent = Err(error);
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
        (removal, silent)
    }
}
