//! Looks at the engine and its host, and reports the problems found there.

use super::machine::{MachineFacts, Room, of_room};
use super::{Demand, EngineFacts, HostFacts, Problem, Survey, problems};
use crate::cluster::port::Socket;
use crate::docker::info::Info;
use crate::docker::{Docker, DockerError, args};
use crate::ui::Ui;

/// Asks the engine about itself, and looks at its host if that is this machine. `ports` are the
/// host's ports that the new nodes will publish.
///
/// # Errors
/// Fails if the engine does not answer.
pub fn look(docker: &Docker, ports: &[Socket]) -> Result<Survey, DockerError> {
    Ok(survey(&docker.read(&args::info(), Info::parse)?, ports))
}

/// Does what [`look`] does, given the engine's answer.
pub(super) fn survey(info: &Info, ports: &[Socket]) -> Survey {
    let engine = EngineFacts::from(info);
    let host = HostFacts::read(&engine, ports);
    let machine = MachineFacts::read(info, host.is_some());
    Survey { engine, host, machine, ..Survey::default() }
}

/// Warns if the engine's disk has too little space for what `room` describes.
///
/// # Errors
/// Fails if the engine does not answer.
pub fn warn_of_room(ui: &Ui, docker: &Docker, room: Room) -> Result<(), DockerError> {
    if let Some(problem) = of_room(room, &look(docker, &[])?) {
        ui.warn(&format!("{problem}; {}", problem.remedy()));
    }
    Ok(())
}

/// Reports the problems that `demand` would meet: see [`refuse_or_warn`].
///
/// # Errors
/// Returns the first problem that a cluster cannot survive.
pub fn check(ui: &Ui, demand: &Demand, facts: &Survey) -> Result<(), Problem> {
    refuse_or_warn(ui, problems(demand, facts))
}

/// Reports all of `problems`, so that the user can solve them together. The first that a cluster
/// cannot survive is the error; the others are warnings.
///
/// # Errors
/// Returns the first problem that a cluster cannot survive.
pub fn refuse_or_warn(ui: &Ui, problems: impl IntoIterator<Item = Problem>) -> Result<(), Problem> {
    let mut refusal = None;
    for problem in problems {
        if problem.is_warning() || refusal.is_some() {
            ui.warn(&format!("{problem}; {}", problem.remedy()));
        } else {
            refusal = Some(problem);
        }
    }
    refusal.map_or(Ok(()), Err)
}
