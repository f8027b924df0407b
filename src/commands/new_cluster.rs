//! The parts of `create cluster` that are the same for a node image and for a snapshot.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use super::outcome::OnFailure;
use super::{Context, outcome};
use crate::cluster::cni::Cni;
use crate::cluster::family::IpFamily;
use crate::cluster::name::NodeName;
use crate::cluster::port::{PortBinding, PortMapping, published_at};
use crate::cluster::proxy::Proxy;
use crate::cluster::roster::Roster;
use crate::cluster::spec::{ClusterOptions, ClusterSpec};
use crate::docker::Docker;
use crate::error::Error;
use crate::image::contract::NodeImage;
use crate::plan::Plan;
use crate::preflight::{existing_like, stand_in_names};
use crate::run::Run;

/// Whether the cluster of `roster` exists already. If so, prints how it is reached.
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

/// Executes `plan`, which creates a cluster, and prints how it is reached.
pub(super) fn apply(
    context: &Context,
    plan: &Plan,
    run: &Run<'_>,
    retain: bool,
) -> Result<(), Error> {
    let on_failure = if retain { OnFailure::Retain(&[]) } else { OnFailure::RollBack(&[]) };
    outcome::execute(context, plan, run, on_failure)?;
    if run.outputs.kubeconfig_touched() {
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

/// Returns the names of the images that pods on nodes with `other_images` need in a cluster of
/// `image`.
pub(super) fn stand_ins(
    docker: &Docker,
    other_images: &BTreeMap<NodeName, NodeImage>,
    image: &NodeImage,
) -> Result<Vec<String>, Error> {
    Ok(if other_images.is_empty() { Vec::new() } else { stand_in_names(docker, image)? })
}

/// Returns the user's proxies, and warns if nodes cannot reach them.
pub(super) fn proxy(context: &Context) -> Result<Option<Proxy>, Error> {
    let proxy = context.env.proxy()?;
    if proxy.as_ref().is_some_and(Proxy::is_on_loopback) {
        context.ui.warn("the proxy is on this machine's loopback, where no node reaches it");
    }
    Ok(proxy)
}

/// Returns the ports to publish. A port without an address is published where the API is.
pub(super) fn ports(options: &ClusterOptions, api: Ipv4Addr, family: IpFamily) -> Vec<PortBinding> {
    let ports = |spec: &PortMapping| {
        let PortMapping { address, port, node_port, protocol } = *spec;
        let at =
            move |address| PortBinding { address, port: port.get(), target: node_port, protocol };
        published_at(address.unwrap_or(api).into(), family).map(at)
    };
    options.publish.iter().flat_map(ports).collect()
}
