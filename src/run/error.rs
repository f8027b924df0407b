//! Errors of a running plan.

use thiserror::Error;

use super::outputs::MissingOutput;
use crate::docker::DockerError;
use crate::kubeconfig::KubeconfigError;
use crate::node::clone::CloneError;
use crate::node::kubeadm::join_command::OutputError;
use crate::node::pki::PkiError;
use crate::yaml::TextError;

/// The reason why a step failed.
#[derive(Debug, Error)]
pub enum StepError {
    /// A docker call failed: the engine, or a program in a node.
    #[error(transparent)]
    Docker(#[from] DockerError),
    /// kubeadm printed something unexpected.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The cluster's certificates could not be made or read.
    #[error(transparent)]
    Pki(#[from] PkiError),
    /// The cluster's kubeadm configuration could not be changed.
    #[error("cannot read the ConfigMap kubeadm-config: {0}")]
    Config(String),
    /// mokctl's configuration for kubeadm is not YAML that settings can be merged into: a bug.
    #[error("cannot merge settings into the kubeadm configuration: {0}")]
    Settings(TextError),
    /// The saved objects of the cloned cluster could not be changed.
    #[error(transparent)]
    Clone(#[from] CloneError),
    /// The user's kubeconfig could not be read or written.
    #[error(transparent)]
    Kubeconfig(#[from] KubeconfigError),
    /// A step needs a value that no earlier step has found: a bug in the plan.
    #[error(transparent)]
    Missing(#[from] MissingOutput),
    /// The archive of a node's files could not be written.
    #[error("cannot pack a node's files")]
    Pack(#[source] std::io::Error),
    /// The host has no free port.
    #[error("cannot find a free port")]
    NoPort(#[source] std::io::Error),
    /// All subnets are in use.
    #[error("no free subnet in 10.213.0.0/16, 172.16.0.0/16, 192.168.0.0/16 and 100.64.0.0/16")]
    NoSubnet,
    /// Pods did not become Ready in time.
    #[error("pods are not Ready after {seconds} s: {}", missing.join("; "))]
    NotReady {
        /// How long mokctl waited, in seconds.
        seconds: u64,
        /// The pods that are not Ready, each with the reason.
        missing: Vec<String>,
    },
    /// A step's thread ended without a result.
    #[error("a step ended without a result")]
    Lost,
}

impl StepError {
    /// Returns the docker error behind this one, if there is one.
    #[must_use]
    pub fn docker(&self) -> Option<&DockerError> {
        match self {
            Self::Docker(error) => Some(error),
            Self::Output(_)
            | Self::Pki(_)
            | Self::Config(_)
            | Self::Settings(_)
            | Self::Clone(_)
            | Self::Kubeconfig(_)
            | Self::Missing(_)
            | Self::Pack(_)
            | Self::NoPort(_)
            | Self::NoSubnet
            | Self::NotReady { .. }
            | Self::Lost => None,
        }
    }
}

/// The failure of a step, with which the plan ends.
#[derive(Debug, Error)]
#[error("failed to {step}")]
pub struct Failure {
    /// The step, in words.
    pub step: String,
    /// The reason.
    pub source: StepError,
    /// Failures of other steps of the same stage.
    pub others: Box<[Failure]>,
}
