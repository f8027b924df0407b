//! `build image`: a node image out of the distribution's packages, or one that
//! somebody else has built of them.

use super::Context;
use crate::cluster::labels::image as label;
use crate::cluster::spec::{ImageRef, VersionPrefix};
use crate::docker::args;
use crate::error::Error;
use crate::image::build::build;
use crate::image::flavour::{FLAVOURS, Flavour};
use crate::kubeadm::version::KubernetesVersion;

/// Builds the flavour of that name, or the first one, or pulls it where it is
/// `prebuilt`, and prints the image's name.
pub(super) fn run(
    context: &Context,
    flavour: Option<&str>,
    version: Option<&VersionPrefix>,
    prebuilt: bool,
) -> Result<(), Error> {
    let flavour = match flavour {
        None => &FLAVOURS[0],
        Some(given) => Flavour::find(given).ok_or_else(|| Error::NoFlavour {
            given: given.to_owned(),
            known: FLAVOURS.iter().map(|flavour| flavour.name).collect::<Vec<_>>().join(", "),
        })?,
    };
    let builds = KubernetesVersion::parse(flavour.kubernetes);
    if let Some(wanted) = version
        && !builds.is_some_and(|builds| wanted.matches(builds))
    {
        let known = format!("{} in flavour {}", flavour.kubernetes, flavour.name);
        return Err(Error::NoVersion { wanted: wanted.to_string(), known });
    }
    if prebuilt {
        pull(context, flavour, builds)?;
        context.ui.answer(&format!("{}\n", flavour.image()));
        return Ok(());
    }
    let privilege = context.privilege(&context.endpoint()?);
    let built = build(&context.docker, flavour, privilege, &context.ui)?;
    if built.cached {
        context.ui.note("Nothing has changed since it was built.");
    }
    context.ui.answer(&format!("{}\n", built.image));
    Ok(())
}

/// Brings the image of `flavour` from the user's repository, under the name that it
/// has when it is built here.
fn pull(
    context: &Context,
    flavour: &Flavour,
    version: Option<KubernetesVersion>,
) -> Result<(), Error> {
    let repository = context.env.image_repository.clone().unwrap_or_default();
    // What is not UTF-8 becomes what no reference has.
    let repository = repository.to_string_lossy();
    let from = ImageRef::parse(&format!("{repository}/{}:{}", flavour.name, flavour.kubernetes))
        .map_err(|_| Error::NoRepository(repository.into_owned()))?;
    let stage = context.ui.stage(&format!("Pulling {from}"));
    context.docker.capture(&args::pull(from.as_str()))?;
    // Anything may lie there.
    let pulled = context.node_image(from.as_str())?.version;
    if version != Some(pulled) {
        let wanted = flavour.kubernetes.to_owned();
        return Err(Error::NoVersion { wanted, known: format!("{pulled} in {from}") });
    }
    context.docker.capture(&args::tag(from.as_str(), &flavour.image()))?;
    stage.done();
    // The one that this one takes the name from would never be used again.
    context.docker.capture(&args::prune_images(label::INPUTS))?;
    Ok(())
}
