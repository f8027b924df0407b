//! `create cluster --from`: a cluster like one that was saved, under another name.

use std::collections::BTreeMap;
use std::thread;

use super::Context;
use super::create_cluster::{apply, is_there, next_steps, ports, proxy, with_names};
use crate::cluster::mirror::Mirror;
use crate::cluster::name::Role;
use crate::cluster::ranges::Ranges;
use crate::cluster::spec::CloneSpec;
use crate::docker::{Engines, join};
use crate::error::Error;
use crate::inventory::networks::taken_subnets;
use crate::inventory::{node_images, registries, settings, snapshots};
use crate::node::pki::Pki;
use crate::node::settings::Settings;
use crate::plan;
use crate::preflight::machine::of_options;
use crate::preflight::{
    self, Demand, Problem, Survey, chosen_subnet, mounts_gone, problems, refuse_existing,
};
use crate::run::{self, ApiOptions, NetworkOptions, NodeTemplate, Origin, Run};
use crate::snapshot::{SavedNode, Snapshot, SnapshotError};

/// Creates the cluster of `spec`; rolls back if that fails, unless
/// `retain`. With `dry_run` it only shows the plan.
pub(super) fn run(
    context: &Context,
    spec: &CloneSpec,
    retain: bool,
    dry_run: bool,
) -> Result<(), Error> {
    let (name, options) = (&spec.name, &spec.options);
    context.ui.fact("snapshot", spec.snapshot.as_str());
    if options.if_not_exists {
        let snapshot = snapshots::named(&context.docker, &spec.snapshot)?;
        can_be_cloned(&snapshot, spec)?;
        if is_there(context, &snapshot.roster.renamed(name), None)? {
            return Ok(());
        }
    }
    let (snapshot, existing, facts, taken, endpoint) = thread::scope(|scope| {
        let existing = scope.spawn(|| refuse_existing(&context.docker, name));
        let facts = scope.spawn(|| preflight::look(&context.docker, &options.ports()));
        let taken = scope.spawn(|| taken_subnets(&context.docker));
        let endpoint = scope.spawn(|| context.endpoint());
        let snapshot = snapshots::named(&context.docker, &spec.snapshot);
        (snapshot, join(existing), join(facts), join(taken), join(endpoint))
    });
    let snapshot = snapshot?;
    let saved = can_be_cloned(&snapshot, spec)?.clone();
    existing?;
    let roster = snapshot.roster.renamed(name);
    let image = node_images::below(&context.docker, &snapshot.name.image(&saved.node))?;
    let facts = Survey { taken: taken?, ..facts? };
    let taken = facts.taken.clone().with(saved.profile.ranges);
    let count = |role| roster.with_role(role).count() as u64;
    let demand = Demand {
        masters: count(Role::Master),
        workers: count(Role::Worker),
        subnet: chosen_subnet(options.subnet, &taken, name, saved.profile.ranges.family()),
        ranges: Ranges::of(saved.profile.ranges.family()),
        kubernetes: image.version,
    };
    let as_saved = options.mounts.is_empty();
    let gone = if as_saved { mounts_gone(&snapshot, &facts) } else { Vec::new() };
    let endpoint = endpoint?;
    let privilege = context.privilege(&endpoint);
    let found = gone.into_iter().chain(problems(&demand, &facts));
    let of_options = of_options(options, None, &image, privilege, &facts);
    preflight::refuse_or_warn(&context.ui, found.chain(of_options.into_iter().map(Problem::from)))?;
    let settings = if saved.profile.has_settings {
        settings::of_image(&context.docker, &snapshot.name.image(&saved.node))?
    } else {
        Settings::default()
    };
    let mut others = BTreeMap::new();
    for other in snapshot.nodes.iter().filter(|other| other.version != saved.version) {
        let own = node_images::below(&context.docker, &snapshot.name.image(&other.node))?;
        others.insert(other.node.in_cluster(name), own);
    }
    let other_images = with_names(&context.docker, others, &image)?;
    let marks = snapshot.marks().in_cluster(name);
    let proxy = proxy(context)?;
    let address = options.api_address.map_or_else(|| endpoint.address(), Ok)?;
    let own_registry = match &options.registry {
        Some(asked) => {
            let mirrors = settings.mirrors.iter().map(Mirror::at);
            registries::own(&context.docker, mirrors.chain([asked]))?
        }
        None => saved.profile.own_registry,
    };
    let joins = registries::to_connect(&context.docker, own_registry.as_ref(), &context.ui)?;
    let engines = Engines::one(context.docker.clone());
    let plan = plan::clone(&roster, snapshot.roster.name(), options.wait.until);
    let run = Run {
        origin: Origin::Clone { image, snapshot, pki: Pki::new()? },
        nodes: NodeTemplate {
            privilege,
            ports: ports(options, address, saved.profile.ranges.family()),
            mounts: if as_saved { saved.mounts } else { options.mounts.clone() },
            registry: options.registry.clone().or(saved.profile.registry),
            own_registry,
            proxy,
            addons: saved.profile.addons,
            ranges: saved.profile.ranges,
            settings,
            marks,
            limits: options.limits.or(saved.profile.limits),
            cni: saved.profile.cni,
            other_images,
        },
        network: NetworkOptions { subnet: options.subnet, taken, registry: joins },
        api: ApiOptions { address: address.into(), port: options.api_port },
        kubeconfig: Some(context.writable_kubeconfig(name)?),
        output: context.output(),
        wait: options.wait,
        ..Run::new(&engines, &roster, roster.first_master())
    };
    if dry_run {
        return Ok(run::dry_run(&plan, &run, &context.ui)?);
    }
    apply(context, &plan, &run, retain)?;
    context.ui.note(&next_steps(name, run.wait.until, context.ui.elapsed()));
    Ok(())
}

/// Whether `snapshot` is one that `spec` can be made from: its only master.
fn can_be_cloned<'a>(
    snapshot: &'a Snapshot,
    spec: &CloneSpec,
) -> Result<&'a SavedNode, SnapshotError> {
    let of = |role| snapshot.roster.with_role(role).count();
    let (masters, workers) = (of(Role::Master), of(Role::Worker));
    let name = || snapshot.name.clone();
    if masters > 1 {
        return Err(SnapshotError::SeveralMasters(name()));
    }
    if let Some(node) = snapshot.manual().into_iter().next() {
        return Err(SnapshotError::SavedManually { snapshot: name(), node });
    }
    let agrees = |wanted: Option<u8>, found: usize| wanted.is_none_or(|n| usize::from(n) == found);
    if !agrees(spec.masters.map(u8::from), masters) || !agrees(spec.workers, workers) {
        return Err(SnapshotError::OtherNumbers { snapshot: name(), masters, workers });
    }
    let master = snapshot.first_master().ok_or_else(|| SnapshotError::Unfinished(name()))?;
    spec.options.subnet.map_or(Ok(()), |subnet| master.profile.ranges.allow(subnet))?;
    Ok(master)
}
