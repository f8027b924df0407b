//! `create worker` and `create master`: adds nodes to a running cluster.

use std::net::Ipv4Addr;
use std::num::NonZeroU8;
use std::thread;

use super::outcome::{OnFailure, Revert};
use super::{Context, node_template, outcome};
use crate::cluster::host::Place;
use crate::cluster::layout::Layout;
use crate::cluster::marks::Marks;
use crate::cluster::name::{ClusterName, NodeName, Role};
use crate::cluster::placement::{pin, spread};
use crate::cluster::ranges::Ranges;
use crate::cluster::spec::{MAX_MASTERS, MAX_WORKERS};
use crate::docker::{Endpoint, Engine, Engines, join};
use crate::error::Error;
use crate::image::contract::NodeImage;
use crate::inventory::error::InventoryError;
use crate::inventory::existing::ExistingCluster;
use crate::inventory::{node_images, node_objects};
use crate::plan;
use crate::preflight::{self, Demand, Survey};
use crate::run::{self, ApiOptions, Origin, Run};

/// The nodes to add.
pub(super) struct New<'a> {
    /// The role of the nodes.
    pub role: Role,
    /// The number of nodes.
    pub count: NonZeroU8,
    /// The hosts that the user chose for nodes.
    pub places: &'a [Place],
    /// Labels and taints, in addition to those of the cluster.
    pub marks: &'a Marks,
}

/// Adds nodes with the lowest free numbers, made from the cluster's node image.
pub(super) fn run(
    context: &Context,
    cluster: &ClusterName,
    &New { role, count, places, marks }: &New<'_>,
    retain: bool,
    dry_run: bool,
) -> Result<(), Error> {
    let existing = ExistingCluster::find(context.asked(), cluster)?;
    existing.refuse_unchangeable(None)?;
    let new = free_names(&existing, role, count)?;
    let marks = marks.pinned_to(&new)?;
    let admin_node = existing.admin_node(None)?;
    let roster = existing.roster.with(new.iter().cloned());
    let (hosts, there) = (existing.engines.hosts(), existing.engines.placement());
    let placement = spread(&roster, &hosts, &pin(there, &new, &hosts, places)?);
    let engines = existing.engines.clone().placed(placement);
    let AddFacts { reports, layout, stale } =
        AddFacts::gather(&existing, &targets(context, &engines, &new), &admin_node)?;
    for report in &reports {
        preflight::check(&context.ui, &report.demand, &report.survey)?;
    }
    let stale: Vec<_> = new.iter().filter(|node| stale.contains(node)).cloned().collect();
    let plan = plan::add(&existing.roster, &new, &stale);
    let privilege = context.privilege_on(reports.iter().map(|report| &report.endpoint));
    let mut nodes = node_template::like(&existing, &admin_node, privilege)?;
    nodes.marks = nodes.marks.with(marks);
    let Some(TargetReport { image, .. }) = reports.into_iter().next() else {
        return Err(InventoryError::NoImage(image_of(&existing, &admin_node)).into());
    };
    let revert =
        Revert { plan: plan::revert_add(&existing.roster, &new), roster: &existing.roster };
    let run = Run {
        origin: Origin::Image { image, copy_from: None, pki: None },
        nodes,
        api: ApiOptions {
            address: existing.api().map_or(Ipv4Addr::LOCALHOST.into(), |api| api.address),
            port: None,
        },
        output: context.output(),
        ..Run::new(&engines, &roster, admin_node)
    };
    run.outputs.learn_layout(layout);
    let reserve = plan::reserve(&new);
    if dry_run {
        run::dry_run(&reserve, &run, &context.ui)?;
        return Ok(run::dry_run(&plan, &run, &context.ui)?);
    }
    // Until the names are reserved, there is nothing to revert in the cluster.
    outcome::execute(context, &reserve, &run, OnFailure::RollBack(&new))?;
    let on_failure = if retain { OnFailure::Retain(&new) } else { OnFailure::Revert(revert) };
    outcome::change(context, &existing, &plan, &run, on_failure)
}

/// Returns `count` free names of `role`.
fn free_names(
    existing: &ExistingCluster,
    role: Role,
    count: NonZeroU8,
) -> Result<Vec<NodeName>, Error> {
    let cluster = || existing.roster.name().clone();
    if role == Role::Master && !existing.roster.has_load_balancer() {
        return Err(Error::NoLoadBalancer(cluster()));
    }
    let last = if role == Role::Master { MAX_MASTERS.get() } else { MAX_WORKERS };
    let new = existing.roster.free(role, count.get().into(), last);
    if new.len() < count.get().into() {
        return Err(Error::Full { cluster: cluster(), role: role.as_str(), last });
    }
    Ok(new)
}

/// Returns the name of the image that `node` was made from.
fn image_of(existing: &ExistingCluster, node: &NodeName) -> String {
    existing.member(node).map(|member| member.base.name.clone()).unwrap_or_default()
}

/// An engine that gets new nodes.
struct Target {
    context: Context,
    new: Vec<NodeName>,
}

/// Returns the engines on which nodes of `new` are placed.
fn targets(context: &Context, engines: &Engines, new: &[NodeName]) -> Vec<Target> {
    let target = |engine: &Engine| {
        let here = new.iter().filter(|node| engines.host(node) == engine.host.as_ref());
        Target { context: context.with(engine.docker.clone()), new: here.cloned().collect() }
    };
    engines.iter().map(target).filter(|target| !target.new.is_empty()).collect()
}

/// The facts that are collected before anything is created.
struct AddFacts {
    /// A report for each target.
    reports: Vec<TargetReport>,
    /// The addresses of the cluster.
    layout: Layout,
    /// Nodes in the API whose container was removed by hand.
    stale: Vec<NodeName>,
}

impl AddFacts {
    /// Asks targets and cluster in parallel.
    fn gather(
        existing: &ExistingCluster,
        targets: &[Target],
        admin_node: &NodeName,
    ) -> Result<Self, Error> {
        let image = image_of(existing, admin_node);
        let image = image.as_str();
        let (reports, layout, objects) = thread::scope(|scope| {
            let layout = scope.spawn(|| existing.layout());
            let objects = scope.spawn(|| node_objects::of(existing, admin_node));
            let report = |target| scope.spawn(move || TargetReport::of(target, image));
            let reports: Vec<_> = targets.iter().map(report).collect();
            (
                reports.into_iter().map(join).collect::<Result<Vec<_>, Error>>(),
                join(layout),
                join(objects),
            )
        });
        let stale = objects?.into_iter().map(|object| object.node).collect();
        Ok(Self { reports: reports?, layout: layout?, stale })
    }
}

/// The facts about a target. The swarm is not checked: the cluster's hosts are in it already.
struct TargetReport {
    demand: Demand,
    image: NodeImage,
    survey: Survey,
    endpoint: Endpoint,
}

impl TargetReport {
    fn of(Target { context, new }: &Target, image: &str) -> Result<Self, Error> {
        let (image, survey, endpoint) = thread::scope(|scope| {
            let survey = scope.spawn(|| preflight::look(&context.docker, &[]));
            let endpoint = scope.spawn(|| context.endpoint());
            (node_images::named(&context.docker, image), join(survey), join(endpoint))
        });
        let image = image?;
        let count = |role| new.iter().filter(|node| node.role() == role).count() as u64;
        let demand = Demand {
            masters: count(Role::Master),
            workers: count(Role::Worker),
            subnet: None,
            ranges: Ranges::default(),
            kubernetes: image.version,
        };
        Ok(Self { demand, image, survey: survey?, endpoint: endpoint? })
    }
}
