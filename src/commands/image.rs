//! Which node image a new cluster is made of.

use std::collections::BTreeSet;

use super::Context;
use crate::cluster::spec::{ClusterSpec, VersionPrefix};
use crate::error::Error;
use crate::image::build_files;
use crate::image::contract::NodeImage;
use crate::image::release;
use crate::inventory::node_images::BuiltImage;

/// The image that was asked for, by name or by version; else the one that `build image`
/// makes where no version is asked for.
pub(super) fn node_image(context: &Context, spec: &ClusterSpec) -> Result<NodeImage, Error> {
    let image = match (&spec.image, &spec.version) {
        (Some(image), _) => context.node_image(image.as_str())?,
        (None, None) => context.node_image(&build_files::image(release::DEFAULT))?,
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

fn no_version(wanted: &VersionPrefix, images: &[BuiltImage]) -> Error {
    let versions: BTreeSet<_> = images.iter().map(|image| image.version).collect();
    let versions: Vec<_> = versions.iter().map(ToString::to_string).collect();
    let known = if versions.is_empty() { "none".to_owned() } else { versions.join(", ") };
    Error::NoVersion { wanted: wanted.to_string(), known }
}
