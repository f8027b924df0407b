//! Errors about registries made by mokctl.

use std::io;
use std::num::NonZeroU16;

use thiserror::Error;

use crate::cluster::own_registry::RegistryName;
use crate::docker::DockerError;

/// Why a registry cannot be created or deleted.
#[derive(Debug, Error)]
pub enum OwnRegistryError {
    /// The registry exists, or another container has its name.
    #[error("registry {name} exists already, at localhost:{port}")]
    Exists {
        /// The registry's name.
        name: RegistryName,
        /// The registry's port.
        port: NonZeroU16,
    },
    /// The port is in use.
    #[error("port {port} is taken")]
    PortTaken {
        /// The port.
        port: NonZeroU16,
        /// The engine's error.
        source: DockerError,
    },
    /// There is no registry with that name.
    #[error("no registry exists with name {0}")]
    NotFound(RegistryName),
    /// The archive of its configuration could not be written.
    #[error("cannot pack a registry's files")]
    Pack(#[source] io::Error),
}

impl OwnRegistryError {
    /// Returns what the user can do about the error.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Exists { name, .. } => {
                Some(format!("'mokctl delete registry {name}' removes it"))
            }
            Self::PortTaken { .. } => Some("choose another one with --port".to_owned()),
            Self::NotFound(_) => Some("'mokctl get registries' lists them".to_owned()),
            Self::Pack(_) => None,
        }
    }
}
