//! `create registry`: creates an image registry for clusters.

use std::collections::BTreeMap;
use std::num::NonZeroU16;

use super::Context;
use crate::cluster::image_ref::ImageRef;
use crate::cluster::labels::{self, registry as label};
use crate::cluster::layout::Layout;
use crate::cluster::name::ClusterName;
use crate::cluster::own_registry::{OwnRegistry, PORT, RegistryName};
use crate::docker::args::RegistryContainer;
use crate::docker::{Call, DockerError, Engines, ErrorKind, args};
use crate::error::{Error, OwnRegistryError};
use crate::inventory::members::{self, Member};
use crate::inventory::{node_images, registries};
use crate::node::files::archive;
use crate::node::registry_server as server;
use crate::run::{new_id, roll_back};
use crate::ui::PlannedStep;

/// The default port on the host, which tutorials use.
const USUAL_PORT: NonZeroU16 = PORT;

/// Creates the registry `name` from the node image `image`, published at `port` of loopback.
/// Connects it to the networks of clusters that had a registry of that name at that port.
pub(super) fn run(
    context: &Context,
    name: &RegistryName,
    port: Option<NonZeroU16>,
    image: Option<&ImageRef>,
    dry_run: bool,
) -> Result<(), Error> {
    let (docker, port) = (&context.docker, port.unwrap_or(USUAL_PORT));
    context.ui.fact("registry", name.as_str());
    if let Some(found) = registries::all(docker)?.into_iter().find(|found| found.name == *name) {
        return Err(OwnRegistryError::Exists { name: name.clone(), port: found.port }.into());
    }
    let image = node_images::chosen(docker, image, None)?.name;
    let container = name.container();
    let id = new_id();
    let registry = RegistryContainer {
        name: container.clone(),
        labels: vec![
            (label::NAME, name.to_string()),
            (label::PORT, port.to_string()),
            (labels::RUN, id.clone()),
        ],
        ports: [port, PORT],
        store: server::STORE,
        image,
        program: [server::ENTRYPOINT, "serve", server::CONFIG],
    };
    let config = archive(&[server::config()]).map_err(OwnRegistryError::Pack)?;
    let mut calls = vec![
        args::create_registry(&registry),
        args::put_files(&container, config),
        args::start([container.as_str()]),
        args::exec(&container, ["bash", "-c", server::LISTENS]).deadline(Call::WORK),
    ];
    calls.extend(connections(&members::of(docker, None)?, name, port));
    let (title, step) = (format!("Creating registry {name}"), format!("start {container}"));
    if dry_run {
        let commands = calls.iter().map(|call| docker.pretty_with_input(call)).collect();
        context.ui.planned(&title, &[PlannedStep { name: step, node: None, commands }]);
        return Ok(());
    }
    let stage = context.ui.stage(&title);
    let running = stage.step(&step, None);
    if let Err(error) = calls.iter().try_for_each(|call| docker.capture(call).map(drop)) {
        drop((running, stage));
        remove(context, name, &id);
        return Err(explained(error, name, port));
    }
    running.done();
    stage.done();
    context.ui.fact("address", format!("localhost:{port}"));
    context.ui.note(&format!(
        "Registry {name} is at localhost:{port}; next:\n\n  docker push localhost:{port}/IMAGE\n  \
         mokctl create cluster NAME 1 1 --registry localhost:{port}\n"
    ));
    Ok(())
}

/// Returns the calls that connect the registry to the networks of the clusters that use it.
fn connections(members: &[Member], name: &RegistryName, port: NonZeroU16) -> Vec<Call> {
    let own = OwnRegistry { name: name.clone(), port };
    let looks = |member: &&Member| member.profile.own_registry.as_ref() == Some(&own);
    // All nodes of a cluster have the same layout.
    let layouts: BTreeMap<_, _> = members
        .iter()
        .filter(looks)
        .filter_map(|member| Some((&member.cluster, member.layout()?)))
        .collect();
    let connect = |(cluster, layout): (&ClusterName, Layout)| {
        let (address, ipv6_address) = layout.registry();
        args::connect(&cluster.network(), &name.container(), address, ipv6_address)
    };
    layouts.into_iter().map(connect).collect()
}

/// Removes the registry's container after a failure.
fn remove(context: &Context, name: &RegistryName, id: &str) {
    let stage = context.ui.stage("Rolling back");
    let step = stage.step("roll back", None);
    match roll_back(&Engines::one(context.docker.clone()), id) {
        Ok(()) => {
            step.done();
            stage.done();
        }
        Err(error) => {
            drop((step, stage));
            let again = format!("mokctl delete registry {name}");
            context.ui.warn(&format!("{error}; '{again}' removes what remains"));
        }
    }
}

/// Converts the engine's error to a clearer one, if its message tells the reason.
fn explained(error: DockerError, name: &RegistryName, port: NonZeroU16) -> Error {
    match error.kind() {
        ErrorKind::PortTaken => OwnRegistryError::PortTaken { port, source: error }.into(),
        ErrorKind::NameTaken => OwnRegistryError::Exists { name: name.clone(), port }.into(),
        _ => error.into(),
    }
}
