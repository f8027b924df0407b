//! The errors of fetching an image.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::docker::DockerError;
use crate::image::contract::ContractError;

/// Why an image cannot be fetched.
#[derive(Debug, Error)]
pub enum FetchError {
    /// A call to the engine failed.
    #[error(transparent)]
    Docker(#[from] DockerError),
    /// The fetched image is not a node image.
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// The image cannot be pulled.
    #[error("cannot pull the node image")]
    Pull(#[source] DockerError),
    /// The fetched image has another Kubernetes version.
    #[error("there is no image with Kubernetes {wanted}; there is {found} in {place}")]
    NoVersion {
        /// The version that was asked for.
        wanted: String,
        /// The version of the image.
        found: String,
        /// Where the image is from.
        place: String,
    },
    /// The file cannot be loaded.
    #[error("cannot load the node image from {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: FileError,
    },
}

/// Why a file cannot be loaded.
#[derive(Debug, Error)]
pub enum FileError {
    /// The file cannot be read.
    #[error("the file cannot be read")]
    Read(#[source] io::Error),
    /// The file is not an image.
    #[error("not a file with one image")]
    Foreign,
    /// The file is damaged.
    #[error("the file is damaged")]
    Damaged,
    /// The file does not have the checksum of the release.
    #[error("checksum mismatch: {} has another one", .0.display())]
    Checksum(PathBuf),
}

/// Converts the error of a read. One without an error code of the system means that the file was
/// truncated or overwritten.
impl From<io::Error> for FileError {
    fn from(error: io::Error) -> Self {
        match error.raw_os_error() {
            Some(_) => Self::Read(error),
            None => Self::Damaged,
        }
    }
}

impl FetchError {
    /// Returns the failed docker call, if there is one. Its output tells the reason.
    #[must_use]
    pub fn docker(&self) -> Option<&DockerError> {
        match self {
            Self::Docker(error) | Self::Pull(error) => Some(error),
            Self::Contract(_) | Self::NoVersion { .. } | Self::File { .. } => None,
        }
    }
}
