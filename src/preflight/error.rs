//! Why a cluster cannot be made where it shall be.

use thiserror::Error;

use super::Problem;
use super::settings::SettingsError;
use super::upgrade::UpgradeError;
use super::worker_images::WorkerImageError;
use crate::cluster::addons::{Addon, Addons};
use crate::cluster::family::IpFamily;
use crate::cluster::marks::MarkError;
use crate::cluster::name::{ClusterName, NodeName};
use crate::cluster::placement::PlaceError;
use crate::docker::{DockerError, EndpointError};
use crate::inventory::error::InventoryError;

/// What is in the way of a new cluster.
#[derive(Debug, Error)]
pub enum PreflightError {
    /// The engine.
    #[error(transparent)]
    Docker(#[from] DockerError),
    /// Where the engine is.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// What should be there is not as it should be.
    #[error(transparent)]
    Inventory(#[from] InventoryError),
    /// The engine or its host cannot bear what was asked for.
    #[error(transparent)]
    Problem(#[from] Problem),
    /// A node cannot be where it shall be.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// A node that is not made has a label or a taint.
    #[error(transparent)]
    Mark(#[from] MarkError),
    /// A worker cannot have that image.
    #[error(transparent)]
    WorkerImage(#[from] WorkerImageError),
    /// The cluster cannot be upgraded.
    #[error(transparent)]
    Upgrade(#[from] UpgradeError),
    /// Kubernetes cannot be told so.
    #[error(transparent)]
    Settings(SettingsError),
    /// A cluster of that name is there.
    #[error("cluster {0} already exists")]
    Exists(ClusterName),
    /// One of that name is there, but not the one that was asked for.
    #[error("cluster {cluster} already exists with {has}, not with {wanted}")]
    OtherShape {
        /// The cluster.
        cluster: ClusterName,
        /// What it has.
        has: String,
        /// What was asked for.
        wanted: String,
    },
    /// The same, of what a flag says.
    #[error("cluster {cluster} already exists with another --{flag}")]
    OtherFlag {
        /// The cluster.
        cluster: ClusterName,
        /// The flag's name.
        flag: &'static str,
    },
    /// The cluster knows nodes that have no container.
    #[error("cluster {cluster} already exists, but node {node} is missing", cluster = .0.cluster(), node = .0)]
    MissingNode(NodeName),
    /// Another client knows no swarms.
    #[error("a cluster over several hosts needs docker: podman has no swarm")]
    NeedDocker,
    /// The image has no such add-on.
    #[error("image {image} has no add-on {addon}; it has {has}")]
    NoAddon {
        /// The image's name.
        image: String,
        /// What was asked for.
        addon: Addon,
        /// What there is.
        has: Addons,
    },
    /// The image's scripts do not know it.
    #[error("image {image} has no support for IPv6, which --ip-family {family} needs")]
    NoIpv6Image {
        /// The image's name.
        image: String,
        /// What was asked for.
        family: IpFamily,
    },
    /// It is not tested there.
    #[error("a cluster with --ip-family {0} needs docker: podman's have IPv4 alone")]
    PodmanFamily(IpFamily),
    /// Their network has IPv4 alone.
    #[error(
        "a cluster over several hosts cannot have --ip-family {0}: their network has IPv4 alone"
    )]
    SpreadFamily(IpFamily),
    /// Hosts answer only for the addresses of their containers.
    #[error("a cluster over several hosts cannot have the add-on {0}")]
    SpreadAddon(Addon),
    /// It belongs to a network.
    #[error("a cluster with --cni none cannot have the add-on {0}: it is for mokctl's own network")]
    CniAddon(Addon),
    /// No node on another host reaches it.
    #[error("registry {0} cannot be reached from all hosts: each host has its own localhost")]
    LoopbackRegistry(String),
}

impl From<SettingsError> for PreflightError {
    fn from(error: SettingsError) -> Self {
        match error {
            SettingsError::Docker(error) => error.into(),
            other => Self::Settings(other),
        }
    }
}

impl PreflightError {
    /// What the user can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Docker(error) => return error.hint().map(String::from),
            Self::Endpoint(_) => {
                "name the engine's host by its IPv4 address in DOCKER_HOST or the context"
                    .to_owned()
            }
            Self::Inventory(error) => return error.hint(),
            Self::Problem(problem) => problem.remedy(),
            Self::Upgrade(error) => return error.hint(),
            Self::Place(PlaceError::Host { .. }) => {
                "a cluster has the hosts that 'create cluster --hosts' gave it".to_owned()
            }
            Self::Exists(name) => {
                format!("'mokctl delete cluster {name}' removes it, --if-not-exists keeps it")
            }
            Self::OtherShape { cluster, .. } | Self::OtherFlag { cluster, .. } => {
                format!("'mokctl delete cluster {cluster}' removes it")
            }
            Self::MissingNode(node) => format!(
                "'mokctl delete {} {node}' takes it out of the cluster",
                node.role().as_str()
            ),
            Self::LoopbackRegistry(_) => "use an address that every host reaches".to_owned(),
            Self::SpreadAddon(_) => {
                "'--publish' makes a Service of type NodePort reachable".to_owned()
            }
            Self::NoIpv6Image { .. } => "'mokctl build image' builds one that has it".to_owned(),
            Self::Settings(_)
            | Self::WorkerImage(_)
            | Self::CniAddon(_)
            | Self::Mark(_)
            | Self::NoAddon { .. }
            | Self::Place(_)
            | Self::NeedDocker
            | Self::PodmanFamily(_)
            | Self::SpreadFamily(_) => return None,
        })
    }
}
