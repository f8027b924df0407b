//! The node images of the engine, and the choice of one for a new cluster.

use std::collections::BTreeSet;

use super::error::InventoryError;
use crate::cluster::image_ref::ImageRef;
use crate::cluster::kubernetes::KubernetesVersion;
use crate::cluster::labels::{image as label, snapshot};
use crate::cluster::version_prefix::VersionPrefix;
use crate::docker::inspect::{self, Image};
use crate::docker::{Docker, DockerError, args};
use crate::image::contract::NodeImage;
use crate::image::identity;
use crate::image::release;

/// A node image under one of its names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BuiltImage {
    /// The Kubernetes version in it.
    pub version: KubernetesVersion,
    /// The name.
    pub name: String,
    /// The id.
    pub id: String,
    /// The size in bytes, including shared layers.
    pub bytes: u64,
}

/// Returns the node images of the engine, the newest version last.
///
/// # Errors
/// Fails if the engine does not answer.
pub fn all(docker: &Docker) -> Result<Vec<BuiltImage>, DockerError> {
    labelled(docker, label::SCHEMA, read)
}

/// Returns what `read` finds in the output of `inspect` for the images with `label`.
pub(super) fn labelled<T>(
    docker: &Docker,
    label: &str,
    read: impl FnOnce(&str) -> Result<Vec<T>, String>,
) -> Result<Vec<T>, DockerError> {
    let ids = docker.capture(&args::labelled_image_ids(label))?;
    // The engine lists an image once for each of its names.
    let ids: BTreeSet<&str> = ids.lines().collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    docker.read(&args::inspect_images(ids), read)
}

/// Returns the node image `name`.
///
/// # Errors
/// Fails if the image is missing or not a node image.
pub fn named(docker: &Docker, name: &str) -> Result<NodeImage, InventoryError> {
    let json = docker.ask_image(&args::inspect_images([name]))?;
    let json = json.ok_or_else(|| InventoryError::NoImage(name.to_owned()))?;
    Ok(NodeImage::from_inspect(name, &json)?)
}

/// Returns the node image on which the image `name` of a snapshot is based.
///
/// # Errors
/// Fails if the image is missing or lacks the labels of a node image.
pub fn below(docker: &Docker, name: &str) -> Result<NodeImage, InventoryError> {
    let json = docker.capture(&args::inspect_images([name]))?;
    Ok(NodeImage::from_saved(name, &json)?)
}

/// Returns the node image that was asked for by name or version, or else the one that `build
/// image` builds by default.
///
/// # Errors
/// Fails if there is no such image.
pub fn chosen(
    docker: &Docker,
    image: Option<&ImageRef>,
    version: Option<&VersionPrefix>,
) -> Result<NodeImage, InventoryError> {
    let image = match (image, version) {
        (Some(image), _) => named(docker, image.as_str())?,
        (None, None) => named(docker, &identity::name(release::DEFAULT))?,
        (None, Some(wanted)) => {
            let images = all(docker)?;
            let newest = images.iter().rfind(|image| wanted.matches(image.version));
            let newest = newest.ok_or_else(|| no_version(wanted, &images))?;
            named(docker, &newest.name)?
        }
    };
    match version {
        Some(wanted) if !wanted.matches(image.version) => Err(no_version(wanted, &all(docker)?)),
        Some(_) | None => Ok(image),
    }
}

fn no_version(wanted: &VersionPrefix, images: &[BuiltImage]) -> InventoryError {
    let versions: BTreeSet<_> = images.iter().map(|image| image.version).collect();
    let versions: Vec<_> = versions.iter().map(ToString::to_string).collect();
    let known = if versions.is_empty() { "none".to_owned() } else { versions.join(", ") };
    InventoryError::NoVersion { wanted: wanted.to_string(), known }
}

/// Parses the output of `docker image inspect`. Returns the node images in it, the newest version
/// last.
///
/// # Errors
/// Returns what is wrong with the text, in a few words.
pub fn read(json: &str) -> Result<Vec<BuiltImage>, String> {
    let images: Vec<Image> =
        inspect::list(json).map_err(|error| format!("no list of images: {error}"))?;
    let mut found: Vec<BuiltImage> = images.into_iter().flat_map(built).collect();
    found.sort();
    Ok(found)
}

/// Returns the node image under each of its names. An image of a snapshot is left out, although it
/// inherits the labels of its node image.
fn built(image: Image) -> Vec<BuiltImage> {
    let Image { id, repo_tags, size, config, .. } = image;
    let version = config.label(label::KUBERNETES).and_then(KubernetesVersion::parse);
    let version = version.filter(|_| config.label(snapshot::NAME).is_none());
    let built = |name| Some(BuiltImage { version: version?, name, id: id.clone(), bytes: size });
    repo_tags.into_iter().filter_map(built).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_listed_under_each_name_the_newest_last() {
        let image = |version: &str, names: &[&str]| {
            serde_json::json!({
                "Id": "sha256:0", "Size": 5, "RepoTags": names,
                "Config": { "Labels": { "mok.image.kubernetes": version } }
            })
        };
        let json = serde_json::json!([
            image("v1.37.10", &["b:2", "a:1"]),
            image("v1.37.2", &["c:1"]),
            image("unknown", &["d:1"]),
            { "Id": "sha256:1", "Config": { "Labels": null } },
            {
                "Id": "sha256:2", "Size": 5, "RepoTags": ["mok-snapshot/s:a-lb"],
                "Config": { "Labels": { "mok.image.kubernetes": "v1.37.2", "mok.snapshot": "s" } }
            }
        ]);
        let found = read(&json.to_string()).unwrap();
        let names: Vec<_> = found.iter().map(|image| image.name.as_str()).collect();
        assert_eq!(names, ["c:1", "a:1", "b:2"]);
        assert!(read("{").is_err());
    }
}
