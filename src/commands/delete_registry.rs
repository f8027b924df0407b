//! `delete registry`.

use super::Context;
use crate::cluster::name::RegistryName;
use crate::error::Error;
use crate::inventory::registries;
use crate::run::Removal;
use crate::ui::PlannedStep;

/// Removes the registry with the images that were pushed to it. Clusters that pull from it
/// stay as they are.
pub(super) fn run(
    context: &Context,
    name: &RegistryName,
    yes: bool,
    dry_run: bool,
) -> Result<(), Error> {
    context.ui.fact("registry", name.as_str());
    let found = registries::all(&context.docker)?.into_iter().find(|found| found.name == *name);
    let found = found.ok_or_else(|| Error::NoRegistry(name.clone()))?;
    let mut removal = Removal::default();
    removal.add_containers(&context.docker, &[found.id]);
    let (title, step) =
        (format!("Deleting registry {name}"), format!("remove {}", name.container()));
    if dry_run {
        let calls = removal.container_calls();
        let commands = calls.into_iter().map(|(docker, call)| docker.pretty(&call)).collect();
        context.ui.planned(&title, &[PlannedStep { name: step, node: None, commands }]);
        return Ok(());
    }
    let question =
        format!("Are you sure you want to delete the registry {name} and its images? (y/N) >");
    if !yes && !context.ui.confirm(&question) {
        context.ui.note("Cancelling by user request.");
        return Ok(());
    }
    let stage = context.ui.stage(&title);
    let step = stage.step(&step, None);
    removal.remove_containers()?;
    step.done();
    stage.done();
    Ok(())
}
