//! `upgrade cluster`: replaces a cluster's nodes with ones of a later Kubernetes.

use std::net::Ipv4Addr;
use std::thread;

use super::image_supply::Supply;
use super::outcome::{OnFailure, Revert};
use super::{Context, node_template, outcome, upgrade_path, upgrade_snapshot};
use crate::cli::mokctl;
use crate::cluster::kubernetes::KubernetesVersion;
use crate::cluster::name::{NodeName, Role, SnapshotName};
use crate::cluster::ranges::Ranges;
use crate::cluster::upgrade::{SaveFirst, UpgradeSpec};
use crate::docker::{Call, Client, DockerError, Endpoint, args, join};
use crate::error::Error;
use crate::image::contract::NodeImage;
use crate::inventory::existing::ExistingCluster;
use crate::inventory::node_objects::NodeObject;
use crate::inventory::{node_images, node_objects, settings};
use crate::plan::{self, Plan};
use crate::preflight::{self, Demand, PreflightError, UpgradeError};
use crate::run::{self, ApiOptions, Origin, Run, Upgrade};

/// Upgrades the nodes, masters first, one minor version after another. A node that an interrupted
/// run has left half upgraded is put back first.
pub(super) fn run(context: &Context, spec: &UpgradeSpec, dry_run: bool) -> Result<(), Error> {
    if context.docker.client() == Client::Podman {
        return Err(PreflightError::from(UpgradeError::NeedsDocker).into());
    }
    let mut existing = ExistingCluster::find(context.asked(), &spec.name)?;
    existing.refuse_hosts("upgrades")?;
    if !existing.half_upgraded().is_empty() {
        recover(context, &existing, dry_run)?;
        if dry_run {
            return Ok(());
        }
        existing = ExistingCluster::find(context.asked(), &spec.name)?;
    }
    existing.refuse_unchangeable(None)?;
    let admin_node = existing.admin_node(None)?;
    let docker = &context.docker;
    let (facts, objects, endpoint) = thread::scope(|scope| {
        let facts = scope.spawn(|| preflight::look(docker, &[]));
        let objects = scope.spawn(|| node_objects::of(&existing, &admin_node));
        (join(facts), join(objects), context.endpoint())
    });
    let objects = objects?;
    let supply = Supply { context, docker, source: spec.image_source.as_ref(), dry_run };
    let Some(image) = upgrade_path::end(&supply, spec)? else { return Ok(()) };
    let path = upgrade_path::to(&supply, &image, &existing, &objects)?;
    let Some(path) = path else { return Ok(()) };
    let demand = Demand {
        masters: 0,
        workers: 0,
        subnet: None,
        ranges: Ranges::default(),
        kubernetes: image.version,
    };
    preflight::check(&context.ui, &demand, &facts?)?;
    if existing.member(&admin_node).is_some_and(|member| member.profile.has_settings) {
        let settings =
            settings::of_node(existing.engines.of(&admin_node), &admin_node.to_string())?;
        for name in &path {
            preflight::settings::check(&settings, docker, &node_images::named(docker, name)?)?;
        }
    }
    context.ui.fact("version", image.version.to_string());
    if dry_run {
        show_plan(context, &existing, image.version)?;
    }
    let saved = upgrade_snapshot::save(context, spec, &existing, image.version, dry_run)?;
    let course = Course { context, spec, saved, objects, endpoint: endpoint?, dry_run };
    for name in path {
        course.to(&node_images::named(docker, &name)?)?;
    }
    if !dry_run {
        existing.tell(&context.ui);
        context.ui.note(&format!(
            "Cluster {} has Kubernetes {} after {:.1} s.",
            spec.name,
            image.version,
            context.ui.elapsed().as_secs_f64()
        ));
    }
    Ok(())
}

/// The context of an upgrade, for all nodes and versions.
struct Course<'a> {
    context: &'a Context,
    spec: &'a UpgradeSpec,
    saved: Option<SnapshotName>,
    /// The Node objects before the upgrade.
    objects: Vec<NodeObject>,
    endpoint: Endpoint,
    dry_run: bool,
}

