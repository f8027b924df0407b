//! Which node image a new cluster is made of.

use std::collections::BTreeSet;

use super::Context;
use crate::cluster::spec::{ClusterSpec, VersionPrefix};
use crate::error::Error;
use crate::image::contract::{BuiltImage, NodeImage};
use crate::image::flavour::FLAVOURS;

/// The image that was asked for, by name or by version; else the one that `build
/// image` makes.
pub(super) fn node_image(context: &Context, spec: &ClusterSpec) -> Result<NodeImage, Error> {
    let image = match (&spec.image, &spec.version) {
        (Some(image), _) => context.node_image(image.as_str())?,
        (None, None) => newest_built(context)?,
        (None, Some(wanted)) => {
            let images = context.node_images()?;
            let newest = images.iter().rfind(|image| wanted.matches(image.version));
            let newest = newest.ok_or_else(|| no_version(wanted, &images))?;
            context.node_image(&newest.name)?
        }
    };
    match &spec.version {
        Some(wanted) if !wanted.matches(image.version) => {
            Err(no_version(wanted, &context.node_images()?))
        }
        Some(_) | None => Ok(image),
    }
}

/// The newest of the images that `build image` makes.
fn newest_built(context: &Context) -> Result<NodeImage, Error> {
    for flavour in FLAVOURS[1..].iter().rev() {
        match context.node_image(&flavour.image()) {
            Err(Error::NoImage(_)) => {}
            found => return found,
        }
    }
    context.node_image(&FLAVOURS[0].image())
}

fn no_version(wanted: &VersionPrefix, images: &[BuiltImage]) -> Error {
    let versions: BTreeSet<_> = images.iter().map(|image| image.version).collect();
    let versions: Vec<_> = versions.iter().map(ToString::to_string).collect();
    let known = if versions.is_empty() { "none".to_owned() } else { versions.join(", ") };
    Error::NoVersion { wanted: wanted.to_string(), known }
}
