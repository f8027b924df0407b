//! `build image`: builds the node image of a Kubernetes version, or pulls a prebuilt one.

use super::Context;
use crate::cluster::image_source::ImageRepository;
use crate::cluster::labels::image as label;
use crate::cluster::version_prefix::VersionPrefix;
use crate::docker::args;
use crate::error::Error;
use crate::image::build::Builder;
use crate::image::fetch::{self, Fetcher};
use crate::image::identity::FLAVOUR;
use crate::image::release;
use crate::preflight::machine::Room;
use crate::preflight::warn_of_room;

/// Builds the image of the version that was asked for, or pulls it if `prebuilt`, and prints its
/// name.
pub(super) fn run(
    context: &Context,
    flavour: Option<&str>,
    version: Option<&VersionPrefix>,
    prebuilt: bool,
    repository: Option<&ImageRepository>,
) -> Result<(), Error> {
    if let Some(given) = flavour.filter(|flavour| *flavour != FLAVOUR) {
        return Err(Error::NoFlavour { given: given.to_owned(), known: FLAVOUR.to_owned() });
    }
    if let Some(wanted) = version.filter(|wanted| !release::is_supported(wanted)) {
        return Err(Error::NotBuilt { wanted: wanted.clone() });
    }
    if prebuilt {
        return pull(context, version, repository);
    }
    let builder = Builder {
        docker: &context.docker,
        ui: &context.ui,
        privilege: context.privilege(&context.endpoint()?),
        source: context.env.modules.clone(),
    };
    let built = if let Some(built) = builder.found(version)? {
        built
    } else {
        let room = if builder.lacks_compiler()? { Room::Build } else { Room::Image };
        warn_of_room(&context.ui, &context.docker, room)?;
        builder.build(version)?
    };
    if built.cached {
        context.ui.note("Nothing has changed since it was built.");
    } else {
        context.ui.note(&format!(
            "Compiled parts stay for the next build; '{}' frees what they take.",
            context.docker.pretty(&args::prune_all_images(label::PART))
        ));
    }
    context.ui.answer(&format!("{}\n", built.image));
    Ok(())
}

/// Pulls the image, and gives it the name that a built one has.
fn pull(
    context: &Context,
    version: Option<&VersionPrefix>,
    repository: Option<&ImageRepository>,
) -> Result<(), Error> {
    let from = match repository {
        Some(repository) => fetch::reference(repository, version),
        None => fetch::reference_of_release(version).ok_or(Error::NoRepository)?,
    };
    let fetcher = Fetcher { docker: &context.docker, ui: &context.ui, wanted: version };
    warn_of_room(&context.ui, &context.docker, Room::Image)?;
    let image = fetcher.pull(&from)?;
    // The image that has lost its name to this one would never be used again.
    context.docker.capture(&args::prune_images(label::INPUTS))?;
    context.ui.answer(&format!("{}\n", image.name));
    Ok(())
}
