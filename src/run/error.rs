//! What can go wrong while a plan runs.

use thiserror::Error;

use super::outputs::MissingOutput;
use crate::docker::DockerError;
use crate::kubeconfig::KubeconfigError;
use crate::node::clone::CloneError;
use crate::node::kubeadm::join_command::OutputError;
use crate::node::pki::PkiError;

/// Why a step failed.
#[derive(Debug, Error)]
pub enum StepError {
    /// The engine, or a program in a node.
    #[error(transparent)]
    Docker(#[from] DockerError),
    /// kubeadm printed something unforeseen.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The cluster's certificates.
    #[error(transparent)]
    Pki(#[from] PkiError),
    /// What a cluster has of kubeadm's configuration.
    #[error("cannot read the ConfigMap kubeadm-config: {0}")]
    Config(String),
    /// The objects of another cluster.
    #[error(transparent)]
    Clone(#[from] CloneError),
    /// The user's kubeconfig.
    #[error(transparent)]
    Kubeconfig(#[from] KubeconfigError),
    /// A mistake in the plan.
    #[error(transparent)]
    Missing(#[from] MissingOutput),
    /// No archive of a node's files.
    #[error("cannot pack a node's files")]
    Pack(#[source] std::io::Error),
    /// The host has no port to give.
    #[error("cannot find a free port")]
    NoPort(#[source] std::io::Error),
    /// All subnets are taken.
    #[error("no free subnet in 10.213.0.0/16, 172.16.0.0/16, 192.168.0.0/16 and 100.64.0.0/16")]
    NoSubnet,
    /// Pods are not what was waited for.
    #[error("pods are not Ready after {seconds} s: {}", missing.join("; "))]
    NotReady {
        /// How long.
        seconds: u64,
        /// What is missing, and why.
        missing: Vec<String>,
    },
    /// A step's thread ended without a result.
    #[error("a step ended without a result")]
    Lost,
}

impl StepError {
    /// The engine's part of it.
    #[must_use]
    pub fn docker(&self) -> Option<&DockerError> {
        match self {
            Self::Docker(error) => Some(error),
            Self::Output(_)
            | Self::Pki(_)
            | Self::Config(_)
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

/// A step that failed, and with it the plan.
#[derive(Debug, Error)]
#[error("failed to {step}")]
pub struct Failure {
    /// What was being done.
    pub step: String,
    /// Why it failed.
    pub source: StepError,
    /// What failed at the same time, side by side with it.
    pub beside: Box<[Failure]>,
}
