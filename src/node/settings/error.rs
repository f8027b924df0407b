//! Why a file of the user's cannot be used. No message quotes what is in it.

use thiserror::Error;

use crate::yaml::TextError;

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FileError {
    /// Not YAML, or not well.
    #[error("invalid YAML: {0}")]
    Yaml(#[from] TextError),
    /// Nothing is in it.
    #[error("the file is empty")]
    Empty,
    /// It is of no use here.
    #[error("the file is larger than {0} KiB")]
    Long(u64),
    /// kubeadm would pass over it.
    #[error(
        "not a name that kubeadm knows: TARGET, any suffix, '+strategic', '+merge' or '+json', \
         and '.yaml' or '.json' are allowed, where TARGET is one of {targets}"
    )]
    PatchName {
        /// What can be changed.
        targets: String,
    },
    /// A patch of another type.
    #[error("a patch of type {kind} is {wanted}")]
    PatchForm {
        /// The type.
        kind: &'static str,
        /// What it consists of.
        wanted: &'static str,
    },
    /// Not one that kubeadm reads.
    #[error("a document of kind '{found}': {allowed} are allowed")]
    Kind {
        /// What is there; empty where it names none.
        found: String,
        /// Those that it reads.
        allowed: String,
    },
    /// In the format of another version.
    #[error("{kind} has the apiVersion '{found}': {wanted} is needed")]
    ApiVersion {
        /// Of which kind.
        kind: &'static str,
        /// What is there.
        found: String,
        /// What Kubernetes reads.
        wanted: &'static str,
    },
    /// The API server would not start.
    #[error(
        "not an audit policy: one document with the apiVersion audit.k8s.io/v1, the kind Policy, and \
         rules that each have a level"
    )]
    AuditPolicy,
    /// No node would trust it, or it is secret.
    #[error("not certificates in PEM and nothing else")]
    Certificates,
    /// Which of them counts?
    #[error("two documents of kind {0}")]
    Twice(&'static str),
}
