//! Deletes objects that do not belong to a cluster: a snapshot or a registry.

use super::Context;
use crate::error::Error;
use crate::run::Removal;
use crate::ui::PlannedStep;

/// Removes the containers and images of `removal` after asking the user. `what` names them, such
/// as `snapshot s`. With `dry_run` it only prints the calls.
pub(super) fn remove(
    context: &Context,
    removal: &Removal,
    what: &str,
    yes: bool,
    dry_run: bool,
) -> Result<(), Error> {
    let (title, step) = (format!("Deleting {what}"), format!("remove {what}"));
    if dry_run {
        let calls = removal.container_calls().into_iter().chain(removal.image_calls());
        let commands = calls.map(|(docker, call)| docker.pretty(&call)).collect();
        context.ui.planned(&title, &[PlannedStep { name: step, node: None, commands }]);
        return Ok(());
    }
    let question = format!("Are you sure you want to delete the {what}? (y/N) >");
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
