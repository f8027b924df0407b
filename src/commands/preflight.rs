//! Looks whether engine and host can bear new nodes, and says what is in the way.

use std::num::NonZeroU16;

use super::Context;
use crate::docker::args;
use crate::error::Error;
use crate::preflight::{Demand, EngineFacts, Facts, HostFacts, Problem, problems};

/// What the engine says of itself, and what its host has, where that is here.
pub(super) fn look(context: &Context, api_port: Option<NonZeroU16>) -> Result<Facts, Error> {
    let engine = context.docker.read(&args::info(), EngineFacts::from_info)?;
    let host = HostFacts::read(&engine, api_port);
    Ok(Facts { engine, host, ..Facts::default() })
}

/// Whether `demand` can be met: see [`heed`].
pub(super) fn check(context: &Context, demand: &Demand, facts: &Facts) -> Result<(), Error> {
    heed(context, problems(demand, facts))
}

/// Warns of those of `problems` that may be survived, and refuses the rest. Of
/// several the first is the error, and all are told: whoever cures one need not come
/// back for the next.
pub(super) fn heed(
    context: &Context,
    problems: impl IntoIterator<Item = Problem>,
) -> Result<(), Error> {
    let mut refusal = None;
    for problem in problems {
        if problem.may_be_survived() || refusal.is_some() {
            context.ui.warn(&format!("{problem}; {}", problem.remedy()));
        } else {
            refusal = Some(problem);
        }
    }
    refusal.map_or(Ok(()), |problem| Err(problem.into()))
}
