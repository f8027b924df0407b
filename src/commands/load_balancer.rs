//! Replaces a load balancer whose container was removed by hand, without which no node reaches the
//! API.

use super::outcome::OnFailure;
use super::{Context, outcome};
use crate::cluster::name::NodeName;
use crate::error::Error;
use crate::inventory::activity::Activity;
use crate::inventory::existing::ExistingCluster;
use crate::inventory::node_images;
use crate::plan;
use crate::run::{self, ApiOptions, NodeTemplate, Origin, Run};

/// Creates the load balancer again at its address, in front of the masters of `existing`, which
/// are started first.
pub(super) fn make_again(
    context: &Context,
    existing: &ExistingCluster,
    dry_run: bool,
) -> Result<(), Error> {
    existing.refuse_hosts("new load balancers")?;
    context.ui.warn(
        "the load balancer was removed: the new one publishes the API alone, on another port",
    );
    let balancer = NodeName::load_balancer(&existing.name);
    let roster = existing.roster.with([balancer.clone()]);
    let stopped = existing.with_activity(Activity::Stopped);
    let first = existing.roster.first_master();
    let image = existing.member(&first).map(|master| master.base.name.as_str());
    let docker = existing.engines.manager();
    let run = Run {
        origin: Origin::Image {
            image: node_images::named(docker, image.unwrap_or_default())?,
            copy_from: None,
            pki: None,
        },
        nodes: NodeTemplate { ranges: existing.ranges(), ..NodeTemplate::default() },
        api: ApiOptions { address: docker.endpoint()?.address()?.into(), port: None },
        kubeconfig: Some(context.writable_kubeconfig(&existing.name)?),
        ..Run::new(&existing.engines, &roster, first)
    };
    run.outputs.learn_layout(existing.layout()?);
    let plan = plan::replace_balancer(&balancer, &stopped);
    if dry_run {
        return Ok(run::dry_run(&plan, &run, &context.ui)?);
    }
    outcome::execute(context, &plan, &run, OnFailure::RollBack(&[balancer]))
}
