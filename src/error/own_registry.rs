//! What can go wrong with a registry that mokctl makes.

use std::io;
use std::num::NonZeroU16;

use thiserror::Error;

use crate::cluster::own_registry::RegistryName;
use crate::docker::DockerError;

/// Why it is not made, or not deleted.
#[derive(Debug, Error)]
pub enum OwnRegistryError {
    /// It is there, or something else has the name of its container.
    #[error("registry {name} exists already, at localhost:{port}")]
    Exists {
        /// Its name.
        name: RegistryName,
        /// Its port.
        port: NonZeroU16,
    },
    /// Something else listens there.
    #[error("port {port} is taken")]
    PortTaken {
        /// The port.
        port: NonZeroU16,
        /// The engine's words.
        source: DockerError,
    },
    /// None of that name is there.
    #[error("no registry exists with name {0}")]
    NotFound(RegistryName),
    /// No archive of its configuration.
    #[error("cannot pack a registry's files")]
    Pack(#[source] io::Error),
}

impl OwnRegistryError {
    /// What the user can do about it.
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
