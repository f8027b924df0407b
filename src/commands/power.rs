//! `stop cluster` and `start cluster`. Both are idempotent.

use super::outcome::OnFailure;
use super::{Context, load_balancer, outcome};
use crate::cluster::name::ClusterName;
use crate::error::Error;
use crate::inventory::activity::Activity;
use crate::inventory::existing::ExistingCluster;
use crate::inventory::lost_network::LostNetwork;
use crate::inventory::registries;
use crate::plan::{self, Plan};
use crate::run::{self, NetworkOptions, NodeTemplate, Run};

/// Stops the cluster's containers, in order.
pub(super) fn stop(context: &Context, cluster: &ClusterName, dry_run: bool) -> Result<(), Error> {
    let existing = ExistingCluster::find(context.asked(), cluster)?;
    let plan = plan::stop(&existing.roster);
    if existing.members.iter().all(|it| it.activity == Activity::Stopped) && !dry_run {
        context.ui.note(&format!("Cluster {cluster} is stopped."));
        return Ok(());
    }
    run(context, &existing, &plan, dry_run)
}

/// Starts the cluster's containers, in order, and waits until every node has reported Ready.
/// Before that, paused containers are unpaused, and a network or a load balancer that was removed
/// is created again.
pub(super) fn start(context: &Context, cluster: &ClusterName, dry_run: bool) -> Result<(), Error> {
    let mut existing = ExistingCluster::find(context.asked(), cluster)?;
    if let Some(unpause) = plan::unpause(&existing.with_activity(Activity::Paused)) {
        prepare(context, &unpause, &run_on(&existing), dry_run)?;
        existing = ExistingCluster::find(context.asked(), cluster)?;
    }
    if let Some(lost) = LostNetwork::find(&existing)? {
        let again = plan::reconnect(lost.is_gone, &lost.on, &lost.off);
        let subnet = Some(lost.layout.subnet());
        let registry =
            existing.members.iter().find_map(|member| member.profile.own_registry.as_ref());
        let registry = registries::to_connect(existing.engines.manager(), registry, &context.ui)?;
        let network = NetworkOptions { subnet, registry, ..NetworkOptions::default() };
        let run = Run { network, ..run_on(&existing) };
        run.outputs.learn_layout(lost.layout);
        prepare(context, &again, &run, dry_run)?;
    }
    if existing.lacks_load_balancer() {
        load_balancer::make_again(context, &existing, dry_run)?;
        existing = ExistingCluster::find(context.asked(), cluster)?;
    }
    let plan = plan::start(&existing.roster, &existing.with_activity(Activity::Stopped));
    run(context, &existing, &plan, dry_run)
}

/// Runs `plan`, after which another plan follows.
fn prepare(context: &Context, plan: &Plan, run: &Run<'_>, dry_run: bool) -> Result<(), Error> {
    if dry_run {
        return Ok(run::dry_run(plan, run, &context.ui)?);
    }
    outcome::execute(context, plan, run, OnFailure::LeaveAsIs)
}

/// Runs `plan`.
fn run(
    context: &Context,
    existing: &ExistingCluster,
    plan: &Plan,
    dry_run: bool,
) -> Result<(), Error> {
    let run = run_on(existing);
    if dry_run {
        return Ok(run::dry_run(plan, &run, &context.ui)?);
    }
    outcome::change(context, existing, plan, &run, OnFailure::LeaveAsIs)
}

/// Returns a run for the cluster that creates no node.
fn run_on(existing: &ExistingCluster) -> Run<'_> {
    Run {
        manual: existing.manual(),
        nodes: NodeTemplate { ranges: existing.ranges(), ..NodeTemplate::default() },
        ..Run::new(&existing.engines, &existing.roster, existing.roster.first_master())
    }
}
