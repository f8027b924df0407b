//! `stop cluster` and `start cluster`. Both can be repeated.

use super::outcome::OnFailure;
use super::{Context, outcome};
use crate::cluster::layout::Layout;
use crate::cluster::name::ClusterName;
use crate::cluster::roster::Roster;
use crate::error::Error;
use crate::inventory::existing::ExistingCluster;
use crate::inventory::lost_network::LostNetwork;
use crate::plan::{self, Plan};
use crate::run::{self, NetworkOptions, NodeTemplate, Run};

/// Stops the cluster's containers, in order.
pub(super) fn stop(context: &Context, cluster: &ClusterName, dry_run: bool) -> Result<(), Error> {
    let existing = ExistingCluster::find(context.asked(), cluster)?;
    let plan = plan::stop(&existing.roster);
    if !existing.members.iter().any(|member| member.running) && !dry_run {
        context.ui.note(&format!("Cluster {cluster} is stopped."));
        return Ok(());
    }
    run(context, &existing, None, &plan, dry_run)
}

/// Starts the cluster's containers, in order, and waits until every node has
/// reported Ready. A network that was removed meanwhile is made again.
pub(super) fn start(context: &Context, cluster: &ClusterName, dry_run: bool) -> Result<(), Error> {
    let existing = ExistingCluster::find(context.asked(), cluster)?;
    let stops = existing.members.iter().filter(|member| !member.running);
    let stopped = Roster::new(cluster.clone(), stops.filter_map(|member| member.node.clone()));
    let lost = LostNetwork::find(&existing)?;
    let again = lost.as_ref().map(|lost| plan::reconnect(lost.is_gone, &lost.on, &lost.off));
    let mut plan = again.unwrap_or(Plan(Vec::new()));
    plan.0.extend(plan::start(&existing.roster, &stopped).0);
    run(context, &existing, lost.map(|lost| lost.layout), &plan, dry_run)
}

/// Runs `plan`, which may make the network again, with `layout`.
fn run(
    context: &Context,
    existing: &ExistingCluster,
    layout: Option<Layout>,
    plan: &Plan,
    dry_run: bool,
) -> Result<(), Error> {
    let subnet = layout.map(|layout| layout.subnet());
    let run = Run {
        manual: existing.manual(),
        nodes: NodeTemplate { ranges: existing.ranges(), ..NodeTemplate::default() },
        network: NetworkOptions { subnet, ..NetworkOptions::default() },
        ..Run::new(&existing.engines, &existing.roster, existing.roster.first_master())
    };
    if let Some(layout) = layout {
        run.outputs.learn_layout(layout);
    }
    if dry_run {
        return Ok(run::dry_run(plan, &run, &context.ui)?);
    }
    outcome::change(context, existing, plan, &run, OnFailure::LeaveAsIs)
}
