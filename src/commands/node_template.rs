//! Makes the template for a new node from an existing one.

use crate::cluster::name::NodeName;
use crate::cluster::proxy::Proxy;
use crate::docker::privilege::Privilege;
use crate::docker::{Docker, args};
use crate::error::Error;
use crate::inventory::existing::ExistingCluster;
use crate::inventory::settings;
use crate::node::proxy::ENVIRONMENT;
use crate::node::settings::Settings;
use crate::run::NodeTemplate;

/// Returns the template of nodes like `model`. A node that publishes the API gets the other
/// published ports as well.
pub(super) fn like(
    existing: &ExistingCluster,
    model: &NodeName,
    privilege: Privilege,
) -> Result<NodeTemplate, Error> {
    let member = existing.member(model);
    let profile = member.map(|member| member.profile.clone()).unwrap_or_default();
    let has_proxy = member.is_some_and(|member| member.has_proxy);
    let proxy = has_proxy.then(|| proxy(existing.engines.of(model), model)).transpose()?;
    let settings = if profile.has_settings {
        settings::of_node(existing.engines.of(model), &model.to_string())?
    } else {
        Settings::default()
    };
    Ok(NodeTemplate {
        privilege,
        ports: existing.published(),
        mounts: member.map(|member| member.mounts.clone()).unwrap_or_default(),
        registry: profile.registry,
        own_registry: profile.own_registry,
        proxy,
        addons: profile.addons,
        ranges: existing.ranges(),
        settings,
        marks: existing.marks(),
        cni: existing.cni(),
        limits: profile.limits,
        // New nodes have the model's image, so there are no others.
        ..NodeTemplate::default()
    })
}

/// Reads the proxies of `node` from its file. They are not in labels, because they may contain a
/// password.
fn proxy(docker: &Docker, node: &NodeName) -> Result<Proxy, Error> {
    let read = args::exec(&node.to_string(), ["cat", ENVIRONMENT]);
    Ok(docker.read(&read, Proxy::from_rendered)?)
}
