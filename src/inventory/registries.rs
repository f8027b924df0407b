//! The registries made by mokctl, and the networks that they are on.

use std::collections::BTreeSet;
use std::num::NonZeroU16;

use super::error::InventoryError;
use crate::cluster::labels::registry as label;
use crate::cluster::own_registry::{OwnRegistry, RegistryName};
use crate::cluster::registry::Registry;
use crate::docker::inspect::{self, Container};
use crate::docker::{Docker, DockerError, args};
use crate::ui::Ui;

/// A registry made by mokctl.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundRegistry {
    /// The name.
    pub name: RegistryName,
    /// The id of its container.
    pub id: String,
    /// The port on the loopback address of the engine's host.
    pub port: NonZeroU16,
    /// Whether it is running.
    pub runs: bool,
    /// The names and ids of the networks that it is on.
    pub networks: Vec<(String, String)>,
}

/// Returns all registries made by mokctl, sorted by name.
///
/// # Errors
/// Fails if the engine does not answer.
pub fn all(docker: &Docker) -> Result<Vec<FoundRegistry>, DockerError> {
    let list = args::labelled_container_ids(label::NAME);
    let inspect = |ids: &[String]| args::inspect_containers(ids.iter().map(String::as_str));
    Ok(docker.read_listed(&list, inspect, read)?.unwrap_or_default())
}

/// Returns the registry made by mokctl that one of `wanted` refers to, if one does.
///
/// # Errors
/// Fails if the engine does not answer, or if `wanted` refers to several.
pub fn own<'a>(
    docker: &Docker,
    wanted: impl IntoIterator<Item = &'a Registry>,
) -> Result<Option<OwnRegistry>, InventoryError> {
    let ports: BTreeSet<_> = wanted.into_iter().filter_map(Registry::loopback_port).collect();
    if ports.is_empty() {
        return Ok(None);
    }
    let found = all(docker)?.into_iter().filter(|found| ports.contains(&found.port));
    let mut own: Vec<_> =
        found.map(|found| OwnRegistry { name: found.name, port: found.port }).collect();
    match own.len() {
        0 | 1 => Ok(own.pop()),
        _ => Err(InventoryError::SeveralRegistries(own)),
    }
}

/// Returns the name of `own` if it exists, so that it can be connected to a network. Prints a
/// warning if it does not exist or is not running.
///
/// # Errors
/// Fails if the engine does not answer.
pub fn to_connect(
    docker: &Docker,
    own: Option<&OwnRegistry>,
    ui: &Ui,
) -> Result<Option<RegistryName>, DockerError> {
    let Some(OwnRegistry { name, port }) = own else { return Ok(None) };
    let found = all(docker)?.into_iter().find(|found| found.name == *name);
    match &found {
        None => ui.warn(&format!(
            "registry {name} is gone: nodes pull nothing from localhost:{port} before \
             'mokctl create registry {name} --port {port}'"
        )),
        Some(found) if !found.runs => ui.warn(&format!(
            "registry {name} does not run: nodes pull nothing from localhost:{port} before \
             'docker start {}'",
            name.container()
        )),
        Some(_) => {}
    }
    Ok(found.map(|found| found.name))
}

/// Parses the output of `docker container inspect` for containers with the label of registries.
///
/// # Errors
/// Returns what is wrong with the text, in a few words.
pub fn read(json: &str) -> Result<Vec<FoundRegistry>, String> {
    let containers: Vec<Container> =
        inspect::list(json).map_err(|error| format!("no list of containers: {error}"))?;
    let mut all: Vec<_> = containers.into_iter().filter_map(found).collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(all)
}

fn found(container: Container) -> Option<FoundRegistry> {
    let label = |key| container.config.label(key);
    let networks = container.network_settings.networks;
    Some(FoundRegistry {
        name: RegistryName::parse(label(label::NAME)?).ok()?,
        port: label(label::PORT)?.parse().ok()?,
        runs: container.state.running,
        networks: networks.into_iter().map(|(name, it)| (name, it.network)).collect(),
        id: container.id,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_registry_says_where_it_is() {
        let json = json!([
            {
                "Id": "0123", "Name": "/mok-registry-b", "State": { "Running": true },
                "Config": { "Labels": { "mok.registry.name": "b", "mok.registry.port": "5001" } },
                "NetworkSettings": { "Networks": {
                    "bridge": { "NetworkID": "1" }, "mok-a": { "NetworkID": "2" }
                } }
            },
            { "Id": "1", "Name": "/x", "State": { "Running": false },
              "Config": { "Labels": { "mok.registry.name": "a", "mok.registry.port": "no" } } }
        ]);
        let found = read(&json.to_string()).unwrap();
        let [registry] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((registry.name.as_str(), registry.port.get(), registry.runs), ("b", 5001, true));
        assert_eq!(registry.networks[1], ("mok-a".to_owned(), "2".to_owned()));
        assert!(read("{").is_err());
    }
}
