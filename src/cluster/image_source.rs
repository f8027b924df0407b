//! The source of a node image that the engine lacks.

use std::fmt;
use std::path::PathBuf;

use thiserror::Error;

use super::image_ref::ImageRef;

/// The error of a word that is not a repository.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "invalid REPO, '{0}': where images are is allowed, without the image's own name, like \
     registry:5000/mok"
)]
pub struct RepositoryError(String);

/// The repository in which a registry has node images: the part of their names before the last
/// `/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageRepository(String);

impl ImageRepository {
    /// Checks only the characters of `word`: docker decides what a reference means.
    ///
    /// # Errors
    /// Fails if `word` cannot be part of an image's name.
    pub fn parse(word: &str) -> Result<Self, RepositoryError> {
        let is_path = !word.contains('@') && !word.ends_with(['/', ':']) && !word.contains("//");
        ImageRef::parse(word)
            .ok()
            .filter(|_| is_path)
            .map(|_| Self(word.to_owned()))
            .ok_or_else(|| RepositoryError(word.to_owned()))
    }

    /// Returns the full name of the image `name` in this repository.
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

/// The source that the user chose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageSource {
    /// A repository of a registry.
    Repository(ImageRepository),
    /// A file of a release, in the format of `docker load`.
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
