//! Which node images there are: reads `docker image inspect`.

use crate::cluster::kubernetes::KubernetesVersion;
use crate::cluster::labels::{image as label, snapshot};
use crate::docker::inspect::{self, Image};

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
/// node image that it stands on.
fn built(image: Image) -> Vec<BuiltImage> {
    let Image { id, repo_tags, size, config } = image;
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
