//! The node images of an upgrade, one for each minor version. Images that the engine lacks are
//! fetched.

use super::image_supply::{Supply, is_fetched, no_node_image};
use crate::cluster::image_source::ImageSource;
use crate::cluster::upgrade::UpgradeSpec;
use crate::error::Error;
use crate::image::contract::NodeImage;
use crate::inventory::existing::ExistingCluster;
use crate::inventory::node_images;
use crate::inventory::node_objects::NodeObject;
use crate::preflight::{self, PreflightError, UpgradeError};

/// Returns the last image of the upgrade, or `None` in a dry run in which it would have to be
/// fetched.
pub(super) fn end(supply: &Supply<'_>, spec: &UpgradeSpec) -> Result<Option<NodeImage>, Error> {
    let (image, wanted) = (spec.image.as_ref(), spec.version.as_ref());
    if let Some(ImageSource::File(path)) = &spec.image_source {
        return supply.load(path, wanted);
    }
    match node_images::chosen(supply.docker, image, wanted) {
        Err(missing) if is_fetched(&missing, image) => {
            supply.pull(wanted, || no_node_image(missing, wanted))
        }
        chosen => Ok(Some(chosen?)),
    }
}

/// Returns all images of the upgrade, of which `image` is the last, or `None` in a dry run in
/// which one would have to be fetched.
pub(super) fn to(
    supply: &Supply<'_>,
    image: &NodeImage,
    existing: &ExistingCluster,
    objects: &[NodeObject],
) -> Result<Option<Vec<String>>, Error> {
    let mut fetched = None;
    loop {
        let images = node_images::all(supply.docker)?;
        let error = match preflight::path(image, &existing.members, objects, &images) {
            Ok(path) => return Ok(Some(path)),
            Err(error) => error,
        };
        let between = match &error {
            UpgradeError::NoStep { missing, .. } if fetched.as_ref() != Some(missing) => missing,
            _ => return Err(PreflightError::from(error).into()),
        };
        let between = between.clone();
        let nowhere = || PreflightError::from(error).into();
        if supply.pull(Some(&between), nowhere)?.is_none() {
            return Ok(None);
        }
        fetched = Some(between);
    }
}
