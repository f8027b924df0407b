//! `delete snapshot`: deletes a snapshot.

use super::{Context, removal};
use crate::cluster::labels::snapshot as label;
use crate::cluster::name::SnapshotName;
use crate::docker::args;
use crate::error::Error;
use crate::inventory::snapshots;
use crate::run::Removal;
use crate::snapshot::SnapshotError;

/// Removes the images of the snapshot, and temporary containers that a killed run has left. A
/// cluster that was restored from it goes on.
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
    let mut all = Removal::default();
    all.add_containers(&context.docker, &left);
    all.add_images(&context.docker, &found.images);
    all.add_nameless_images(&context.docker);
    removal::remove(context, &all, &format!("snapshot {name}"), yes, dry_run)
}
