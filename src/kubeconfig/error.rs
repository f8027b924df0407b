//! Why a kubeconfig could not be read or written. No message quotes what is in
//! the file: it holds keys.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::yaml::TextError;

/// Why the user's kubeconfig could not be changed. It was then left untouched.
#[derive(Debug, Error)]
pub enum KubeconfigError {
    /// There is no place to look for it.
    #[error("cannot find the kubeconfig: neither $KUBECONFIG nor $HOME is set")]
    NoHome,
    /// Something that is not a file, such as `/dev/null`, stands there.
    #[error("cannot write the kubeconfig '{}': not a regular file", path.display())]
    NotAFile {
        /// What the user named.
        path: PathBuf,
    },
    /// Its text is not that of a kubeconfig.
    #[error("cannot change the kubeconfig '{}': line {line}: {reason}", path.display())]
    Text {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong there.
        reason: String,
    },
    /// Another program held the lock until the deadline.
    #[error("cannot lock the kubeconfig '{}': another program has held it for {seconds} s", path.display())]
    Locked {
        /// The file.
        path: PathBuf,
        /// How long we waited.
        seconds: u64,
    },
    /// The file system refused.
    #[error("cannot {action} '{}': {source}", path.display())]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// The file or directory that it was tried on.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl KubeconfigError {
    /// What is wrong with the text of the file `path`.
    pub(crate) fn text(TextError { line, reason }: TextError, path: &Path) -> Self {
        Self::Text { path: path.to_owned(), line, reason }
    }

    /// Wraps what the system said about `action` on `path`; for `map_err`.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { action, path: path.to_owned(), source }
    }
}
