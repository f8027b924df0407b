//! What a user tells Kubernetes itself: read once and judged before anything is made, by
//! Kubernetes' own programs where they can tell.

mod files;
mod programs;

use std::io;
use std::path::PathBuf;

use thiserror::Error;

pub use files::{Own, read};
pub use programs::{allow, asked};

use crate::cluster::kubernetes::KubernetesVersion;
use crate::docker::DockerError;
use crate::node::settings::FileError;

/// Why settings cannot be used.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// The engine.
    #[error(transparent)]
    Docker(#[from] DockerError),
    /// The system has no such file, or does not show it.
    #[error("cannot read '{}': {source}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is not what it should be.
    #[error("cannot use '{}': {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: FileError,
    },
    /// No patch is there.
    #[error("no patches in '{}'", .0.display())]
    NoPatches(PathBuf),
    /// Its system keeps them in no file that is known.
    #[error("this machine has no file with the authorities that it trusts")]
    NoBundle,
    /// docker's client has none.
    #[error("docker's config.json has no credentials for {0}")]
    NoCredentials(String),
    /// They are not in the file.
    #[error(
        "docker's config.json leaves the credentials for {registry} to docker-credential-{helper}, \
         which mokctl does not run"
    )]
    Helper {
        /// The registry.
        registry: String,
        /// The program.
        helper: String,
    },
    /// That Kubernetes would not start.
    #[error("Kubernetes {version} does not take {what}: {reason}")]
    Refused {
        /// The Kubernetes of the image.
        version: KubernetesVersion,
        /// What was said.
        what: &'static str,
        /// Its own words.
        reason: String,
    },
}
