//! Containers that stop and start again.

use std::time::{SystemTime, UNIX_EPOCH};

use super::Run;
use super::error::StepError;
use crate::cluster::name::NodeName;
use crate::docker::args;

/// What systemd gets to end everything in order before the engine kills: it ends
/// what is left itself after ten seconds.
const STOP_SECONDS: u32 = 30;

impl Run<'_> {
    pub(super) fn stop(&self, node: &NodeName) -> Result<(), StepError> {
        self.docker.capture(&args::stop([node.to_string().as_str()], STOP_SECONDS))?;
        Ok(())
    }

    pub(super) fn start_again(&self, node: &NodeName) -> Result<(), StepError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.facts.learn_started(now.as_secs());
        self.docker.capture(&args::start([node.to_string().as_str()]))?;
        Ok(())
    }
}
