//! Settings that the user passes on to Kubernetes. They are read once and checked before anything
//! is created, where possible by Kubernetes' own programs.

mod files;
mod programs;

use std::io;
use std::path::PathBuf;

use thiserror::Error;

pub use files::{LocalFiles, read};
pub use programs::{check, checked};

use crate::cluster::kubernetes::KubernetesVersion;
use crate::docker::DockerError;
use crate::node::settings::FileError;

/// The reason why settings cannot be used.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// A call of the docker client failed.
    #[error(transparent)]
    Docker(#[from] DockerError),
    /// A file or folder cannot be read.
    #[error("cannot read '{}': {source}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
    /// A file has contents that cannot be used.
    #[error("cannot use '{}': {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with the file.
        source: FileError,
    },
    /// The folder of patches contains none.
    #[error("no patches in '{}'", .0.display())]
    NoPatches(PathBuf),
    /// This machine has no CA bundle at any of the known paths.
    #[error("this machine has no file with the authorities that it trusts")]
    NoBundle,
    /// The docker client has no credentials for the registry.
    #[error("docker's config.json has no credentials for {0}")]
    NoCredentials(String),
    /// The docker client keeps the credentials in a credential helper, not in its `config.json`.
    #[error(
        "docker's config.json leaves the credentials for {registry} to docker-credential-{helper}, \
         which mokctl does not run"
    )]
    Helper {
        /// The registry.
        registry: String,
        /// The helper's name, without `docker-credential-`.
        helper: String,
    },
    /// This version of Kubernetes does not accept a setting.
    #[error("Kubernetes {version} does not take {what}: {reason}")]
    Refused {
        /// The Kubernetes version of the node image.
        version: KubernetesVersion,
        /// The flag of the setting, such as `--feature-gates`.
        what: &'static str,
        /// The reason, usually in the words of the program that refuses it.
        reason: String,
    },
}
