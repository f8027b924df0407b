//! `build image`: a node image out of the distribution's packages.

use super::Context;
use crate::cluster::spec::VersionPrefix;
use crate::error::Error;
use crate::image::build::build;
use crate::image::flavour::{FLAVOURS, Flavour};
use crate::kubeadm::version::KubernetesVersion;

/// Builds the flavour of that name, or the first one, and prints the image's
/// name.
pub(super) fn run(
    context: &Context,
    flavour: Option<&str>,
    version: Option<&VersionPrefix>,
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
    let privilege = context.privilege(&context.endpoint()?);
    let built = build(&context.docker, flavour, privilege, &context.ui)?;
    if built.cached {
        context.ui.note("Nothing has changed since it was built.");
    }
    context.ui.answer(&format!("{}\n", built.image));
    Ok(())
}
