//! `delete registry`: deletes a registry made by mokctl.

use super::{Context, removal};
use crate::cluster::own_registry::RegistryName;
use crate::error::{Error, OwnRegistryError};
use crate::inventory::registries;
use crate::run::Removal;

/// Removes the registry and the images that were pushed to it. Clusters that use it are not
/// changed.
pub(super) fn run(
    context: &Context,
    name: &RegistryName,
    yes: bool,
    dry_run: bool,
) -> Result<(), Error> {
    context.ui.fact("registry", name.as_str());
    let found = registries::all(&context.docker)?.into_iter().find(|found| found.name == *name);
    let found = found.ok_or_else(|| OwnRegistryError::NotFound(name.clone()))?;
    let mut all = Removal::default();
    all.add_containers(&context.docker, &[found.id]);
    removal::remove(context, &all, &format!("registry {name}"), yes, dry_run)
}
