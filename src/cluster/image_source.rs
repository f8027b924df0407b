//! Where a node image comes from that the engine does not have.

use std::fmt;
use std::path::PathBuf;

use thiserror::Error;

use super::image_ref::ImageRef;

/// A word that is no repository.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "invalid REPO, '{0}': where images are is allowed, without the image's own name, like \
     registry:5000/mok"
)]
pub struct RepositoryError(String);

/// Where a registry has node images: the image's own name follows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageRepository(String);

impl ImageRepository {
    /// Checks the characters alone: what a reference means is docker's to say.
    ///
    /// # Errors
    /// It is no part of an image's name.
    pub fn parse(word: &str) -> Result<Self, RepositoryError> {
        let is_path = !word.contains('@') && !word.ends_with(['/', ':']) && !word.contains("//");
        ImageRef::parse(word)
            .ok()
            .filter(|_| is_path)
            .map(|_| Self(word.to_owned()))
            .ok_or_else(|| RepositoryError(word.to_owned()))
    }

    /// The image `name` there.
    #[must_use]
    pub fn image(&self, name: &str) -> String {
        format!("{self}/{name}")
    }
}

impl fmt::Display for ImageRepository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the user named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageSource {
    /// A registry.
    Repository(ImageRepository),
    /// A file of a release, which `docker load` would take.
    File(PathBuf),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_is_the_beginning_of_an_images_name() {
        for good in ["r", "registry:5000", "registry:5000/mok", "quay.io/a/b"] {
            let repository = ImageRepository::parse(good).unwrap();
            assert_eq!(repository.image("x:1"), format!("{good}/x:1"));
        }
        for bad in ["", "-x", "r/", "r:", "r//x", "r@sha256:00", "no repository", "https://r", "/r"]
        {
            assert_eq!(ImageRepository::parse(bad), Err(RepositoryError(bad.into())), "{bad}");
        }
    }
}
