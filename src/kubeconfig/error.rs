//! Why a kubeconfig could not be read or written. No message quotes the file's contents, because
//! they include private keys.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::yaml::TextError;

/// The reason why the user's kubeconfig could not be changed. The file is then as it was before.
#[derive(Debug, Error)]
pub enum KubeconfigError {
    /// The environment does not say where the kubeconfig is.
    #[error("cannot find the kubeconfig: neither $KUBECONFIG nor $HOME is set")]
    NoHome,
    /// The path leads to something that is not a regular file, such as `/dev/null`.
    #[error("cannot write the kubeconfig '{}': not a regular file", path.display())]
    NotAFile {
        /// The path, as the user names it.
        path: PathBuf,
    },
    /// The file is not a valid kubeconfig.
    #[error("cannot change the kubeconfig '{}': line {line}: {reason}", path.display())]
    Text {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong on that line.
        reason: String,
    },
    /// Another program held the lock until the deadline.
    #[error("cannot lock the kubeconfig '{}': another program has held it for {seconds} s", path.display())]
    Locked {
        /// The file.
        path: PathBuf,
        /// How long mokctl waited for the lock, in seconds.
        seconds: u64,
    },
    /// A file operation failed.
    #[error("cannot {action} '{}': {source}", path.display())]
    Io {
        /// The operation, as a verb such as `read`.
        action: &'static str,
        /// The file or directory concerned.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
}

impl KubeconfigError {
    /// Wraps an error in the text of the file `path`.
    pub(crate) fn text(TextError { line, reason }: TextError, path: &Path) -> Self {
        Self::Text { path: path.to_owned(), line, reason }
    }

    /// Returns a function for `map_err` that wraps the failure of `action` on `path`.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { action, path: path.to_owned(), source }
    }
}
