//! Waits for the pods of a new cluster: those of the control plane and of the add-ons.

use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

use super::error::StepError;
use super::{Run, in_node};
use crate::cluster::addons::{Addon, SYSTEM};
use crate::docker::{Call, DockerError, EngineCall, args};
use crate::inventory::pods;
use crate::node::scripts;

/// The shortest and the longest pause between two looks. A pause is twice as long as the look
/// took: where kubectl takes a second to start, pods need the processor more than looks do.
const LOOK_AGAIN: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(5)];
/// The deadline of a kubectl call.
const LOOK: Duration = Duration::from_secs(30);

impl Run<'_> {
    /// Returns the calls that ask whether the add-ons are installed, and for the state of all
    /// pods.
    pub(super) fn pods_calls(&self) -> [Call; 2] {
        let pending = format!("compgen -G {} || true", scripts::ADDONS_PENDING);
        let node = self.admin_node.to_string();
        [
            args::exec(&node, ["bash", "-c", pending.as_str()]),
            in_node(&self.admin_node, &pods::LIST, LOOK),
        ]
    }

    /// Repeats both calls until all pods are Ready.
    pub(super) fn wait_pods(&self, calls: &[EngineCall<'_>]) -> Result<(), StepError> {
        let begun = self.outputs.waiting()?;
        let time = self.admin_engine().deadline(self.wait.timeout());
        loop {
            let looked = Instant::now();
            let missing = match self.missing_pods(calls) {
                Ok(missing) if missing.is_empty() => return Ok(()),
                Ok(missing) => missing,
                Err(error @ DockerError::Interrupted { .. }) => return Err(error.into()),
                // The API of a new cluster may not answer for a moment.
                Err(error) if begun.elapsed() >= time => return Err(error.into()),
                Err(_) => Vec::new(),
            };
            if begun.elapsed() >= time {
                return Err(StepError::NotReady { seconds: time.as_secs(), missing });
            }
            let [least, most] = LOOK_AGAIN;
            thread::sleep((2 * looked.elapsed()).clamp(least, most));
        }
    }

    /// Returns the pods that are missing or not Ready, each with the reason.
    fn missing_pods(&self, calls: &[EngineCall<'_>]) -> Result<Vec<String>, DockerError> {
        let addons = self.nodes.addons.iter().map(Addon::namespace);
        let namespaces: BTreeSet<&str> = addons.chain([SYSTEM]).collect();
        let mut missing = Vec::new();
        if let [(docker, pending), (_, list)] = calls {
            if !docker.capture(pending)?.is_empty() {
                missing.push("add-ons are not installed yet".to_owned());
            }
            missing.extend(docker.read(list, |json| pods::missing(json, &namespaces))?);
        }
        Ok(missing)
    }
}
