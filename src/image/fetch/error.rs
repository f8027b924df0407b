//! Why no image came.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::docker::DockerError;
use crate::image::contract::ContractError;

/// Why no image came.
#[derive(Debug, Error)]
pub enum FetchError {
    /// The engine.
    #[error(transparent)]
    Docker(#[from] DockerError),
    /// What came is not a node image.
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// A registry does not give it.
    #[error("cannot pull the node image")]
    Pull(#[source] DockerError),
    /// What came has another version of Kubernetes.
    #[error("there is no image with Kubernetes {wanted}; there is {found} in {place}")]
    NoVersion {
        /// What was asked for.
        wanted: String,
        /// What there is.
        found: String,
        /// Where.
        place: String,
    },
    /// A file.
    #[error("cannot load the node image from {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: FileError,
    },
}

/// Why a file is not taken.
#[derive(Debug, Error)]
pub enum FileError {
    /// It cannot be read, or not to its end.
    #[error("the file cannot be read")]
    Read(#[source] io::Error),
    /// It is something else.
    #[error("not a file with one image")]
    Foreign,
    /// It is not what was compressed.
    #[error("the file is damaged")]
    Damaged,
    /// It is not what was released.
    #[error("checksum mismatch: {} has another one", .0.display())]
    Checksum(PathBuf),
}

/// What was cut short or overwritten, nothing can be read out of.
impl From<io::Error> for FileError {
    fn from(error: io::Error) -> Self {
        match error.raw_os_error() {
            Some(_) => Self::Read(error),
            None => Self::Damaged,
        }
    }
}

impl FetchError {
    /// The docker call that failed, if one did: what it printed says why.
    #[must_use]
    pub fn docker(&self) -> Option<&DockerError> {
        match self {
            Self::Docker(error) | Self::Pull(error) => Some(error),
            Self::Contract(_) | Self::NoVersion { .. } | Self::File { .. } => None,
        }
    }
}
