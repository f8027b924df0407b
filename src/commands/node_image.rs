//! The place of a new cluster, and its node image, which is fetched where the engine has none.

use super::Context;
use super::image_supply::{Supply, is_fetched, no_node_image};
use crate::cluster::image_ref::ImageRef;
use crate::cluster::image_source::ImageSource;
use crate::cluster::roster::Roster;
use crate::cluster::spec::ClusterSpec;
use crate::error::Error;
use crate::preflight::{PreflightError, Site, refuse_existing};

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
