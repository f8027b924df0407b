//! Errors about the user's files. No message quotes the contents of a file.

use thiserror::Error;

use crate::yaml::TextError;

/// Why a file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FileError {
    /// The file is not valid YAML.
    #[error("invalid YAML: {0}")]
    Yaml(#[from] TextError),
    /// The file is empty.
    #[error("the file is empty")]
    Empty,
    /// The file is too long.
    #[error("the file is larger than {0} KiB")]
    Long(u64),
    /// kubeadm would ignore a patch with this name.
    #[error(
        "not a name that kubeadm knows: TARGET, any suffix, '+strategic', '+merge' or '+json', \
         and '.yaml' or '.json' are allowed, where TARGET is one of {targets}"
    )]
    PatchName {
        /// The targets that patches can have.
        targets: String,
    },
    /// The contents of a patch do not fit its type.
    #[error("a patch of type {kind} is {wanted}")]
    PatchForm {
        /// The type.
        kind: &'static str,
        /// What a patch of this type consists of.
        wanted: &'static str,
    },
    /// kubeadm does not read documents of this kind.
    #[error("a document of kind '{found}': {allowed} are allowed")]
    Kind {
        /// The kind of the document, or an empty string.
        found: String,
        /// The kinds that kubeadm reads.
        allowed: String,
    },
    /// The document has the API version of another Kubernetes.
    #[error("{kind} has the apiVersion '{found}': {wanted} is needed")]
    ApiVersion {
        /// The kind of the document.
        kind: &'static str,
        /// The API version of the document.
        found: String,
        /// The API version that Kubernetes reads.
        wanted: &'static str,
    },
    /// The file is not an audit policy: the API server would not start.
    #[error(
        "not an audit policy: one document with the apiVersion audit.k8s.io/v1, the kind Policy, and \
         rules that each have a level"
    )]
    AuditPolicy,
    /// The file has no certificates, or a private key.
    #[error("not certificates in PEM and nothing else")]
    Certificates,
    /// The file has two documents of one kind.
    #[error("two documents of kind {0}")]
    Twice(&'static str),
}
