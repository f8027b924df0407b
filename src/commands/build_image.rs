//! `build image`: a node image of one version of Kubernetes, compiled here, or pulled
//! from where a user's own registry has it.

use super::Context;
use crate::cluster::kubernetes::KubernetesVersion;
use crate::cluster::labels::image as label;
use crate::cluster::spec::{ImageRef, VersionPrefix};
use crate::docker::args;
use crate::error::Error;
use crate::image::build::Builder;
use crate::image::build_files::{self, FLAVOUR};
use crate::image::release;
use crate::inventory::error::InventoryError;
use crate::inventory::node_images;

/// Builds the image of the version that is meant, or pulls it where it is `prebuilt`, and
/// prints its name.
pub(super) fn run(
    context: &Context,
    flavour: Option<&str>,
    version: Option<&VersionPrefix>,
    prebuilt: bool,
) -> Result<(), Error> {
    if let Some(given) = flavour.filter(|flavour| *flavour != FLAVOUR) {
        return Err(Error::NoFlavour { given: given.to_owned(), known: FLAVOUR.to_owned() });
    }
    if let Some(wanted) = version.filter(|wanted| !release::is_supported(wanted)) {
        return Err(Error::NotBuilt { wanted: wanted.clone() });
    }
    if prebuilt {
        return pull(context, version);
    }
    let builder = Builder {
        docker: &context.docker,
        ui: &context.ui,
        privilege: context.privilege(&context.endpoint()?),
        source: context.env.modules.clone(),
    };
    let built = builder.build(version)?;
    if built.cached {
        context.ui.note("Nothing has changed since it was built.");
    } else {
        context.ui.note(&format!(
            "Compiled parts stay for the next build; 'docker image prune --all --filter label={}' \
             frees what they take.",
            label::PART
        ));
    }
    context.ui.answer(&format!("{}\n", built.image));
    Ok(())
}

/// Brings the image from the user's repository, under the name that it has when it is
/// built here.
fn pull(context: &Context, version: Option<&VersionPrefix>) -> Result<(), Error> {
    let repository = context.env.image_repository.clone().unwrap_or_default();
    // What is not UTF-8 becomes what no reference has.
    let repository = repository.to_string_lossy();
    let tag = version.map_or_else(|| release::DEFAULT.to_string(), |wanted| format!("v{wanted}"));
    let from = ImageRef::parse(&format!("{repository}/{FLAVOUR}:{tag}"))
        .map_err(|_| Error::NoRepository(repository.into_owned()))?;
    let stage = context.ui.stage(&format!("Pulling {from}"));
    context.docker.capture(&args::pull(from.as_str()))?;
    // Anything may lie there.
    let pulled = node_images::named(&context.docker, from.as_str())?.version;
    let is_meant = |pulled: KubernetesVersion| {
        version.map_or(pulled == release::DEFAULT, |wanted| wanted.matches(pulled))
    };
    if !is_meant(pulled) {
        return Err(InventoryError::NoVersion {
            wanted: tag,
            known: format!("{pulled} in {from}"),
        }
        .into());
    }
    let image = build_files::image(pulled);
    context.docker.capture(&args::tag(from.as_str(), &image))?;
    stage.done();
    // The one that this one takes the name from would never be used again.
    context.docker.capture(&args::prune_images(label::INPUTS))?;
    context.ui.answer(&format!("{image}\n"));
    Ok(())
}
