//! `create cluster`: from a specification to Ready nodes, or to nothing at all.

use super::{Context, report};
use crate::cluster::name::{ClusterName, Role};
use crate::cluster::spec::ClusterSpec;
use crate::docker::privilege::Privilege;
use crate::error::Error;
use crate::image::flavour::FLAVOURS;
use crate::plan;
use crate::run::{Run, Timing};

/// Creates the cluster of `spec`; takes everything back if that fails, unless
/// `retain`. With `dry_run` it only shows the plan.
pub(super) fn run(
    context: &Context,
    spec: &ClusterSpec,
    retain: bool,
    dry_run: bool,
) -> Result<(), Error> {
    let roster = spec.roster();
    let plan = plan::create(&roster);
    if dry_run {
        context.ui.answer(&plan.to_string());
        return Ok(());
    }
    let image = match &spec.image {
        Some(image) => context.node_image(image.as_str())?,
        None => context.node_image(&FLAVOURS[0].image())?,
    };
    refuse_existing(context, &spec.name)?;
    if roster.with_role(Role::Master).count() == 2 {
        context
            .ui
            .warn("two masters: etcd stops when either is gone; three survive the loss of one");
    }
    let run = Run {
        image: Some(image),
        privilege: Privilege::first_choice(context.env.bounding_set),
        subnet: spec.subnet,
        api_port: spec.api_port,
        kubeconfig: Some(context.kubeconfig()?),
        ..Run::new(&context.docker, &roster, roster.first_master())
    };
    let timings = report::carry_out(context, &plan, &run, None, retain)?;
    context.ui.note(&next_steps(&spec.name, &timings));
    Ok(())
}

fn refuse_existing(context: &Context, name: &ClusterName) -> Result<(), Error> {
    let members = context.members(Some(name))?;
    let finished = members.iter().any(|member| member.complete);
    if finished {
        Err(Error::Exists(name.clone()))
    } else if !members.is_empty() || !context.networks(name)?.is_empty() {
        Err(Error::Unfinished(name.clone()))
    } else {
        Ok(())
    }
}

fn next_steps(name: &ClusterName, timings: &[Timing]) -> String {
    let total = timings.iter().map(|timing| timing.end).max().unwrap_or_default();
    format!(
        "Cluster {name} is ready after {:.1} s. Its context is the current one; next:\n\n  \
         kubectl --context {} get nodes\n  mokctl exec {name}-master-1\n  mokctl delete cluster {name}\n",
        total.as_secs_f64(),
        name.context(),
    )
}
