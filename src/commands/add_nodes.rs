//! `create worker` and `create master`: nodes for a cluster that runs.

use std::net::Ipv4Addr;
use std::num::NonZeroU8;
use std::thread;

use super::outcome::{OnFailure, Revert};
use super::{Context, node_template, outcome};
use crate::cluster::host::Place;
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

/// Nodes that shall be.
pub(super) struct New<'a> {
    /// Of which role.
    pub role: Role,
    /// How many.
    pub count: NonZeroU8,
    /// Where, as far as the user cares.
    pub places: &'a [Place],
    /// What they are labelled and tainted with, beside what the cluster says of them.
    pub marks: &'a Marks,
}

/// Adds nodes with the next free numbers, of the image that the cluster was made of.
pub(super) fn run(
    context: &Context,
    cluster: &ClusterName,
    &New { role, count, places, marks }: &New<'_>,
    retain: bool,
    dry_run: bool,
) -> Result<(), Error> {
    let existing = ExistingCluster::find(context.asked(), cluster)?;
    existing.may_change(None)?;
    if role == Role::Master && !existing.roster.has_load_balancer() {
        return Err(Error::NoLoadBalancer(cluster.clone()));
    }
    let last = if role == Role::Master { MAX_MASTERS.get() } else { MAX_WORKERS };
    let new = existing.roster.free(role, count.get().into(), last);
    if new.len() < count.get().into() {
        return Err(Error::Full { cluster: cluster.clone(), role: role.as_str(), last });
    }
    let marks = marks.of_new(&new)?;
    let admin_node = existing.admin_node(None)?;
    let model = existing.member(&admin_node);
    let image = model.map(|member| member.base.name.clone()).unwrap_or_default();
    let roster = existing.roster.with(new.iter().cloned());
    let (hosts, there) = (existing.engines.hosts(), existing.engines.placement());
    let placement = spread(&roster, &hosts, &pin(there, &new, &hosts, places)?);
    let engines = existing.engines.clone().placed(placement);
    // Of one host alone there is no image to be brought, and no swarm to be looked at.
    let sites = sites(context, &engines, &new);
    let (looks, layout, objects) = thread::scope(|scope| {
        let layout = scope.spawn(|| existing.layout());
        let objects = scope.spawn(|| node_objects::of(&existing, &admin_node));
        let image = image.as_str();
        let look = |site| scope.spawn(move || look(site, image));
        let looks: Vec<_> = sites.iter().map(look).collect();
        (
            looks.into_iter().map(join).collect::<Result<Vec<_>, Error>>(),
            join(layout),
            join(objects),
        )
    });
    let looks = looks?;
    for (site, look) in sites.iter().zip(&looks) {
        let of = |role| {
            let new = site.new.iter().filter(|node| node.role() == role);
            new.count() as u64
        };
        let demand = Demand {
            masters: of(Role::Master),
            workers: of(Role::Worker),
            subnet: None,
            ranges: Ranges::default(),
            kubernetes: look.image.version,
        };
        preflight::check(&context.ui, &demand, &look.facts)?;
    }
    // Their containers were removed by hand.
    let stale: Vec<_> = objects?.into_iter().map(|object| object.node).collect();
    let stale: Vec<_> = new.iter().filter(|node| stale.contains(node)).cloned().collect();
    let plan = plan::add(&existing.roster, &new, &stale);
    let privilege = context.privilege_on(looks.iter().map(|look| &look.endpoint));
    let Some(HostReport { image, .. }) = looks.into_iter().next() else {
        return Err(InventoryError::NoImage(image).into());
    };
    let revert =
        Revert { plan: plan::revert_add(&existing.roster, &new), roster: &existing.roster };
    let mut nodes = node_template::like(&existing, &admin_node, privilege)?;
    nodes.marks = nodes.marks.with(marks);
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
    run.outputs.learn_layout(layout?);
    let reserve = plan::reserve(&new);
    if dry_run {
        run::dry_run(&reserve, &run, &context.ui)?;
        return Ok(run::dry_run(&plan, &run, &context.ui)?);
    }
    // Until the names are ours there is nothing to undo in the cluster.
    outcome::execute(context, &reserve, &run, OnFailure::RollBack(&new))?;
    let on_failure = if retain { OnFailure::Retain(&new) } else { OnFailure::Revert(revert) };
    outcome::change(context, &existing, &plan, &run, on_failure)
}

/// An engine that gets new nodes.
struct Site {
    context: Context,
    new: Vec<NodeName>,
}

/// What is known of it.
struct HostReport {
    image: NodeImage,
    facts: Survey,
    endpoint: Endpoint,
}

fn sites(context: &Context, engines: &Engines, new: &[NodeName]) -> Vec<Site> {
    let site = |engine: &Engine| {
        let here = new.iter().filter(|node| engines.host(node) == engine.host.as_ref());
        Site { context: context.with(engine.docker.clone()), new: here.cloned().collect() }
    };
    engines.iter().map(site).filter(|site| !site.new.is_empty()).collect()
}

fn look(Site { context, .. }: &Site, image: &str) -> Result<HostReport, Error> {
    let (image, facts, endpoint) = thread::scope(|scope| {
        let facts = scope.spawn(|| preflight::look(&context.docker, &[]));
        let endpoint = scope.spawn(|| context.endpoint());
        (node_images::named(&context.docker, image), join(facts), join(endpoint))
    });
    Ok(HostReport { image: image?, facts: facts?, endpoint: endpoint? })
}
