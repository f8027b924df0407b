//! `delete snapshot`.

use super::Context;
use crate::cluster::labels::snapshot as label;
use crate::cluster::name::SnapshotName;
use crate::docker::args;
use crate::error::Error;
use crate::inventory::snapshots;
use crate::run::Removal;
use crate::snapshot::SnapshotError;
use crate::ui::PlannedStep;

/// Removes the images, and what a run that was killed left beside them. A cluster
/// that came out of them goes on.
pub(super) fn run(
    context: &Context,
    name: &SnapshotName,
    yes: bool,
    dry_run: bool,
) -> Result<(), Error> {
    context.ui.fact("snapshot", name.as_str());
    let found = snapshots::all(&context.docker)?.into_iter().find(|found| found.name == *name);
    let found = found.ok_or_else(|| SnapshotError::NotFound(name.clone()))?;
    let left = context.docker.ids(&args::container_ids(label::SAVING, name.as_str()))?;
    let mut removal = Removal::default();
    removal.add_containers(&context.docker, &left);
    removal.add_images(&context.docker, &found.images);
    removal.add_nameless_images(&context.docker);
    let (title, step) = (format!("Deleting snapshot {name}"), format!("remove {name}"));
    if dry_run {
        let calls = removal.container_calls().into_iter().chain(removal.image_calls());
        let commands = calls.map(|(docker, call)| docker.pretty(&call)).collect();
        context.ui.planned(&title, &[PlannedStep { name: step, node: None, commands }]);
        return Ok(());
    }
    let question = format!("Are you sure you want to delete the snapshot {name}? (y/N) >");
    if !yes && !context.ui.confirm(&question) {
        context.ui.note("Cancelling by user request.");
        return Ok(());
    }
    let stage = context.ui.stage(&title);
    let step = stage.step(&step, None);
    removal.remove_containers()?;
    removal.remove_images()?;
    step.done();
    stage.done();
    Ok(())
}