impl Course<'_> {
    /// Upgrades every node with an older image to `image`.
    fn to(&self, image: &NodeImage) -> Result<(), Error> {
        let existing = ExistingCluster::find(self.context.asked(), &self.spec.name)?;
        for nodes in batches(&existing, image.version, self.spec.parallel.get().into()) {
            let drained = if has_others(&existing, &nodes) { nodes.clone() } else { Vec::new() };
            let uncordoned: Vec<_> =
                drained.iter().filter(|node| !self.is_cordoned(node)).cloned().collect();
            let admin_node = nodes.iter().find_map(|node| existing.admin_node(Some(node)).ok());
            let admin_node = admin_node.unwrap_or_else(|| existing.roster.first_master());
            let revert =
                Revert { plan: plan::put_back(&nodes, &uncordoned), roster: &existing.roster };
            let plan = plan::upgrade(&nodes, &drained, &uncordoned);
            let on_failure = OnFailure::Undo(revert, self.again());
            self.execute(&existing, image, admin_node, &plan, on_failure)?;
        }
        let first = existing.roster.first_master();
        let addons =
            existing.member(&first).is_some_and(|member| !member.profile.addons.is_empty());
        let plan = plan::finish(&first, addons);
        self.execute(&existing, image, first, &plan, OnFailure::LeaveAsIs)
    }

    fn execute(
        &self,
        existing: &ExistingCluster,
        image: &NodeImage,
        admin_node: NodeName,
        plan: &Plan,
        on_failure: OnFailure<'_>,
    ) -> Result<(), Error> {
        let context = self.context;
        let api = existing.api();
        let members = existing.members.clone();
        let run = Run {
            manual: existing.manual(),
            origin: Origin::Upgrade(Upgrade { image: image.clone(), members }),
            nodes: node_template::like(existing, &admin_node, context.privilege(&self.endpoint))?,
            api: ApiOptions {
                address: api.map_or(Ipv4Addr::LOCALHOST.into(), |api| api.address),
                port: api.and_then(|api| api.port.try_into().ok()),
            },
            output: context.output(),
            ..Run::new(&existing.engines, &existing.roster, admin_node)
        };
        run.outputs.learn_layout(existing.layout()?);
        if self.dry_run {
            return Ok(run::dry_run(plan, &run, &context.ui)?);
        }
        outcome::execute(context, plan, &run, on_failure).map_err(|error| match error {
            Error::Step(failure) => Error::Upgrade {
                again: self.again(),
                restore: self.saved.as_ref().map(|saved| {
                    mokctl(&format!("restore cluster {} {saved}", self.spec.name), &[])
                }),
                source: Box::new(failure),
            },
            other => other,
        })
    }

    /// Returns the command that continues the upgrade. A snapshot with a name of the user's is not
    /// made again: a snapshot of that name could also be of an earlier upgrade.
    fn again(&self) -> String {
        let is_saved = self.saved.is_some() && matches!(self.spec.save, SaveFirst::As(_));
        mokctl(&format!("{}{}", self.spec, if is_saved { " --snapshot none" } else { "" }), &[])
    }

    fn is_cordoned(&self, node: &NodeName) -> bool {
        self.objects.iter().any(|object| object.node == *node && object.cordoned)
    }
}

/// Returns the nodes that are older than `version` in batches: masters one by one, then `parallel`
/// workers at a time.
fn batches(
    existing: &ExistingCluster,
    version: KubernetesVersion,
    parallel: usize,
) -> Vec<Vec<NodeName>> {
    let is_older = |node: &&NodeName| {
        existing.member(node).is_some_and(|member| member.version < Some(version))
    };
    let of = |role| existing.roster.with_role(role).filter(is_older).cloned().collect::<Vec<_>>();
    let (masters, workers) = (of(Role::Master), of(Role::Worker));
    masters.chunks(1).chain(workers.chunks(parallel)).map(<[NodeName]>::to_vec).collect()
}

/// Whether pods of `nodes` can move to another node. Without workers, pods run on masters.
fn has_others(existing: &ExistingCluster, nodes: &[NodeName]) -> bool {
    let workers = existing.roster.with_role(Role::Worker).count() > 0;
    let role = if workers { Role::Worker } else { Role::Master };
    existing.roster.with_role(role).any(|node| !nodes.contains(node))
}

/// Prints the output of `kubeadm upgrade plan` for `version` on the first master.
fn show_plan(
    context: &Context,
    existing: &ExistingCluster,
    version: KubernetesVersion,
) -> Result<(), Error> {
    let first = existing.roster.first_master();
    let (node, version) = (first.to_string(), version.to_string());
    let plan = args::exec(&node, ["kubeadm", "upgrade", "plan", &version]).deadline(Call::WORK);
    match existing.engines.of(&first).capture(&plan) {
        Ok(text) => context.ui.note(&text),
        Err(error @ DockerError::Interrupted { .. }) => return Err(error.into()),
        // kubeadm's checks may fail although the upgrade works.
        Err(error) => context.ui.warn(&format!("kubeadm does not plan the upgrade: {error}")),
    }
    Ok(())
}

/// Puts back the nodes that an interrupted run has left half upgraded.
fn recover(context: &Context, existing: &ExistingCluster, dry_run: bool) -> Result<(), Error> {
    let nodes = existing.half_upgraded();
    let roster = existing.roster.with(nodes.iter().cloned());
    let admin_node = existing.admin_node(None).unwrap_or_else(|_| roster.first_master());
    let run = Run { manual: existing.manual(), ..Run::new(&existing.engines, &roster, admin_node) };
    let plan = plan::put_back(&nodes, &nodes);
    if dry_run {
        return Ok(run::dry_run(&plan, &run, &context.ui)?);
    }
    outcome::execute(context, &plan, &run, OnFailure::LeaveAsIs)
}
