//! Why a command ended without success: what is said, and the exit status.

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

/// Any failure after the command line was understood.
#[derive(Debug, Error)]
pub enum Error {
    /// The engine.
    #[error(transparent)]
    Docker(#[from] DockerError),
    /// How long it may take.
    #[error(transparent)]
    DeadlineScale(#[from] ScaleError),
    /// A step of a plan.
    #[error(transparent)]
    Step(#[from] Failure),
    /// An image that was to be built.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// An image that is not a node image.
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// A new cluster's certificates.
    #[error(transparent)]
    Pki(#[from] PkiError),
    /// The user's kubeconfig.
    #[error(transparent)]
    Kubeconfig(#[from] KubeconfigError),
    /// The cluster is there, but the user's kubeconfig does not say so.
    #[error("cluster {cluster} is ready, but its access is not saved")]
    NotSaved {
        /// The cluster.
        cluster: ClusterName,
        /// Why.
        source: KubeconfigError,
    },
    /// The user's proxies.
    #[error(transparent)]
    Proxy(#[from] ProxyError),
    /// The engine or its host cannot bear what was asked for.
    #[error(transparent)]
    Preflight(PreflightError),
    /// A snapshot.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// What should be there is not as it should be.
    #[error(transparent)]
    Inventory(InventoryError),
    /// All that could be reached is gone.
    #[error("cluster {cluster} is deleted except on hosts that do not answer: {}", list(hosts))]
    Remains {
        /// The cluster.
        cluster: ClusterName,
        /// Where something may be left.
        hosts: Vec<Host>,
    },
    /// Something could not be removed; everything else is.
    #[error("cluster {cluster} is not deleted completely")]
    NotDeleted {
        /// The cluster.
        cluster: ClusterName,
        /// The first that failed.
        source: Box<Self>,
    },
    /// A restore that had begun; what was there is gone.
    #[error("failed to restore cluster {cluster}")]
    Restore {
        /// The cluster.
        cluster: ClusterName,
        /// The snapshot, which is as it was.
        snapshot: SnapshotName,
        /// The step that failed.
        source: Box<Failure>,
    },
    /// An upgrade that had begun; each node has moved, or is as it was.
    #[error("failed to upgrade the cluster")]
    Upgrade {
        /// What goes on.
        again: String,
        /// What makes the cluster what it was.
        restore: Option<String>,
        /// The step that failed.
        source: Box<Failure>,
    },
    /// A registry that mokctl makes.
    #[error(transparent)]
    OwnRegistry(#[from] OwnRegistryError),
    /// No node of that name is there.
    #[error("no node exists with name {0}")]
    NoNode(NodeName),
    /// No container of any cluster is there.
    #[error("there are no clusters")]
    NoContainers,
    /// Nothing, or nothing that was offered, was chosen.
    #[error("no node was chosen")]
    NoChoice,
    /// The API is not published on this host.
    #[error("cluster {0} does not publish its API on this host")]
    NotPublished(ClusterName),
    /// A word of a command is not text.
    #[error("the command has an argument that is not UTF-8")]
    NotUtf8,
    /// More masters need a balancer from the start.
    #[error("cannot add masters to cluster {0}: it has no load balancer")]
    NoLoadBalancer(ClusterName),
    /// All numbers of a role are taken.
    #[error("cluster {cluster} is full: a cluster has at most {last} {role}s")]
    Full {
        /// The cluster.
        cluster: ClusterName,
        /// The role.
        role: &'static str,
        /// Its largest number.
        last: u8,
    },
    /// The master cannot go.
    #[error("cannot delete {0}: it is the cluster's last master")]
    LastMaster(NodeName),
    /// No image is built with that Kubernetes version.
    #[error("mokctl builds images of Kubernetes 1.{} to 1.{}, not {wanted}", MINORS.start(), MINORS.end())]
    NotBuilt {
        /// What was asked for.
        wanted: VersionPrefix,
    },
    /// The engine has no image of that name.
    #[error("the engine has no image {image}")]
    NoSuchImage {
        /// What was asked for.
        image: String,
        /// The command that loads it, where it is a file.
        load: Option<String>,
    },
    /// Nothing that a pod could ask for.
    #[error("image {image} has no name that pods could use")]
    UnnamedImage {
        /// What was asked for.
        image: String,
        /// The command that gives it one.
        tag: String,
    },
    /// An image of another machine.
    #[error("image {image} is for {platform}, the nodes are {nodes}")]
    ForeignImage {
        /// What was asked for.
        image: String,
        /// What it is for.
        platform: String,
        /// What it would run on.
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
    /// There is nowhere to pull a node image from.
    #[error("there is no repository to pull the node image from")]
    NoRepository,
    /// There is no node image, and nowhere to get one from.
    #[error("{missing}, and no repository to pull it from")]
    NoNodeImage {
        /// What is missing.
        missing: InventoryError,
        /// The version that was asked for.
        wanted: Option<VersionPrefix>,
    },
    /// A node image that does not come.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// Images on their way into nodes cannot be kept.
    #[error("cannot keep the exported images in the folder for temporary files")]
    Spool(#[source] std::io::Error),
    /// There is no flavour of that name.
    #[error("no image flavour is called {given}; there is {known}")]
    NoFlavour {
        /// What was asked for.
        given: String,
        /// What there is.
        known: String,
    },
    /// The handler of signals cannot be set up.
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
    /// What happened, and why, as far down as it is known: one line.
    #[must_use]
    pub fn line(&self) -> String {
        chain(self)
    }

    /// What the failing command printed, without the secrets in it.
    #[must_use]
    pub fn output(&self) -> Option<String> {
        let output = self.docker().and_then(DockerError::output)?;
        Some(redact(&output).into_owned())
    }

    /// Whether the message has a part of the failing command alone.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.docker().is_some_and(|error| error.whole_command().is_some())
    }

    /// What all failing commands printed, each below what it was for and the command, where
    /// that has a part of it alone; without the secrets in it.
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
            std::iter::once(failure).chain(failure.beside.iter()).map(part).collect();
        Some(parts.join("\n"))
    }

    /// The signal's where the user asked to stop; else 1.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        self.signal().map_or(1, Signal::exit_code)
    }

    /// How the user asked to stop, if that is why.
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

    /// The step of a plan that failed.
    fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Step(failure) => Some(failure),
            Self::Restore { source, .. } | Self::Upgrade { source, .. } => Some(source),
            Self::NotDeleted { source, .. } => source.failure(),
            _ => None,
        }
    }
}

/// An error and its causes; what one says of its cause itself is said once.
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
