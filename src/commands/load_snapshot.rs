//! `load snapshot`: loads a snapshot from a file.

use std::fs::File;
use std::io::{self, Seek};
use std::path::Path;

use super::Context;
use crate::docker::args;
use crate::error::Error;
use crate::inventory::snapshots;
use crate::snapshot::SnapshotError;
use crate::snapshot::file::{FileError, check};

/// Loads the snapshot in the file `path`, all of it or nothing, and prints its name.
pub(super) fn run(context: &Context, path: &Path) -> Result<(), Error> {
    let wrong = |source| SnapshotError::File { path: path.to_owned(), source };
    let stage = context.ui.stage(&format!("Checking {}", path.display()));
    let mut file = File::open(path).map_err(|error| wrong(FileError::Read(error)))?;
    let header = check(&file).map_err(wrong)?;
    stage.done();
    let name = &header.snapshot;
    snapshots::refuse_taken_name(&context.docker, name)?;
    for base in &header.bases {
        if context.docker.ask_image(&args::image_id(&base.id))?.is_none() {
            return Err(SnapshotError::NoBase(base.clone()).into());
        }
    }
    let stage = context.ui.stage(&format!("Loading snapshot {name}"));
    let loaded = load(context, &mut file)
        .and_then(|read| read.map_err(|error| wrong(FileError::Read(error)).into()))
        .and_then(|()| Ok(snapshots::named(&context.docker, name)?));
    if let Err(error) = loaded {
        let images = header.images();
        let remove = args::remove_images(images.iter().map(String::as_str));
        // None of these images existed before. Removing those that were not loaded fails, which is
        // fine.
        let _ = context.docker.uninterruptible().capture(&remove);
        return Err(error);
    }
    stage.done();
    context.ui.answer(&format!("{name}\n"));
    Ok(())
}

/// Has the engine load `file`. The inner error is that of the file.
fn load(context: &Context, file: &mut File) -> Result<io::Result<()>, Error> {
    Ok(context.docker.feed(&args::load_piped(), |pipe| {
        file.rewind()?;
        io::copy(file, pipe).map(drop)
    })?)
}
