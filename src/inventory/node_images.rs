//! Which node images there are, and which one a new cluster is made of.

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

/// A node image that the engine has, under one of its names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BuiltImage {
    /// The Kubernetes version in it.
    pub version: KubernetesVersion,
    /// The name.
    pub name: String,
    /// The engine's id of it.
    pub id: String,
    /// Its size, with what it shares.
    pub bytes: u64,
}

/// The node images that the engine has, the newest version last.
///
/// # Errors
/// Where the engine does not say.
pub fn all(docker: &Docker) -> Result<Vec<BuiltImage>, DockerError> {
    labelled(docker, label::SCHEMA, read)
}

/// What `read` finds among the images that carry `label`.
pub(super) fn labelled<T>(
    docker: &Docker,
    label: &str,
    read: impl FnOnce(&str) -> Result<Vec<T>, String>,
) -> Result<Vec<T>, DockerError> {
    let ids = docker.capture(&args::labelled_image_ids(label))?;
    // An image is listed once for each of its names.
    let ids: BTreeSet<&str> = ids.lines().collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    docker.read(&args::inspect_images(ids), read)
}

/// What the image `name` says of itself.
///
/// # Errors
/// Where it is not there, or no node image.
pub fn named(docker: &Docker, name: &str) -> Result<NodeImage, InventoryError> {
    let json = docker.ask_image(&args::inspect_images([name]))?;
    let json = json.ok_or_else(|| InventoryError::NoImage(name.to_owned()))?;
    Ok(NodeImage::from_inspect(name, &json)?)
}

/// What the image `name` of a snapshot says of the node image below it.
///
/// # Errors
/// Where it is not there, or says nothing like that.
pub fn below(docker: &Docker, name: &str) -> Result<NodeImage, InventoryError> {
    let json = docker.capture(&args::inspect_images([name]))?;
    Ok(NodeImage::from_saved(name, &json)?)
}

/// The image that was asked for, by name or by version; else the one that `build image`
/// makes where no version is asked for.
///
/// # Errors
/// Where there is none.
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

/// Reads the engine's inspection of several images: the node images among them,
/// the newest version last.
///
/// # Errors
/// What is wrong with the text, in a few words.
pub fn read(json: &str) -> Result<Vec<BuiltImage>, String> {
    let images: Vec<Image> =
        inspect::list(json).map_err(|error| format!("no list of images: {error}"))?;
    let mut found: Vec<BuiltImage> = images.into_iter().flat_map(built).collect();
    found.sort();
    Ok(found)
}

/// The image under each of its names; none for a snapshot's, which has the labels of the
/// node image that it is based on.
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
