//! The errors of commands: messages and exit statuses.

mod hint;
mod own_registry;
pub mod report;

pub use own_registry::OwnRegistryError;
use thiserror::Error;

use crate::cluster::host::{Host, list};
use crate::cluster::marks::MarkError;
use crate::cluster::name::{ClusterName, NodeName, SnapshotName};
use crate::cluster::placement::PlaceError;
use crate::cluster::proxy::ProxyError;
use crate::cluster::version_prefix::VersionPrefix;
use crate::docker::{DockerError, EndpointError, ScaleError};
use crate::image::contract::ContractError;
use crate::image::error::BuildError;
use crate::image::fetch::FetchError;
use crate::image::release::MINORS;
use crate::interrupt::Signal;
use crate::inventory::error::InventoryError;
use crate::kubeconfig::KubeconfigError;
use crate::node::kubeadm::join_command::redact;
use crate::node::pki::PkiError;
use crate::preflight::settings::SettingsError;
use crate::preflight::{PreflightError, Problem};
use crate::run::Failure;
use crate::snapshot::SnapshotError;

/// Any failure after the command line has been parsed.
#[derive(Debug, Error)]
pub enum Error {
    /// A call to the engine failed.
    #[error(transparent)]
    Docker(#[from] DockerError),
    /// `MOKCTL_DEADLINE_SCALE` is invalid.
    #[error(transparent)]
    DeadlineScale(#[from] ScaleError),
    /// A step of a plan failed.
    #[error(transparent)]
    Step(#[from] Failure),
    /// An image could not be built.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// An image is not a node image.
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// The certificates of a new cluster could not be made.
    #[error(transparent)]
    Pki(#[from] PkiError),
    /// The user's kubeconfig could not be read or written.
    #[error(transparent)]
    Kubeconfig(#[from] KubeconfigError),
    /// The cluster is ready, but its access could not be saved in the user's kubeconfig.
    #[error("cluster {cluster} is ready, but its access is not saved")]
    NotSaved {
        /// The cluster.
        cluster: ClusterName,
        /// The reason.
        source: KubeconfigError,
    },
    /// The user's proxies cannot be used.
    #[error(transparent)]
    Proxy(#[from] ProxyError),
    /// The engine or its host does not meet the requirements.
    #[error(transparent)]
    Preflight(PreflightError),
    /// A snapshot cannot be used.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// A cluster, node or image is not as the command needs it.
    #[error(transparent)]
    Inventory(InventoryError),
    /// Everything on the hosts that answer was deleted, but others do not answer.
    #[error("cluster {cluster} is deleted except on hosts that do not answer: {}", list(hosts))]
    Remains {
        /// The cluster.
        cluster: ClusterName,
        /// The hosts on which something may be left.
        hosts: Vec<Host>,
    },
    /// Some objects could not be removed. All others were.
    #[error("cluster {cluster} is not deleted completely")]
    NotDeleted {
        /// The cluster.
        cluster: ClusterName,
        /// The first failure.
        source: Box<Self>,
    },
    /// A restore failed after the old cluster had been removed.
    #[error("failed to restore cluster {cluster}")]
    Restore {
        /// The cluster.
        cluster: ClusterName,
        /// The snapshot, which is unchanged.
        snapshot: SnapshotName,
        /// The step that failed.
        source: Box<Failure>,
    },
    /// An upgrade failed on the way. Each node is either upgraded or as before, unless reverting
    /// failed as well, which a warning says.
    #[error("failed to upgrade the cluster")]
    Upgrade {
        /// The command that continues.
        again: String,
        /// The command that restores the cluster.
        restore: Option<String>,
        /// The step that failed.
        source: Box<Failure>,
    },
    /// A registry could not be created or deleted.
    #[error(transparent)]
    OwnRegistry(#[from] OwnRegistryError),
    /// There is no node with that name.
    #[error("no node exists with name {0}")]
    NoNode(NodeName),
    /// There are no clusters.
    #[error("there are no clusters")]
    NoContainers,
    /// The user has chosen none of the offered nodes.
    #[error("no node was chosen")]
    NoChoice,
    /// The container that publishes the API is missing.
    #[error("cluster {0} does not publish its API on this host")]
    NotPublished(ClusterName),
    /// An argument of a command is not UTF-8.
    #[error("the command has an argument that is not UTF-8")]
    NotUtf8,
    /// Masters cannot be added to a cluster without a load balancer.
    #[error("cannot add masters to cluster {0}: it has no load balancer")]
    NoLoadBalancer(ClusterName),
    /// The cluster has as many nodes of a role as possible.
    #[error("cluster {cluster} is full: a cluster has at most {last} {role}s")]
    Full {
        /// The cluster.
        cluster: ClusterName,
        /// The role.
        role: &'static str,
        /// The largest number.
        last: u8,
    },
    /// The last master cannot be deleted.
    #[error("cannot delete {0}: it is the cluster's last master")]
    LastMaster(NodeName),
    /// Images with that Kubernetes version cannot be built.
    #[error("mokctl builds images of Kubernetes 1.{} to 1.{}, not {wanted}", MINORS.start(), MINORS.end())]
    NotBuilt {
        /// The version that was asked for.
        wanted: VersionPrefix,
    },
    /// The engine has no image of that name.
    #[error("the engine has no image {image}")]
    NoSuchImage {
        /// The image that was asked for.
        image: String,
        /// The command that loads it, if it is a file.
        load: Option<String>,
    },
    /// An image without a name, which no pod could use.
    #[error("image {image} has no name that pods could use")]
    UnnamedImage {
        /// The image that was asked for.
        image: String,
        /// The command that gives it a name.
        tag: String,
    },
    /// An image for another platform.
    #[error("image {image} is for {platform}, the nodes are {nodes}")]
    ForeignImage {
        /// The image that was asked for.
        image: String,
        /// The platform of the image.
        platform: String,
        /// The platform of the nodes.
        nodes: String,
    },
    /// A file cannot be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// There is no repository to pull node images from.
    #[error("there is no repository to pull the node image from")]
    NoRepository,
    /// There is no node image, and no source for one.
    #[error("{missing}, and no repository to pull it from")]
    NoNodeImage {
        /// The error about the missing image.
        missing: InventoryError,
        /// The version that was asked for, if any.
        wanted: Option<VersionPrefix>,
    },
    /// A node image could not be fetched.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// Exported images could not be written to a temporary file.
    #[error("cannot keep the exported images in the folder for temporary files")]
    Spool(#[source] std::io::Error),
    /// There is no flavour of node images with that name.
    #[error("no image flavour is called {given}; there is {known}")]
    NoFlavour {
        /// The flavour that was asked for.
        given: String,
        /// The known flavours.
        known: String,
    },
    /// Signal handlers could not be installed.
    #[error("cannot catch signals")]
    Signals(#[source] std::io::Error),
}

impl From<InventoryError> for Error {
    fn from(error: InventoryError) -> Self {
        match error {
            InventoryError::Docker(error) => error.into(),
            InventoryError::Contract(error) => error.into(),
            InventoryError::Snapshot(error) => error.into(),
            other => Self::Inventory(other),
        }
    }
}

impl From<PreflightError> for Error {
    fn from(error: PreflightError) -> Self {
        match error {
            PreflightError::Docker(error) => error.into(),
            PreflightError::Inventory(error) => error.into(),
            other => Self::Preflight(other),
        }
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Preflight(problem.into())
    }
}

impl From<PlaceError> for Error {
    fn from(error: PlaceError) -> Self {
        Self::Preflight(error.into())
    }
}

impl From<MarkError> for Error {
    fn from(error: MarkError) -> Self {
        Self::Preflight(error.into())
    }
}

impl From<SettingsError> for Error {
    fn from(error: SettingsError) -> Self {
        PreflightError::from(error).into()
    }
}

impl From<EndpointError> for Error {
    fn from(error: EndpointError) -> Self {
        Self::Preflight(error.into())
    }
}

impl Error {
    /// Returns the message: what happened and why, with all causes, in one line.
    #[must_use]
    pub fn line(&self) -> String {
        chain(self)
    }

    /// Returns the output of the failing command, without secrets.
    #[must_use]
    pub fn output(&self) -> Option<String> {
        let output = self.docker().and_then(DockerError::output)?;
        Some(redact(&output).into_owned())
    }

    /// Whether the message has only a part of the failing command.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.docker().is_some_and(|error| error.whole_command().is_some())
    }

    /// Returns the output of all failing commands without secrets, each below its step, and below
    /// the complete command if the message has only a part of it.
    #[must_use]
    pub fn log(&self) -> Option<String> {
        let part = |line: String, error: Option<&DockerError>| {
            let command = error.and_then(DockerError::whole_command);
            let command = command.map(|command| format!("{command}\n")).unwrap_or_default();
            let output = error.and_then(DockerError::output).unwrap_or_default();
            format!("{line}\n{}\n{}\n", redact(&command), redact(&output))
        };
        let Some(failure) = self.failure() else {
            return self.docker().map(|error| part(self.line(), Some(error)));
        };
        let part = |failure: &Failure| part(chain(failure), failure.source.docker());
        let parts: Vec<_> =
            std::iter::once(failure).chain(failure.others.iter()).map(part).collect();
        Some(parts.join("\n"))
    }

    /// Returns the exit status: that of the signal if one was the reason, or else 1.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        self.signal().map_or(1, Signal::exit_code)
    }

    /// Returns the signal that was the reason, if one was.
    #[must_use]
    pub fn signal(&self) -> Option<Signal> {
        match self.docker() {
            Some(DockerError::Interrupted { signal, .. }) => Some(*signal),
            _ => None,
        }
    }

    fn docker(&self) -> Option<&DockerError> {
        match self {
            Self::Docker(error) => Some(error),
            Self::Build(error) => error.docker(),
            Self::Fetch(error) => error.docker(),
            Self::NotDeleted { source, .. } => source.docker(),
            _ => self.failure()?.source.docker(),
        }
    }

    /// Returns the failure of a step, if that is the reason.
    fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Step(failure) => Some(failure),
            Self::Restore { source, .. } | Self::Upgrade { source, .. } => Some(source),
            Self::NotDeleted { source, .. } => source.failure(),
            _ => None,
        }
    }
}

/// Joins the messages of an error and its causes. A message that contains that of its cause is not
/// followed by it.
fn chain(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let why = error.to_string();
        if !line.ends_with(&why) {
            line = format!("{line}: {why}");
        }
        cause = error.source();
    }
    line
}
