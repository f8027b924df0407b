//! `create worker` and `create master`: nodes for a cluster that runs.

use std::num::NonZeroU8;

use super::existing::Existing;
use super::report::{OnFailure, Undo};
use super::{Context, report};
use crate::cluster::name::{ClusterName, Role};
use crate::cluster::spec::{MAX_MASTERS, MAX_WORKERS};
use crate::docker::privilege::Privilege;
use crate::error::Error;
use crate::plan;
use crate::run::{Run, foresee};

/// Adds `count` nodes of `role` with the next free numbers, of the image that the
/// cluster was made of.
pub(super) fn run(
    context: &Context,
    cluster: &ClusterName,
    role: Role,
    count: NonZeroU8,
    retain: bool,
    dry_run: bool,
) -> Result<(), Error> {
    let existing = Existing::find(context, cluster)?;
    existing.may_change(None)?;
    if role == Role::Master && !existing.roster.has_load_balancer() {
        return Err(Error::NoLoadBalancer(cluster.clone()));
    }
    let last = if role == Role::Master { MAX_MASTERS.get() } else { MAX_WORKERS };
    let new = existing.roster.free(role, count.get().into(), last);
    if new.len() < count.get().into() {
        return Err(Error::Full { cluster: cluster.clone(), role: role.as_str(), last });
    }
    let plan = plan::add(&existing.roster, &new);
    let speaker = existing.speaker(context, None)?;
    let image = existing.member(&speaker).map(|member| member.image.clone()).unwrap_or_default();
    let undo = Undo { plan: plan::undo_add(&existing.roster, &new), roster: &existing.roster };
    let roster = existing.roster.with(new);
    let run = Run {
        image: Some(context.node_image(&image)?),
        privilege: Privilege::first_choice(context.env.bounding_set),
        tail: context.tail(),
        ..Run::new(&context.docker, &roster, speaker)
    };
    run.facts.learn_layout(existing.layout(context)?);
    if dry_run {
        return Ok(foresee(&plan, &run, &context.ui)?);
    }
    let on_failure = if retain { OnFailure::Retain } else { OnFailure::Undo(undo) };
    report::change(context, &existing, &plan, &run, on_failure)
}
