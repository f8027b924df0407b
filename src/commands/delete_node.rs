//! `delete worker` and `delete master`: removes a node from a running cluster.

use super::outcome::OnFailure;
use super::{Context, outcome};
use crate::cluster::name::{NodeName, Role};
use crate::error::Error;
use crate::inventory::existing::ExistingCluster;
use crate::inventory::node_objects;
use crate::plan;
use crate::run::{self, NodeTemplate, Run};

/// Drains the node, removes it from the cluster and deletes its container. A node whose container
/// is missing only has to be removed from the cluster.
pub(super) fn run(
    context: &Context,
    node: &NodeName,
    yes: bool,
    dry_run: bool,
) -> Result<(), Error> {
    let existing = ExistingCluster::find(context.asked(), node.cluster())?;
    let member = existing.member(node);
    if member.is_none() && !has_object(&existing, node)? {
        return Err(Error::NoNode(node.clone()));
    }
    let rest = existing.roster.without(node);
    if node.role() == Role::Master {
        // All masters are running (checked below), so the rest of etcd keeps its majority. Only
        // the last master must stay.
        if !existing.roster.has_load_balancer() || rest.with_role(Role::Master).next().is_none() {
            return Err(Error::LastMaster(node.clone()));
        }
        existing.refuse_unchangeable(None)?;
    } else {
        existing.refuse_unchangeable(Some(node))?;
    }
    if member.is_some_and(|member| !member.published.is_empty()) {
        context.ui.warn(&format!("the UDP ports that {node} publishes are lost with it"));
    }
    let plan = match member {
        Some(member) => plan::remove(&rest, node, member.runs() && existing.has_joined(member)?),
        None => plan::remove_missing(&rest, node),
    };
    let run = Run {
        nodes: NodeTemplate {
            ports: existing.published(),
            ranges: existing.ranges(),
            cni: existing.cni(),
            ..NodeTemplate::default()
        },
        ..Run::new(&existing.engines, &rest, existing.admin_node(Some(node))?)
    };
    run.outputs.learn_layout(existing.layout()?);
    if dry_run {
        return Ok(run::dry_run(&plan, &run, &context.ui)?);
    }
    let question = format!("Are you sure you want to delete the node {node}? (y/N) >");
    if !yes && !context.ui.confirm(&question) {
        context.ui.note("Cancelling by user request.");
        return Ok(());
    }
    if member.is_none() {
        context.ui.note(&format!("The container of {node} is missing: it was removed by hand."));
    }
    outcome::change(context, &existing, &plan, &run, OnFailure::LeaveAsIs)
}

/// Whether the cluster has a Node object for `node`.
fn has_object(existing: &ExistingCluster, node: &NodeName) -> Result<bool, Error> {
    let objects = node_objects::of(existing, &existing.admin_node(Some(node))?)?;
    Ok(objects.iter().any(|object| object.node == *node))
}
