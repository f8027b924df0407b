//! `create cluster`: from a specification to Ready nodes, or to nothing at all.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::time::Duration;

use super::outcome::OnFailure;
use super::{Context, node_image, outcome};
use crate::cluster::addons::Addon;
use crate::cluster::cni::Cni;
use crate::cluster::family::IpFamily;
use crate::cluster::mirror::Mirror;
use crate::cluster::name::{ClusterName, NodeName, Role};
use crate::cluster::port::{PortBinding, PortMapping, published_at};
use crate::cluster::proxy::Proxy;
use crate::cluster::roster::Roster;
use crate::cluster::spec::{ClusterOptions, ClusterSpec};
use crate::cluster::wait::Until;
use crate::docker::Docker;
use crate::error::Error;
use crate::image::contract::NodeImage;
use crate::inventory::registries;
use crate::node::manual::SETUP;
use crate::node::pki::Pki;
use crate::node::scripts;
use crate::plan::{self, Plan, ReserveBy};
use crate::preflight::{existing_like, settings, stand_in_names, worker_images};
use crate::run::{self, ApiOptions, NetworkOptions, NodeTemplate, Origin, Run};

/// Creates the cluster of `spec`; rolls back if that fails, unless
/// `retain`. With `dry_run` it only shows the plan.
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
    let own = settings::Own {
        authorities: context.env.modules.authorities.as_deref(),
        docker_config: context.env.docker_config.as_deref(),
    };
    let settings =
        settings::read(&spec.settings, spec.options.registry.as_ref(), &own, &context.ui)?;
    let Some(site) = node_image::site(context, spec, &roster, dry_run)? else { return Ok(()) };
    let reserve =
        if site.engines.repeat_networks() { ReserveBy::Container } else { ReserveBy::Network };
    let addons = site.addons(spec.addons.as_ref(), spec.cni)?;
    let settings = settings::asked(settings, &site.image_from, &site.image)?;
    let others = worker_images(&site.image_from, &spec.worker_images, roster.nodes(), &site.image)?;
    for image in others.values() {
        settings::allow(&settings, &site.image_from, image)?;
    }
    let other_images = with_names(&site.image_from, others, &site.image)?;
    let plan = plan::create(
        &roster,
        spec.manual,
        &addons,
        &site.lacking,
        reserve,
        spec.options.wait.until,
    );
    if roster.with_role(Role::Master).count() == 2 {
        context
            .ui
            .warn("two masters: etcd stops when either is gone; three survive the loss of one");
    }
    let proxy = proxy(context)?;
    let registries = spec.options.registry.iter().chain(settings.mirrors.iter().map(Mirror::at));
    let own_registry = registries::own(&site.image_from, registries)?;
    let joins = own_registry.as_ref().map(|own| own.name.clone());
    let manual = roster.nodes().iter().filter(|node| spec.manual.covers(node.role()));
    let run = Run {
        manual: manual.cloned().collect(),
        origin: Origin::Image {
            image: site.image,
            copy_from: Some(site.image_from),
            pki: (!spec.manual.covers(Role::Master)).then(Pki::new).transpose()?,
        },
        nodes: NodeTemplate {
            privilege: site.privilege,
            ports: ports(&spec.options, site.address, spec.ranges.family()),
            mounts: spec.options.mounts.clone(),
            registry: spec.options.registry.clone(),
            own_registry,
            proxy,
            addons,
            ranges: spec.ranges,
            settings,
            marks: spec.marks.clone(),
            limits: spec.options.limits,
            cni: spec.cni,
            other_images,
        },
        network: NetworkOptions { subnet: spec.options.subnet, taken: site.taken, registry: joins },
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
    let next = match run.manual.as_slice() {
        [] => next_steps(&spec.name, run.wait.until, context.ui.elapsed()),
        manual => manual_steps(&roster, manual, context.ui.elapsed()),
    };
    context.ui.note(&next);
    if spec.cni == Cni::None {
        context.ui.note(INSTALL_NETWORK);
    }
    if site.is_apart && run.nodes.addons.has(Addon::LoadBalancer) {
        context.ui.note(PUBLISH_INSTEAD);
    }
    Ok(())
}

/// Where pods have no network yet.
const INSTALL_NETWORK: &str =
    "Nodes become Ready when you have installed a network for pods: --cni none.\n";

/// Where the engine is elsewhere.
const PUBLISH_INSTEAD: &str = "Services of type LoadBalancer are reached from the engine's host \
    alone; 'create cluster --publish PORT:NODEPORT' publishes one here.\n";

/// Whether the cluster of `roster` is there already; then this says where it is.
pub(super) fn is_there(
    context: &Context,
    roster: &Roster,
    spec: Option<&ClusterSpec>,
) -> Result<bool, Error> {
    let name = roster.name();
    let existing = existing_like(context.asked(), roster, spec)?;
    if let Some(existing) = &existing {
        existing.tell(&context.ui);
        context.ui.fact("existed", true);
        context.ui.note(&format!("Cluster {name} is there already; nothing to do."));
    }
    Ok(existing.is_some())
}

