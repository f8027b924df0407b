//! The error of image builds.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use super::build_files::BASE;
use crate::cluster::kubernetes::KubernetesVersion;
use crate::cluster::version_prefix::VersionPrefix;
use crate::docker::DockerError;

/// Why an image cannot be built.
#[derive(Debug, Error)]
pub enum BuildError {
    /// A call to the engine failed.
    #[error(transparent)]
    Docker(#[from] DockerError),
    /// The build files cannot be packed.
    #[error("cannot pack the build files")]
    Pack(#[from] io::Error),
    /// There is no base image, and none can be made.
    #[error(
        "cannot get the base image {BASE}: it cannot be pulled, and mmdebstrap is not installed"
    )]
    NoBase {
        /// Why the base image cannot be pulled.
        #[source]
        pull: DockerError,
    },
    /// A program does not compile, or its module cannot be downloaded.
    #[error("failed to compile {program} of {module}")]
    Compile {
        /// The program.
        program: String,
        /// The module and its version.
        module: String,
        /// The compiler's output. Not a `source`, because the docker call itself would not help a
        /// user.
        error: Box<DockerError>,
    },
    /// The module proxy does not answer.
    #[error("cannot list the versions of Kubernetes that the Go module proxy has")]
    NoProxy {
        /// Go's output.
        error: Box<DockerError>,
    },
    /// The module proxy has no such version.
    #[error("the Go module proxy has no Kubernetes {wanted}{}", newest_known(*.newest))]
    NoVersion {
        /// The version that was asked for.
        wanted: VersionPrefix,
        /// The newest patch version of that minor version, if there is any.
        newest: Option<KubernetesVersion>,
    },
    /// The machine's certificate authorities cannot be read.
    #[error("cannot read the certificate authorities in {}", path.display())]
    Authorities {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
}

impl BuildError {
    /// Returns the failed docker call, if there is one. Its output tells the reason.
    #[must_use]
    pub fn docker(&self) -> Option<&DockerError> {
        match self {
            Self::Docker(error) => Some(error),
            Self::Compile { error, .. } | Self::NoProxy { error } => Some(error),
            _ => None,
        }
    }
}

fn newest_known(newest: Option<KubernetesVersion>) -> String {
    newest.map(|newest| format!("; the newest is {newest}")).unwrap_or_default()
}
