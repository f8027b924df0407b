//! The site of a new cluster, with its node image, which is fetched if the engine lacks it.

use super::Context;
use super::image_supply::{Supply, is_fetched, no_node_image};
use crate::cluster::image_ref::ImageRef;
use crate::cluster::image_source::ImageSource;
use crate::cluster::roster::Roster;
use crate::cluster::spec::ClusterSpec;
use crate::error::Error;
use crate::preflight::{PreflightError, Site, refuse_existing};

/// Returns the site of the new cluster with its image. Returns `None` with `dry_run` if the image
/// would have to be fetched first, which has then been printed.
pub(super) fn site(
    context: &Context,
    spec: &ClusterSpec,
    roster: &Roster,
    dry_run: bool,
) -> Result<Option<Site>, Error> {
    let find =
        |spec: &ClusterSpec| Site::find(context.asked(), context.env.bounding_set, spec, roster);
    // One host is enough: the others get a copy.
    let docker = context.globals.hosts.first().map(|host| context.docker.at(host));
    let docker = docker.as_ref().unwrap_or(&context.docker);
    let supply = Supply { context, docker, source: spec.image_source.as_ref(), dry_run };
    let wanted = spec.version.as_ref();
    if let Some(ImageSource::File(path)) = &spec.image_source {
        refuse_existing(docker, &spec.name)?;
        let Some(image) = supply.load(path, wanted)? else { return Ok(None) };
        let image = ImageRef::parse(&image.name).ok();
        return Ok(Some(find(&ClusterSpec { image, ..spec.clone() })?));
    }
    let missing = match find(spec) {
        Err(PreflightError::Inventory(missing)) if is_fetched(&missing, spec.image.as_ref()) => {
            missing
        }
        found => return Ok(Some(found?)),
    };
    let fetched = supply.pull(wanted, || no_node_image(missing, wanted))?;
    Ok(fetched.map(|_| find(spec)).transpose()?)
}
