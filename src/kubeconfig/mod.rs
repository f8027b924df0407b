//! The user's kubeconfig: finds the file, adds a cluster's admin access to it and removes it
//! again. Knows nothing about clusters beyond their names.
//!
//! The file is shared with kubectl and every other Kubernetes tool, so the entries of others are
//! kept as they are written wherever possible: see [`merge_text`] and [`remove_text`]. Several
//! programs may write it at the same time, so each change is made under a lock and appears in one
//! step: see the `lock` and `file` modules.

mod access;
mod change;
mod edits;
mod error;
mod file;
mod lock;
mod merge;
mod print;
mod text;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

pub use access::Access;
pub use error::KubeconfigError;
pub use merge::{merge_text, remove_text};

use crate::cluster::name::ClusterName;
use lock::Locked;

/// The file that holds the user's access to clusters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    path: PathBuf,
}

impl Location {
    /// Returns the first file that `$KUBECONFIG` lists, or else `~/.kube/config`. Empty values
    /// count as unset.
    pub fn find(
        kubeconfig_env: Option<&OsStr>,
        home: Option<&Path>,
    ) -> Result<Self, KubeconfigError> {
        let listed = kubeconfig_env
            .and_then(|list| std::env::split_paths(list).find(|path| !path.as_os_str().is_empty()));
        let default = || {
            home.filter(|home| !home.as_os_str().is_empty())
                .map(|home| home.join(".kube").join("config"))
        };
        let path = listed.or_else(default).ok_or(KubeconfigError::NoHome)?;
        Ok(Self { path })
    }

    /// Returns the path of the file, as the user names it.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Checks, as far as possible beforehand, that [`Location::merge`] will succeed: locks and
    /// reads the file and writes a temporary one next to it. Changes nothing.
    pub fn check(&self, name: &ClusterName) -> Result<(), KubeconfigError> {
        let old = match Locked::open(&self.path)? {
            Some(locked) => locked.read()?,
            None if self.path.exists() => {
                return Err(KubeconfigError::NotAFile { path: self.path.clone() });
            }
            None => String::new(),
        };
        let new = merge_text(&old, name, &Access::sample());
        file::try_beside(
            &self.path,
            &new.map_err(|error| KubeconfigError::text(error, &self.path))?,
        )
    }

    /// Whether the file mentions the cluster, as an entry or as the current context. A file that
    /// cannot be read does not.
    #[must_use]
    pub fn has(&self, name: &ClusterName) -> bool {
        let text = std::fs::read_to_string(&self.path).unwrap_or_default();
        matches!(remove_text(&text, name), Ok(Some(_)))
    }

    /// Writes the access to the cluster into the file and makes the cluster the current context.
    /// Creates the file and its directory if they do not exist.
    pub fn merge(&self, name: &ClusterName, access: &Access) -> Result<(), KubeconfigError> {
        file::create_parent(&self.path)?;
        let locked = Locked::create(&self.path)?;
        let old = locked.read()?;
        let new = merge_text(&old, name, access)
            .map_err(|error| KubeconfigError::text(error, &self.path))?;
        if new == old { Ok(()) } else { locked.replace(&new) }
    }

    /// Removes the access to the cluster from the file. Returns `false`, and leaves the file as it
    /// is, if there is no file or no such cluster in it.
    pub fn remove(&self, name: &ClusterName) -> Result<bool, KubeconfigError> {
        let Some(locked) = Locked::open(&self.path)? else { return Ok(false) };
        let old = locked.read()?;
        match remove_text(&old, name).map_err(|error| KubeconfigError::text(error, &self.path))? {
            Some(new) => locked.replace(&new).map(|()| true),
            None => Ok(false),
        }
    }
}

#[cfg(test)]
mod tests;
