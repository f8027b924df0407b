//! `create worker` and `create master`: nodes for a cluster that runs.

use std::net::Ipv4Addr;
use std::num::NonZeroU8;
use std::thread;

use super::existing::Existing;
use super::preflight::{self, join};
use super::report::{OnFailure, Undo};
use super::{Context, report};
use crate::cluster::name::{ClusterName, NodeName, Role};
use crate::cluster::proxy::Proxy;
use crate::cluster::spec::{MAX_MASTERS, MAX_WORKERS};
use crate::docker::args;
use crate::error::Error;
use crate::node::outside::PROXY;
use crate::plan;
use crate::preflight::Demand;
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
    let model = existing.member(&speaker);
    let image = model.map(|member| member.base.name.clone()).unwrap_or_default();
    let (image, facts, layout, endpoint) = thread::scope(|scope| {
        let facts = scope.spawn(|| preflight::look(context, None));
        let layout = scope.spawn(|| existing.layout(context));
        let endpoint = scope.spawn(|| context.endpoint());
        (context.node_image(&image), join(facts), join(layout), join(endpoint))
    });
    let image = image?;
    let new_of = |role| new.iter().filter(|node| node.role() == role).count() as u64;
    let demand = Demand {
        masters: new_of(Role::Master),
        workers: new_of(Role::Worker),
        api_port: None,
        subnet: None,
        kubernetes: image.version,
    };
    preflight::check(context, &demand, &facts?)?;
    let has_proxy = model.is_some_and(|member| member.has_proxy);
    let proxy = has_proxy.then(|| proxy(context, &speaker)).transpose()?;
    let undo = Undo { plan: plan::undo_add(&existing.roster, &new), roster: &existing.roster };
    let roster = existing.roster.with(new);
    let run = Run {
        runtime: image.runtime,
        image: Some(image),
        privilege: context.privilege(&endpoint?),
        host: existing.api().map_or(Ipv4Addr::LOCALHOST, |api| api.address),
        publish: existing.published(),
        mounts: model.map(|member| member.mounts.clone()).unwrap_or_default(),
        registry: model.and_then(|member| member.registry.clone()),
        proxy,
        tail: context.tail(),
        ..Run::new(&context.docker, &roster, speaker)
    };
    run.facts.learn_layout(layout?);
    if dry_run {
        return Ok(foresee(&plan, &run, &context.ui)?);
    }
    let on_failure = if retain { OnFailure::Retain } else { OnFailure::Undo(undo) };
    report::change(context, &existing, &plan, &run, on_failure)
}

/// The proxies that `node` has. No label holds them: there may be a password.
fn proxy(context: &Context, node: &NodeName) -> Result<Proxy, Error> {
    let read = args::exec(&node.to_string(), ["cat", PROXY]);
    Ok(context.docker.read(&read, Proxy::from_rendered)?)
}
