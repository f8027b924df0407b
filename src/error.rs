//! Why a command ended without success: what is said, and the exit status.

use thiserror::Error;

use crate::cluster::name::ClusterName;
use crate::docker::{DockerError, ScaleError};
use crate::image::build::BuildError;
use crate::image::contract::ContractError;
use crate::kubeconfig::KubeconfigError;
use crate::run::Failure;

/// Any failure after the command line was understood.
#[derive(Debug, Error)]
pub enum Error {
    /// The engine.
    #[error(transparent)]
    Docker(#[from] DockerError),
    /// How long it may take.
    #[error(transparent)]
    DeadlineScale(#[from] ScaleError),
    /// A step of a plan.
    #[error(transparent)]
    Step(#[from] Failure),
    /// An image that was to be built.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// An image that is no node image.
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// The user's kubeconfig.
    #[error(transparent)]
    Kubeconfig(#[from] KubeconfigError),
    /// A cluster of that name is there.
    #[error("cluster {0} exists")]
    Exists(ClusterName),
    /// No cluster of that name is there.
    #[error("no cluster exists with name {0}")]
    NotFound(ClusterName),
    /// There is no node image.
    #[error("there is no image {0}")]
    NoImage(String),
    /// There is no flavour of that name.
    #[error("there is no image flavour {given}; there is {known}")]
    NoFlavour {
        /// What was asked for.
        given: String,
        /// What there is.
        known: String,
    },
    /// The handler of signals cannot be set up.
    #[error("cannot catch signals")]
    Signals(#[source] std::io::Error),
}

impl Error {
    /// What the failing command printed.
    #[must_use]
    pub fn output(&self) -> Option<String> {
        self.docker().and_then(DockerError::output)
    }

    /// What the user can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Exists(name) => Some(format!("'mokctl delete cluster {name}' removes it")),
            Self::NoImage(_) => Some("'mokctl build image' builds one".to_owned()),
            Self::Build(BuildError::NoBase { .. }) => {
                Some("install mmdebstrap, or pull the base image".to_owned())
            }
            Self::NotFound(_) => Some("'mokctl get clusters' lists them".to_owned()),
            _ => self.docker().and_then(DockerError::hint).map(String::from),
        }
    }

    /// The signal's where the user asked to stop; else 1.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self.docker() {
            Some(DockerError::Interrupted { signal, .. }) => signal.exit_code(),
            _ => 1,
        }
    }

    fn docker(&self) -> Option<&DockerError> {
        match self {
            Self::Docker(error) | Self::Build(BuildError::Docker(error)) => Some(error),
            Self::Step(failure) => failure.source.docker(),
            _ => None,
        }
    }
}
