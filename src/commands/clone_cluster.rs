//! `create cluster --from`: clones a saved cluster, with another name.

use std::collections::BTreeMap;
use std::thread;

use super::new_cluster::{apply, is_there, ports, proxy, stand_ins};
use super::{Context, next_steps};
use crate::cluster::mirror::Mirror;
use crate::cluster::name::{ClusterName, NodeName, Role};
use crate::cluster::ranges::Ranges;
use crate::cluster::roster::Roster;
use crate::cluster::spec::CloneSpec;
use crate::cluster::taken::Taken;
use crate::docker::privilege::Privilege;
use crate::docker::{Docker, Endpoint, Engines, join};
use crate::error::Error;
use crate::image::contract::NodeImage;
use crate::inventory::networks::taken_subnets;
use crate::inventory::{node_images, registries, settings, snapshots};
use crate::node::pki::Pki;
use crate::node::settings::Settings;
use crate::plan;
use crate::preflight::machine::of_options;
use crate::preflight::{
    self, Demand, PreflightError, Problem, Survey, chosen_subnet, missing_mounts, problems,
    refuse_existing,
};
use crate::run::{self, ApiOptions, NetworkOptions, NodeTemplate, Origin, Run};
use crate::snapshot::{SavedNode, Snapshot, SnapshotError};

/// Creates the cluster of `spec`. On failure it rolls back, unless `retain`. With `dry_run` it
/// only prints the plan.
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
        clonable_master(&snapshot, spec)?;
        if is_there(context, &snapshot.roster.renamed(name), None)? {
            return Ok(());
        }
    }
    let facts = CloneFacts::gather(context, spec)?;
    let roster = facts.snapshot.roster.renamed(name);
    let taken = facts.survey.taken.clone().with(facts.master.profile.ranges);
    let privilege = context.privilege(&facts.endpoint);
    facts.check(context, spec, &roster, &taken, privilege)?;
    let address = options.api_address.map_or_else(|| facts.endpoint.address(), Ok)?;
    let nodes = NodeTemplate {
        privilege,
        ports: ports(options, address, facts.master.profile.ranges.family()),
        proxy: proxy(context)?,
        ..facts.template(&context.docker, spec)?
    };
    let own_registry = nodes.own_registry.as_ref();
    let joins = registries::to_connect(&context.docker, own_registry, &context.ui)?;
    let plan = plan::clone(&roster, facts.snapshot.roster.name(), options.wait.until);
    let engines = Engines::one(context.docker.clone());
    let run = Run {
        origin: Origin::Clone { image: facts.image, snapshot: facts.snapshot, pki: Pki::new()? },
        nodes,
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
    context.ui.note(&next_steps::when_ready(name, run.wait.until, context.ui.elapsed()));
    Ok(())
}

/// The facts that are collected before anything is created.
struct CloneFacts {
    snapshot: Snapshot,
    /// The only master of the snapshot.
    master: SavedNode,
    /// The node image that the master was made from.
    image: NodeImage,
    survey: Survey,
    endpoint: Endpoint,
}

impl CloneFacts {
    /// Collects the facts in parallel. Refuses a snapshot that cannot be cloned, and the name of
    /// an existing cluster.
    fn gather(context: &Context, spec: &CloneSpec) -> Result<Self, Error> {
        let docker = &context.docker;
        let (snapshot, existing, survey, taken, endpoint) = thread::scope(|scope| {
            let existing = scope.spawn(|| refuse_existing(docker, &spec.name));
            let survey = scope.spawn(|| preflight::look(docker, &spec.options.ports()));
            let taken = scope.spawn(|| taken_subnets(docker));
            let endpoint = scope.spawn(|| context.endpoint());
            let snapshot = snapshots::named(docker, &spec.snapshot);
            (snapshot, join(existing), join(survey), join(taken), join(endpoint))
        });
        let snapshot = snapshot?;
        let master = clonable_master(&snapshot, spec)?.clone();
        existing?;
        let image = node_images::below(docker, &snapshot.name.image(&master.node))?;
        let survey = Survey { taken: taken?, ..survey? };
        Ok(Self { snapshot, master, image, survey, endpoint: endpoint? })
    }

    /// Runs preflight for the nodes of `roster`. Prints warnings, and refuses if there are errors.
    fn check(
        &self,
        context: &Context,
        CloneSpec { name, options, .. }: &CloneSpec,
        roster: &Roster,
        taken: &Taken,
        privilege: Privilege,
    ) -> Result<(), PreflightError> {
        let Self { snapshot, image, survey, .. } = self;
        let family = self.master.profile.ranges.family();
        let count = |role| roster.with_role(role).count() as u64;
        let demand = Demand {
            masters: count(Role::Master),
            workers: count(Role::Worker),
            subnet: chosen_subnet(options.subnet, taken, name, family),
            ranges: Ranges::of(family),
            kubernetes: image.version,
        };
        let mut found =
            if options.mounts.is_empty() { missing_mounts(snapshot, survey) } else { Vec::new() };
        let of_options = of_options(options, None, image, privilege, survey);
        found.extend(problems(&demand, survey));
        found.extend(of_options.into_iter().map(Problem::from));
        Ok(preflight::refuse_or_warn(&context.ui, found)?)
    }

    /// Returns the template of the nodes: the saved properties, with those of `spec` in their
    /// place.
    fn template(&self, docker: &Docker, spec: &CloneSpec) -> Result<NodeTemplate, Error> {
        let options = &spec.options;
        let SavedNode { profile, mounts, .. } = self.master.clone();
        let settings = if profile.has_settings {
            settings::of_image(docker, &self.snapshot.name.image(&self.master.node))?
        } else {
            Settings::default()
        };
        let other_images = self.other_images(docker, &spec.name)?;
        let stand_ins = stand_ins(docker, &other_images, &self.image)?;
        let own_registry = match &options.registry {
            Some(asked) => {
                let mirrors = settings.mirrors.iter().map(Mirror::at);
                registries::own(docker, mirrors.chain([asked]))?
            }
            None => profile.own_registry,
        };
        Ok(NodeTemplate {
            mounts: if options.mounts.is_empty() { mounts } else { options.mounts.clone() },
            registry: options.registry.clone().or(profile.registry),
            own_registry,
            addons: profile.addons,
            ranges: profile.ranges,
            settings,
            marks: self.snapshot.marks().in_cluster(&spec.name),
            limits: options.limits.or(profile.limits),
            cni: profile.cni,
            other_images,
            stand_ins,
            ..NodeTemplate::default()
        })
    }

    /// Returns the node images of nodes whose version differs from the master's.
    fn other_images(
        &self,
        docker: &Docker,
        cluster: &ClusterName,
    ) -> Result<BTreeMap<NodeName, NodeImage>, Error> {
        let others = self.snapshot.nodes.iter().filter(|node| node.version != self.master.version);
        let image = |SavedNode { node, .. }: &SavedNode| {
            let own = node_images::below(docker, &self.snapshot.name.image(node))?;
            Ok((node.in_cluster(cluster), own))
        };
        others.map(image).collect()
    }
}

/// Checks that `snapshot` can be cloned for `spec`, and returns its only master.
fn clonable_master<'a>(
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
    spec.options.subnet.map_or(Ok(()), |subnet| master.profile.ranges.refuse_overlap(subnet))?;
    Ok(master)
}
