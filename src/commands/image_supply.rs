//! Supplies node images that the engine lacks, from the source that the user or the release names.
//! Images are never built unasked.

use std::path::Path;

use super::Context;
use crate::cluster::image_ref::ImageRef;
use crate::cluster::image_source::ImageSource;
use crate::cluster::version_prefix::VersionPrefix;
use crate::docker::{Docker, args};
use crate::error::Error;
use crate::image::contract::NodeImage;
use crate::image::fetch::{self, Fetcher};
use crate::inventory::error::InventoryError;
use crate::preflight::machine::Room;
use crate::preflight::warn_of_room;
use crate::ui::PlannedStep;

/// The source of missing images. With `dry_run` nothing is fetched: the fetch is printed, and the
/// result is `None`, because everything else depends on the image.
pub(super) struct Supply<'a> {
    pub context: &'a Context,
    /// The engine that gets the images.
    pub docker: &'a Docker,
    /// The source that the user chose.
    pub source: Option<&'a ImageSource>,
    pub dry_run: bool,
}

impl Supply<'_> {
    /// Loads the image in the file `path`, which must have the version `wanted`.
    pub(super) fn load(
        &self,
        path: &Path,
        wanted: Option<&VersionPrefix>,
    ) -> Result<Option<NodeImage>, Error> {
        let fetcher = self.fetcher(wanted);
        if let Some(image) = fetcher.known(path)? {
            return Ok(Some(image));
        }
        if self.dry_run {
            let path = path.display().to_string();
            let load = args::load_piped().input(path.clone());
            self.foretell("Loading the node image", self.docker.pretty_with_input(&load));
            return Ok(None);
        }
        warn_of_room(&self.context.ui, self.docker, Room::Image)?;
        Ok(Some(fetcher.load(path)?))
    }

    /// Pulls the image of the version `wanted`. If no repository is known, `nowhere` makes the
    /// error.
    pub(super) fn pull(
        &self,
        wanted: Option<&VersionPrefix>,
        nowhere: impl FnOnce() -> Error,
    ) -> Result<Option<NodeImage>, Error> {
        let from = self.reference(wanted).ok_or_else(nowhere)?;
        if self.dry_run {
            self.foretell("Pulling the node image", self.docker.pretty(&args::pull(&from)));
            return Ok(None);
        }
        warn_of_room(&self.context.ui, self.docker, Room::Image)?;
        Ok(Some(self.fetcher(wanted).pull(&from)?))
    }

    /// Returns the reference of the image of the version `wanted` in a registry.
    fn reference(&self, wanted: Option<&VersionPrefix>) -> Option<String> {
        match self.source {
            Some(ImageSource::Repository(repository)) => Some(fetch::reference(repository, wanted)),
            Some(ImageSource::File(_)) | None => fetch::reference_of_release(wanted),
        }
    }

    fn fetcher<'b>(&'b self, wanted: Option<&'b VersionPrefix>) -> Fetcher<'b> {
        Fetcher { docker: self.docker, ui: &self.context.ui, wanted }
    }

    fn foretell(&self, title: &str, command: String) {
        let ui = &self.context.ui;
        let name = fetch::STEP.to_owned();
        ui.planned(title, &[PlannedStep { name, node: None, commands: vec![command] }]);
        ui.note("The rest depends on the image.");
    }
}

/// Whether an image that is `missing` may be fetched. An image that the user asked for by its name
/// `image` may not: it is the user's own.
pub(super) fn is_fetched(missing: &InventoryError, image: Option<&ImageRef>) -> bool {
    image.is_none()
        && matches!(missing, InventoryError::NoImage(_) | InventoryError::NoVersion { .. })
}

/// Returns the error if no repository is known.
pub(super) fn no_node_image(missing: InventoryError, wanted: Option<&VersionPrefix>) -> Error {
    Error::NoNodeImage { missing, wanted: wanted.cloned() }
}
