//! Looks whether engine and host can bear new nodes, and says what is in the way.

use super::{Demand, EngineFacts, HostFacts, Problem, Survey, problems};
use crate::cluster::port::Socket;
use crate::docker::info::Info;
use crate::docker::{Docker, DockerError, args};
use crate::ui::Ui;

/// What the engine says of itself, and what its host has, where that is here; `ports`
/// are those that shall be published there.
///
/// # Errors
/// Where the engine does not say.
pub fn look(docker: &Docker, ports: &[Socket]) -> Result<Survey, DockerError> {
    let engine = EngineFacts::from(&docker.read(&args::info(), Info::parse)?);
    let host = HostFacts::read(&engine, ports);
    Ok(Survey { engine, host, ..Survey::default() })
}

/// Whether `demand` can be met: see [`refuse_or_warn`].
///
/// # Errors
/// The first problem that cannot be survived.
pub fn check(ui: &Ui, demand: &Demand, facts: &Survey) -> Result<(), Problem> {
    refuse_or_warn(ui, problems(demand, facts))
}

/// Warns of those of `problems` that may be survived, and refuses the rest. Of
/// several the first is the error, and all are shown: a user can solve them together.
///
/// # Errors
/// The first problem that cannot be survived.
pub fn refuse_or_warn(ui: &Ui, problems: impl IntoIterator<Item = Problem>) -> Result<(), Problem> {
    let mut refusal = None;
    for problem in problems {
        if problem.may_be_survived() || refusal.is_some() {
            ui.warn(&format!("{problem}; {}", problem.remedy()));
        } else {
            refusal = Some(problem);
        }
    }
    refusal.map_or(Ok(()), Err)
}
