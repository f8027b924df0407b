//! `stop cluster` and `start cluster`. Both can be repeated.

use super::outcome::OnFailure;
use super::{Context, outcome};
use crate::cluster::name::ClusterName;
use crate::cluster::roster::Roster;
use crate::error::Error;
use crate::inventory::existing::Existing;
use crate::plan::{self, Plan};
use crate::run::{self, Run};

/// Stops the cluster's containers, in order.
pub(super) fn stop(context: &Context, cluster: &ClusterName, dry_run: bool) -> Result<(), Error> {
    let existing = Existing::find(context.asked(), cluster)?;
    let plan = plan::stop(&existing.roster);
    if !existing.members.iter().any(|member| member.running) && !dry_run {
        context.ui.note(&format!("Cluster {cluster} is stopped."));
        return Ok(());
    }
    run(context, &existing, &plan, dry_run)
}

/// Starts the cluster's containers, in order, and waits until every node has
/// reported Ready.
pub(super) fn start(context: &Context, cluster: &ClusterName, dry_run: bool) -> Result<(), Error> {
    let existing = Existing::find(context.asked(), cluster)?;
    let stops = existing.members.iter().filter(|member| !member.running);
    let stopped = Roster::new(cluster.clone(), stops.filter_map(|member| member.node.clone()));
    run(context, &existing, &plan::start(&existing.roster, &stopped), dry_run)
}

fn run(context: &Context, existing: &Existing, plan: &Plan, dry_run: bool) -> Result<(), Error> {
    let run = Run {
        manual: existing.manual(),
        ..Run::new(&existing.engines, &existing.roster, existing.roster.first_master())
    };
    if dry_run {
        return Ok(run::dry_run(plan, &run, &context.ui)?);
    }
    outcome::change(context, existing, plan, &run, OnFailure::LeaveAsIs)
}
