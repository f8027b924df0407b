//! `restore cluster`: replaces a cluster by a snapshot of it.

use std::thread;

use ipnet::IpNet;

use super::outcome::OnFailure;
use super::{Context, outcome};
use crate::cluster::name::SnapshotName;
use crate::cluster::name::{ClusterName, Role};
use crate::cluster::ranges::Ranges;
use crate::cluster::timestamp::Timestamp;
use crate::docker::{Engine, Engines, args, join};
use crate::error::Error;
use crate::inventory::error::InventoryError;
use crate::inventory::members::{self, Member};
use crate::inventory::networks::{self, taken_subnets};
use crate::inventory::{registries, snapshots};
use crate::plan;
use crate::preflight::{self, Demand, Present, Survey, come_back, problems};
use crate::run::{self, ApiOptions, NetworkOptions, NodeTemplate, Origin, Removal, Restore, Run};
use crate::snapshot::{Snapshot, SnapshotError};

/// Removes what is there of the cluster and puts the snapshot in its place, after a
/// question on a terminal. What can fail is looked at before; if it fails
/// nevertheless, what was made is removed, and the snapshot stays.
pub(super) fn run(
    context: &Context,
    cluster: &ClusterName,
    name: &SnapshotName,
    yes: bool,
    dry_run: bool,
) -> Result<(), Error> {
    context.ui.fact("snapshot", name.as_str());
    let (snapshot, members, network, facts, taken, endpoint) = thread::scope(|scope| {
        let members = scope.spawn(|| members::of(&context.docker, Some(cluster)));
        let network = scope.spawn(|| network(context, cluster));
        let facts = scope.spawn(|| preflight::look(&context.docker, &[]));
        let taken = scope.spawn(|| taken_subnets(&context.docker));
        let endpoint = scope.spawn(|| context.endpoint());
        let snapshot = snapshots::named(&context.docker, name);
        (snapshot, join(members), join(network), join(facts), join(taken), join(endpoint))
    });
    let (snapshot, members, (networks, subnets)) = (snapshot?, members?, network?);
    if snapshot.roster.name() != cluster {
        let cluster = snapshot.roster.name().clone();
        return Err(SnapshotError::OtherCluster { snapshot: name.clone(), cluster }.into());
    }
    if members.iter().any(|member| !member.hosts.is_empty()) {
        return Err(InventoryError::Spread { cluster: cluster.clone(), what: "snapshots" }.into());
    }
    let facts = Survey { taken: taken?, ..facts? };
    check(context, &snapshot, &members, subnets, &facts)?;

    let renews = snapshot.needs_renewal(Timestamp::now());
    let roster = snapshot.roster.clone();
    let mut removal = Removal::default();
    let ids: Vec<String> = members.iter().map(|member| member.id.clone()).collect();
    removal.add_containers(&context.docker, &ids);
    removal.add_networks(&Engine { host: None, docker: context.docker.clone() }, networks);
    let master = snapshot.first_master();
    let profile = master.map(|saved| saved.profile.clone()).unwrap_or_default();
    let own_registry = profile.own_registry.as_ref();
    let joins = registries::to_connect(&context.docker, own_registry, &context.ui)?;
    if joins.is_some() {
        removal.add_disconnects(&context.docker)?;
    }
    let is_there = !removal.is_empty();
    let names = members.iter().map(|member| member.name.clone()).collect();
    let plan = plan::restore(&roster, names, removal.has_networks(), renews);
    let engines = Engines::one(context.docker.clone());
    let run = Run {
        manual: snapshot.manual(),
        nodes: NodeTemplate {
            privilege: context.privilege(&endpoint?),
            ports: snapshot.published(),
            mounts: master.map(|saved| saved.mounts.clone()).unwrap_or_default(),
            registry: profile.registry,
            own_registry: profile.own_registry,
            addons: profile.addons,
            ranges: profile.ranges,
            limits: profile.limits,
            cni: profile.cni,
            // The rest is in its images.
            ..NodeTemplate::default()
        },
        network: NetworkOptions {
            subnet: Some(snapshot.subnet),
            registry: joins,
            ..NetworkOptions::default()
        },
        api: ApiOptions {
            address: snapshot.host(),
            port: snapshot.api().and_then(|api| api.port.try_into().ok()),
        },
        kubeconfig: Some(context.writable_kubeconfig(cluster)?),
        origin: Origin::Restore(Restore { snapshot, removal, renews }),
        ..Run::new(&engines, &roster, roster.first_master())
    };
    if dry_run {
        return Ok(run::dry_run(&plan, &run, &context.ui)?);
    }
    let question = format!(
        "Are you sure you want to replace the cluster {cluster} by its snapshot {name}? (y/N) >"
    );
    if is_there && !yes && !context.ui.confirm(&question) {
        context.ui.note("Cancelling by user request.");
        return Ok(());
    }
    outcome::execute(context, &plan, &run, OnFailure::RollBack(&[])).map_err(
        |error| match error {
            Error::Step(failure) => Error::Restore {
                cluster: cluster.clone(),
                snapshot: name.clone(),
                source: Box::new(failure),
            },
            other => other,
        },
    )?;
    tell(context, &run);
    Ok(())
}

/// Nodes that run now give back what they have.
fn check(
    context: &Context,
    snapshot: &Snapshot,
    members: &[Member],
    subnets: Vec<IpNet>,
    facts: &Survey,
) -> Result<(), Error> {
    let running = || members.iter().filter(|member| member.runs());
    let more = |role| {
        let now = running().filter(|member| member.role() == Some(role)).count();
        snapshot.roster.with_role(role).count().saturating_sub(now) as u64
    };
    let Some(master) = snapshot.first_master() else {
        return Err(SnapshotError::Unfinished(snapshot.name.clone()).into());
    };
    let demand = Demand {
        masters: more(Role::Master),
        workers: more(Role::Worker),
        subnet: None,
        ranges: Ranges::of(master.profile.ranges.family()),
        kubernetes: master.version,
    };
    let published = running().flat_map(|member| member.published.clone()).collect();
    let present = Present { subnets, published };
    let mut found = come_back(snapshot, &present, facts);
    found.extend(problems(&demand, facts));
    Ok(preflight::refuse_or_warn(&context.ui, found)?)
}

/// Ids of the cluster's networks, and their subnets.
fn network(context: &Context, cluster: &ClusterName) -> Result<(Vec<String>, Vec<IpNet>), Error> {
    let ids = networks::ids(&context.docker, cluster)?;
    if ids.is_empty() {
        return Ok((ids, Vec::new()));
    }
    let inspect = args::inspect_networks(ids.iter().map(String::as_str));
    let subnets = context.docker.read(&inspect, networks::engine_subnets)?;
    Ok((ids, subnets))
}

fn tell(context: &Context, run: &Run<'_>) {
    let cluster = run.roster.name();
    context.ui.fact("context", cluster.context());
    if let Ok(port) = run.outputs.api_port() {
        context.ui.fact("server", format!("https://{}:{port}", run.api.address));
    }
    let Origin::Restore(Restore { snapshot, renews, .. }) = &run.origin else { return };
    if *renews {
        context.ui.note("Its certificates were old and have been renewed.");
    }
    context.ui.note(&format!(
        "Cluster {cluster} is as it was in {}, {} ago, after {:.1} s. Changes made since then are lost.",
        snapshot.name,
        snapshot.created.age(Timestamp::now()),
        context.ui.elapsed().as_secs_f64()
    ));
}
