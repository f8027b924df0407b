//! `create cluster`: from a specification to Ready nodes, or, on failure, to nothing at all.

use super::new_cluster::{apply, is_there, ports, proxy, stand_ins};
use super::{Context, next_steps, node_image};
use crate::cluster::mirror::Mirror;
use crate::cluster::name::Role;
use crate::cluster::roster::Roster;
use crate::cluster::spec::ClusterSpec;
use crate::error::Error;
use crate::inventory::registries;
use crate::node::pki::Pki;
use crate::node::settings::Settings;
use crate::plan::{self, ReserveBy};
use crate::preflight::{Site, settings, worker_images};
use crate::run::{self, ApiOptions, NetworkOptions, NodeTemplate, Origin, Run};

/// Creates the cluster of `spec`. On failure it rolls back, unless `retain`. With `dry_run` it
/// only prints the plan.
pub(super) fn run(
    context: &Context,
    spec: &ClusterSpec,
    retain: bool,
    dry_run: bool,
) -> Result<(), Error> {
    let roster = spec.roster();
    if spec.options.if_not_exists && is_there(context, &roster, Some(spec))? {
        return Ok(());
    }
    spec.marks.refuse_others(roster.nodes())?;
    let settings = read_settings(context, spec)?;
    let Some(site) = node_image::site(context, spec, &roster, dry_run)? else { return Ok(()) };
    let nodes = template(context, spec, &roster, &site, settings)?;
    let reserve = if site.engines.allow_duplicate_networks() {
        ReserveBy::Container
    } else {
        ReserveBy::Network
    };
    let plan = plan::create(
        &roster,
        spec.manual,
        &nodes.addons,
        &site.lacking,
        reserve,
        spec.options.wait.until,
    );
    if roster.with_role(Role::Master).count() == 2 {
        context
            .ui
            .warn("two masters: etcd stops when either is gone; three survive the loss of one");
    }
    let manual = roster.nodes().iter().filter(|node| spec.manual.covers(node.role()));
    let run = Run {
        manual: manual.cloned().collect(),
        origin: Origin::Image {
            image: site.image,
            copy_from: Some(site.image_from),
            pki: (!spec.manual.covers(Role::Master)).then(Pki::new).transpose()?,
        },
        network: NetworkOptions {
            subnet: spec.options.subnet,
            taken: site.taken,
            registry: nodes.own_registry.as_ref().map(|own| own.name.clone()),
        },
        nodes,
        api: ApiOptions { address: site.address.into(), port: spec.options.api_port },
        kubeconfig: Some(context.writable_kubeconfig(&spec.name)?),
        output: context.output(),
        wait: spec.options.wait,
        ..Run::new(&site.engines, &roster, roster.first_master())
    };
    if dry_run {
        return Ok(run::dry_run(&plan, &run, &context.ui)?);
    }
    apply(context, &plan, &run, retain)?;
    next_steps::tell(context, &run, site.is_apart);
    Ok(())
}

/// Reads the settings of Kubernetes, including the files that flags name.
fn read_settings(context: &Context, spec: &ClusterSpec) -> Result<Settings, Error> {
    let own = settings::LocalFiles {
        authorities: context.env.modules.authorities.as_deref(),
        docker_config: context.env.docker_config.as_deref(),
    };
    Ok(settings::read(&spec.settings, spec.options.registry.as_ref(), &own, &context.ui)?)
}

/// Returns the template of the nodes. Refuses settings that the image's programs do not know.
fn template(
    context: &Context,
    spec: &ClusterSpec,
    roster: &Roster,
    site: &Site,
    settings: Settings,
) -> Result<NodeTemplate, Error> {
    let (docker, image, options) = (&site.image_from, &site.image, &spec.options);
    let addons = site.addons(spec.addons.as_ref(), spec.cni)?;
    let settings = settings::checked(settings, docker, image)?;
    let other_images = worker_images(docker, &spec.worker_images, roster.nodes(), image)?;
    for other in other_images.values() {
        settings::check(&settings, docker, other)?;
    }
    let stand_ins = stand_ins(docker, &other_images, image)?;
    let proxy = proxy(context)?;
    let registries = options.registry.iter().chain(settings.mirrors.iter().map(Mirror::at));
    Ok(NodeTemplate {
        privilege: site.privilege,
        ports: ports(options, site.address, spec.ranges.family()),
        mounts: options.mounts.clone(),
        registry: options.registry.clone(),
        own_registry: registries::own(docker, registries)?,
        proxy,
        addons,
        ranges: spec.ranges,
        settings,
        marks: spec.marks.clone(),
        limits: options.limits,
        cni: spec.cni,
        other_images,
        stand_ins,
    })
}