/// Executes `plan`, which makes a cluster, and says where it is.
pub(super) fn apply(
    context: &Context,
    plan: &Plan,
    run: &Run<'_>,
    retain: bool,
) -> Result<(), Error> {
    let on_failure = if retain { OnFailure::Retain(&[]) } else { OnFailure::RollBack(&[]) };
    outcome::execute(context, plan, run, on_failure)?;
    if run.outputs.has_saved() {
        context.ui.fact("context", run.roster.name().context());
    }
    let family = run.nodes.ranges.family();
    if family.has_ipv6() {
        context.ui.fact("ip_family", family.as_str());
    }
    let nodes = &run.nodes;
    if !nodes.settings.is_empty() {
        context.ui.fact("settings", nodes.settings.summary());
    }
    if !nodes.limits.is_empty() {
        context.ui.fact("limits", nodes.limits.to_string());
    }
    if nodes.cni == Cni::None {
        context.ui.fact("cni", nodes.cni.as_str());
    }
    if let Ok(port) = run.outputs.api_port() {
        context.ui.fact("server", format!("https://{}:{port}", run.api.address));
    }
    Ok(())
}

/// `images` of single nodes, and what those images must be called in a cluster of `image`.
pub(super) fn with_names(
    docker: &Docker,
    images: BTreeMap<NodeName, NodeImage>,
    image: &NodeImage,
) -> Result<(BTreeMap<NodeName, NodeImage>, Vec<String>), Error> {
    let names = if images.is_empty() { Vec::new() } else { stand_in_names(docker, image)? };
    Ok((images, names))
}

/// The user's proxies, with a warning where no node reaches them.
pub(super) fn proxy(context: &Context) -> Result<Option<Proxy>, Error> {
    let proxy = context.env.proxy()?;
    if proxy.as_ref().is_some_and(Proxy::is_on_loopback) {
        context.ui.warn("the proxy is on this machine's loopback, where no node reaches it");
    }
    Ok(proxy)
}

/// What the user asked for, beside the API where no address was given.
pub(super) fn ports(options: &ClusterOptions, api: Ipv4Addr, family: IpFamily) -> Vec<PortBinding> {
    let ports = |spec: &PortMapping| {
        let PortMapping { address, port, node_port, protocol } = *spec;
        let at =
            move |address| PortBinding { address, port: port.get(), target: node_port, protocol };
        published_at(address.unwrap_or(api).into(), family).map(at)
    };
    options.publish.iter().flat_map(ports).collect()
}

/// What was left to the user, in the order to do it in.
fn manual_steps(roster: &Roster, manual: &[NodeName], total: Duration) -> String {
    let (name, first) = (roster.name(), &roster.first_master());
    let exec = |node: &NodeName, words: &str| format!("mokctl exec {node} -- bash {words}");
    let setup = |role: Role| {
        let nodes = manual.iter().filter(move |node| node.role() == role);
        nodes.map(move |node| match role {
            Role::Worker => exec(node, &format!("{SETUP} JOIN")),
            Role::Master if node != first => exec(node, &format!("{SETUP} JOIN_MASTER")),
            Role::Master | Role::LoadBalancer => exec(node, SETUP),
        })
    };
    let nodes: Vec<String> = roster.kubernetes().map(ToString::to_string).collect();
    let ready = exec(first, &format!("{} 240 0 {}", scripts::READY, nodes.join(" ")));
    let access = if manual.contains(first) {
        format!("mokctl get kubeconfig {name}")
    } else {
        format!("kubectl --context {} get nodes", name.context())
    };
    let roles = [Role::LoadBalancer, Role::Master, Role::Worker];
    let steps = roles.into_iter().flat_map(setup).chain([ready, access]);
    let steps: Vec<String> = steps.map(|step| format!("  {step}\n")).collect();

    let is_asked = |mark: &str| steps.iter().any(|step| step.ends_with(&format!(" {mark}\n")));
    let config = format!("--config=/{}", scripts::INIT_CONFIG);
    let kubeadm = |words: &str| format!("mokctl exec {first} -- kubeadm {words} {config}");
    let token = kubeadm("token create --print-join-command");
    let key = kubeadm("init phase upload-certs --upload-certs");
    let joins = [
        (
            "JOIN_MASTER",
            format!(
                "JOIN with --control-plane --certificate-key KEY; this prints a fresh KEY:\n\n  {key}"
            ),
        ),
        ("JOIN", format!("the join command; this prints a fresh one:\n\n  {token}")),
    ];
    let is_needed = |mark: &str| is_asked(mark) || (mark == "JOIN" && is_asked("JOIN_MASTER"));
    let joins = joins.into_iter().filter(|(mark, _)| is_needed(mark));
    let joins = joins.map(|(mark, text)| format!("{mark} is {text}\n\n"));
    format!(
        "Cluster {name} is up after {:.1} s. The rest is yours, in this order:\n\n{}\n{}",
        total.as_secs_f64(),
        steps.concat(),
        joins.collect::<String>()
    )
}

/// What the user may do with the cluster `name`, made after `total`.
pub(super) fn next_steps(name: &ClusterName, until: Until, total: Duration) -> String {
    let how = match until {
        Until::Registered => "up, its nodes soon Ready,",
        Until::Nodes | Until::Pods => "ready",
    };
    format!(
        "Cluster {name} is {how} after {:.1} s. The current context is {context}; next:\n\n  \
         kubectl --context {context} get nodes\n  mokctl exec {name}-master-1\n  mokctl delete cluster {name}\n",
        total.as_secs_f64(),
        context = name.context(),
    )
}
