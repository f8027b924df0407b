//! Why an image cannot be built.

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
    /// The engine could not do it.
    #[error(transparent)]
    Docker(#[from] DockerError),
    /// The build files cannot be packed.
    #[error("cannot pack the build files")]
    Pack(#[from] io::Error),
    /// There is no base to build on.
    #[error(
        "cannot get the base image {BASE}: it cannot be pulled, and mmdebstrap is not installed"
    )]
    NoBase {
        /// Why it cannot be pulled.
        #[source]
        pull: DockerError,
    },
    /// A program does not compile, or its module cannot be fetched.
    #[error("failed to compile {program} of {module}")]
    Compile {
        /// The program.
        program: String,
        /// The module and its version.
        module: String,
        /// With what the compiler printed. Not a source: the docker call itself says
        /// nothing to a user.
        error: Box<DockerError>,
    },
    /// The module proxy cannot be asked for versions.
    #[error("cannot list the versions of Kubernetes that the Go module proxy has")]
    NoProxy {
        /// With what Go printed.
        error: Box<DockerError>,
    },
    /// The module proxy has no such version.
    #[error("the Go module proxy has no Kubernetes {wanted}{}", newest_known(*.newest))]
    NoVersion {
        /// What was asked for.
        wanted: VersionPrefix,
        /// The newest of that minor.
        newest: Option<KubernetesVersion>,
    },
    /// The machine's certificate authorities cannot be read.
    #[error("cannot read the certificate authorities in {}", path.display())]
    Authorities {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl BuildError {
    /// The docker call that failed, if one did: what it printed says why.
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
