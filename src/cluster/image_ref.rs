//! The name by which a user refers to an image. Knows only which characters it may have.

use std::fmt;

use thiserror::Error;

/// Why a word is not an image reference.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ImageRefError {
    /// The word has characters that no reference has.
    #[error(
        "invalid IMAGE, '{0}': letters, digits and '. _ - / : @' are allowed, \
         a letter or digit first"
    )]
    Characters(String),
    /// The word is a path.
    #[error(
        "invalid IMAGE, '{0}': that is a file; 'docker load --input={0}' puts its images into the \
         engine, where they have names"
    )]
    File(String),
}

/// A word that docker takes for an image reference, never for an option.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ImageRef(String);

impl ImageRef {
    /// Checks only the characters of `word`: docker decides what a reference means.
    pub fn parse(word: &str) -> Result<Self, ImageRefError> {
        let inner = |b: u8| b.is_ascii_alphanumeric() || b"._-/:@".contains(&b);
        if word.starts_with(|c: char| c.is_ascii_alphanumeric()) && word.bytes().all(inner) {
            Ok(Self(word.to_owned()))
        } else if ["/", "./", "../"].iter().any(|start| word.starts_with(start)) {
            Err(ImageRefError::File(word.to_owned()))
        } else {
            Err(ImageRefError::Characters(word.to_owned()))
        }
    }

    /// Returns the reference as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ImageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_never_an_option_of_docker() {
        for good in ["a", "mok-debian-12:1.33.1", "quay.io/x/y@sha256:00ff", "localhost:5000/A_b"] {
            assert_eq!(ImageRef::parse(good).unwrap().to_string(), good);
        }
        for file in ["/a", "./a.tar", "../a"] {
            assert_eq!(ImageRef::parse(file), Err(ImageRefError::File(file.to_owned())));
        }
        for bad in ["", "-v", "--privileged", ".a", "a b", "a;b", "ä", "a\n"] {
            assert_eq!(ImageRef::parse(bad), Err(ImageRefError::Characters(bad.to_owned())));
        }
    }
}
