//! Looks whether engine and host can bear new nodes, and says what is in the way.

use super::machine::{MachineFacts, Room, of_room};
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
    Ok(survey(&docker.read(&args::info(), Info::parse)?, ports))
}

/// The same of what an engine has said.
pub(super) fn survey(info: &Info, ports: &[Socket]) -> Survey {
    let engine = EngineFacts::from(info);
    let host = HostFacts::read(&engine, ports);
    let machine = MachineFacts::read(info, host.is_some());
    Survey { engine, host, machine, ..Survey::default() }
}

/// Warns where the engine has no room for what it shall get.
///
/// # Errors
/// Where it does not say how it is.
pub fn warn_of_room(ui: &Ui, docker: &Docker, room: Room) -> Result<(), DockerError> {
    if let Some(problem) = of_room(room, &look(docker, &[])?) {
        ui.warn(&format!("{problem}; {}", problem.remedy()));
    }
    Ok(())
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
