//! The node image of a new cluster: where the engine has none, it is fetched, from where the
//! user or the release says. It is never built unasked.

use std::path::Path;

use super::Context;
use crate::cluster::image_ref::ImageRef;
use crate::cluster::image_source::ImageSource;
use crate::cluster::roster::Roster;
use crate::cluster::spec::ClusterSpec;
use crate::docker::{Docker, args};
use crate::error::Error;
use crate::image::fetch::{self, Fetcher};
use crate::inventory::error::InventoryError;
use crate::preflight::machine::Room;
use crate::preflight::{PreflightError, Site, refuse_existing, warn_of_room};
use crate::ui::PlannedStep;

/// The place of the new cluster, with its image in it. None with `dry_run` where that would
/// have to be fetched: nothing more is known then, and this has said so.
pub(super) fn site(
    context: &Context,
    spec: &ClusterSpec,
    roster: &Roster,
    dry_run: bool,
) -> Result<Option<Site>, Error> {
    let find =
        |spec: &ClusterSpec| Site::find(context.asked(), context.env.bounding_set, spec, roster);
    // One of the hosts; the others are given a copy.
    let docker = context.globals.hosts.first().map(|host| context.docker.at(host));
    let docker = docker.as_ref().unwrap_or(&context.docker);
    let fetcher = Fetcher { docker, ui: &context.ui, wanted: spec.version.as_ref() };
    if let Some(ImageSource::File(path)) = &spec.image_source {
        refuse_existing(docker, &spec.name)?;
        let image = match fetcher.known(path)? {
            Some(image) => image,
            None if dry_run => return Ok(foretell_load(context, docker, path)),
            None => {
                warn_of_room(&context.ui, docker, Room::Image)?;
                fetcher.load(path)?
            }
        };
        let image = ImageRef::parse(&image.name).ok();
        return Ok(Some(find(&ClusterSpec { image, ..spec.clone() })?));
    }
    let missing = match find(spec) {
        Err(PreflightError::Inventory(missing)) if is_fetched(&missing, spec) => missing,
        found => return Ok(Some(found?)),
    };
    let wanted = spec.version.as_ref();
    let from = match &spec.image_source {
        Some(ImageSource::Repository(repository)) => Some(fetch::reference(repository, wanted)),
        _ => fetch::reference_of_release(wanted),
    };
    let Some(from) = from else {
        return Err(Error::NoNodeImage { missing, wanted: wanted.cloned() });
    };
    if dry_run {
        let pull = docker.pretty(&args::pull(&from));
        return Ok(foretell(context, "Pulling the node image", pull));
    }
    warn_of_room(&context.ui, docker, Room::Image)?;
    fetcher.pull(&from)?;
    Ok(Some(find(spec)?))
}

/// Whether another image may take the place of the one that is missing.
fn is_fetched(missing: &InventoryError, spec: &ClusterSpec) -> bool {
    spec.image.is_none()
        && matches!(missing, InventoryError::NoImage(_) | InventoryError::NoVersion { .. })
}

fn foretell_load(context: &Context, docker: &Docker, path: &Path) -> Option<Site> {
    let path = path.display().to_string();
    let load = docker.pretty_with_input(&args::load_piped().input(path.clone()));
    foretell(context, "Loading the node image", load)
}

/// What comes before all that depends on the image.
fn foretell(context: &Context, title: &str, command: String) -> Option<Site> {
    let name = fetch::STEP.to_owned();
    context.ui.planned(title, &[PlannedStep { name, node: None, commands: vec![command] }]);
    context.ui.note("The rest depends on the image.");
    None
}
