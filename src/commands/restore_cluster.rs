//! `restore cluster`: replaces a cluster with a snapshot of it.

use std::thread;

use ipnet::IpNet;

use super::outcome::OnFailure;
use super::{Context, outcome};
use crate::cluster::name::SnapshotName;
use crate::cluster::name::{ClusterName, Role};
use crate::cluster::ranges::Ranges;
use crate::cluster::timestamp::Timestamp;
use crate::docker::privilege::Privilege;
use crate::docker::{Docker, Endpoint, Engine, Engines, args, join};
use crate::error::Error;
use crate::inventory::error::InventoryError;
use crate::inventory::members::{self, Member};
use crate::inventory::networks::{self, taken_subnets};
use crate::inventory::{registries, snapshots};
use crate::plan;
use crate::preflight::{self, Demand, Present, Survey, problems, restore_problems};
use crate::run::{self, ApiOptions, NetworkOptions, NodeTemplate, Origin, Removal, Restore, Run};
use crate::snapshot::{Snapshot, SnapshotError};

/// Removes the existing cluster and restores the snapshot, after asking the user on a terminal.
/// Everything that can be checked is checked before. If the restore fails all the same, what it
/// has created is removed, and the snapshot stays.
pub(super) fn run(
    context: &Context,
    cluster: &ClusterName,
    name: &SnapshotName,
    yes: bool,
    dry_run: bool,
) -> Result<(), Error> {
    context.ui.fact("snapshot", name.as_str());
    let facts = RestoreFacts::gather(context, cluster, name)?;
    facts.check(context)?;
    let nodes = template(&facts.snapshot, context.privilege(&facts.endpoint));
    let own_registry = nodes.own_registry.as_ref();
    let joins = registries::to_connect(&context.docker, own_registry, &context.ui)?;
    let removal = facts.removal(&context.docker, joins.is_some())?;
    let RestoreFacts { snapshot, members, .. } = facts;
    let renew_certificates = snapshot.needs_renewal(Timestamp::now());
    let roster = snapshot.roster.clone();
    let is_there = !removal.is_empty();
    let names = members.iter().map(|member| member.name.clone()).collect();
    let plan = plan::restore(&roster, names, removal.has_networks(), renew_certificates);
    let engines = Engines::one(context.docker.clone());
    let run = Run {
        manual: snapshot.manual(),
        nodes,
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
        origin: Origin::Restore(Restore { snapshot, removal, renew_certificates }),
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

/// The facts that are collected before anything is removed.
struct RestoreFacts {
    snapshot: Snapshot,
    members: Vec<Member>,
    /// The ids of the cluster's networks.
    networks: Vec<String>,
    /// The subnets of these networks.
    subnets: Vec<IpNet>,
    survey: Survey,
    endpoint: Endpoint,
}

impl RestoreFacts {
    /// Collects the facts in parallel. Refuses a snapshot of another cluster.
    fn gather(
        context: &Context,
        cluster: &ClusterName,
        name: &SnapshotName,
    ) -> Result<Self, Error> {
        let docker = &context.docker;
        let (snapshot, members, network, survey, taken, endpoint) = thread::scope(|scope| {
            let members = scope.spawn(|| members::of(docker, Some(cluster)));
            let network = scope.spawn(|| network(docker, cluster));
            let survey = scope.spawn(|| preflight::look(docker, &[]));
            let taken = scope.spawn(|| taken_subnets(docker));
            let endpoint = scope.spawn(|| context.endpoint());
            let snapshot = snapshots::named(docker, name);
            (snapshot, join(members), join(network), join(survey), join(taken), join(endpoint))
        });
        let (snapshot, members, (networks, subnets)) = (snapshot?, members?, network?);
        if snapshot.roster.name() != cluster {
            let cluster = snapshot.roster.name().clone();
            return Err(SnapshotError::OtherCluster { snapshot: name.clone(), cluster }.into());
        }
        if members.iter().any(|member| !member.hosts.is_empty()) {
            let what = "snapshots";
            return Err(InventoryError::Spread { cluster: cluster.clone(), what }.into());
        }
        let survey = Survey { taken: taken?, ..survey? };
        Ok(Self { snapshot, members, networks, subnets, survey, endpoint: endpoint? })
    }

    /// Runs preflight. Prints warnings, and refuses if there are errors. The resources of the
    /// running nodes count as free, because they will be removed.
    fn check(&self, context: &Context) -> Result<(), Error> {
        let running = || self.members.iter().filter(|member| member.runs());
        let more = |role| {
            let now = running().filter(|member| member.role() == Some(role)).count();
            self.snapshot.roster.with_role(role).count().saturating_sub(now) as u64
        };
        let Some(master) = self.snapshot.first_master() else {
            return Err(SnapshotError::Unfinished(self.snapshot.name.clone()).into());
        };
        let demand = Demand {
            masters: more(Role::Master),
            workers: more(Role::Worker),
            subnet: None,
            ranges: Ranges::of(master.profile.ranges.family()),
            kubernetes: master.version,
        };
        let published = running().flat_map(|member| member.published.clone()).collect();
        let present = Present { subnets: self.subnets.clone(), published };
        let mut found = restore_problems(&self.snapshot, &present, &self.survey);
        found.extend(problems(&demand, &self.survey));
        Ok(preflight::refuse_or_warn(&context.ui, found)?)
    }

    /// Returns the removal of the existing cluster. A registry made by mokctl is disconnected from
    /// its networks before these are removed, and will be connected to the new one.
    fn removal(&self, docker: &Docker, has_registry: bool) -> Result<Removal, Error> {
        let mut removal = Removal::default();
        removal.add_members(docker, &self.members);
        let engine = Engine { host: None, docker: docker.clone() };
        removal.add_networks(&engine, self.networks.clone());
        if has_registry {
            removal.add_disconnects(docker)?;
        }
        Ok(removal)
    }
}

/// Returns the template of the nodes. Their other properties are in their images.
fn template(snapshot: &Snapshot, privilege: Privilege) -> NodeTemplate {
    let (profile, mounts) = snapshot
        .first_master()
        .map(|saved| (saved.profile.clone(), saved.mounts.clone()))
        .unwrap_or_default();
    NodeTemplate {
        privilege,
        ports: snapshot.published(),
        mounts,
        registry: profile.registry,
        own_registry: profile.own_registry,
        addons: profile.addons,
        ranges: profile.ranges,
        limits: profile.limits,
        cni: profile.cni,
        ..NodeTemplate::default()
    }
}

/// Returns the ids of the cluster's networks, and their subnets.
fn network(docker: &Docker, cluster: &ClusterName) -> Result<(Vec<String>, Vec<IpNet>), Error> {
    let ids = networks::ids(docker, cluster)?;
    if ids.is_empty() {
        return Ok((ids, Vec::new()));
    }
    let inspect = args::inspect_networks(ids.iter().map(String::as_str));
    let subnets = docker.read(&inspect, networks::engine_subnets)?;
    Ok((ids, subnets))
}

fn tell(context: &Context, run: &Run<'_>) {
    let cluster = run.roster.name();
    context.ui.fact("context", cluster.context());
    if let Ok(port) = run.outputs.api_port() {
        context.ui.fact("server", format!("https://{}:{port}", run.api.address));
    }
    let Origin::Restore(Restore { snapshot, renew_certificates, .. }) = &run.origin else { return };
    if *renew_certificates {
        context.ui.note("Its certificates were old and have been renewed.");
    }
    context.ui.note(&format!(
        "Cluster {cluster} is as it was in {}, {} ago, after {:.1} s. Changes made since then are lost.",
        snapshot.name,
        snapshot.created.age(Timestamp::now()),
        context.ui.elapsed().as_secs_f64()
    ));
}
