//! `export snapshot`: writes a snapshot to a file, for another engine.

use std::collections::BTreeSet;
use std::path::Path;

use super::Context;
use crate::cluster::name::SnapshotName;
use crate::docker::args;
use crate::error::Error;
use crate::inventory::snapshots;
use crate::snapshot::SnapshotError;
use crate::snapshot::file::{Header, write};

/// Writes the snapshot to `path`, and prints that path. The file appears in one step, and only its
/// owner can read it.
pub(super) fn run(context: &Context, name: &SnapshotName, path: &Path) -> Result<(), Error> {
    let header = Header::of(&snapshots::named(&context.docker, name)?);
    let mut layers = BTreeSet::new();
    for base in &header.bases {
        let found = context.docker.ask_image(&args::image_layers(&base.id))?;
        let found = found.ok_or_else(|| SnapshotError::NoBase(base.clone()))?;
        layers.extend(found.lines().map(|line| line.trim_start_matches("sha256:").to_owned()));
    }
    let stage = context.ui.stage(&format!("Exporting snapshot {name}"));
    let wrong = |source| Error::Write { path: path.to_owned(), source };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    // Its mode is 0600, because it contains keys.
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(wrong)?;
    let images = header.images();
    let save = args::save(images.iter().map(String::as_str));
    context
        .docker
        .read_out(&save, |archive| write(&header, archive, &layers, folder, file.as_file_mut()))?
        .map_err(wrong)?;
    file.persist(path).map_err(|error| wrong(error.error))?;
    stage.done();
    context.ui.answer(&format!("{}\n", path.display()));
    Ok(())
}
