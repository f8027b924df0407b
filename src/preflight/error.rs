//! Why a cluster cannot be created where the user wants it.

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

/// The reason why a new cluster cannot be created.
#[derive(Debug, Error)]
pub enum PreflightError {
    /// A call of the docker client failed.
    #[error(transparent)]
    Docker(#[from] DockerError),
    /// The engine's host has no known IPv4 address.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// A cluster or node image is missing, or not in the expected state.
    #[error(transparent)]
    Inventory(#[from] InventoryError),
    /// The engine or its host cannot run the nodes that were asked for.
    #[error(transparent)]
    Problem(#[from] Problem),
    /// A node cannot be placed where the user wants it.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// A label or a taint was given for a node that the command does not create.
    #[error(transparent)]
    Mark(#[from] MarkError),
    /// A worker cannot have the image that was asked for.
    #[error(transparent)]
    WorkerImage(#[from] WorkerImageError),
    /// The cluster cannot be upgraded.
    #[error(transparent)]
    Upgrade(#[from] UpgradeError),
    /// The user's settings for Kubernetes cannot be used.
    #[error(transparent)]
    Settings(SettingsError),
    /// A cluster of this name already exists.
    #[error("cluster {0} already exists")]
    Exists(ClusterName),
    /// A cluster of this name already exists, with other nodes than were asked for.
    #[error("cluster {cluster} already exists with {has}, not with {wanted}")]
    OtherShape {
        /// The cluster.
        cluster: ClusterName,
        /// The nodes that the cluster has, such as `1 master and 2 workers`.
        has: String,
        /// The nodes that were asked for.
        wanted: String,
    },
    /// A cluster of this name already exists, created with another value of a flag.
    #[error("cluster {cluster} already exists with another --{flag}")]
    OtherFlag {
        /// The cluster.
        cluster: ClusterName,
        /// The flag's name.
        flag: &'static str,
    },
    /// A cluster of this name already exists, but one of its node objects has no container.
    #[error("cluster {cluster} already exists, but node {node} is missing", cluster = .0.cluster(), node = .0)]
    MissingNode(NodeName),
    /// Several hosts need a swarm, which podman does not have.
    #[error("a cluster over several hosts needs docker: podman has no swarm")]
    NeedDocker,
    /// The node image does not contain an add-on that was asked for.
    #[error("image {image} has no add-on {addon}; it has {has}")]
    NoAddon {
        /// The image's name.
        image: String,
        /// The add-on that was asked for.
        addon: Addon,
        /// The add-ons that the image contains.
        has: Addons,
    },
    /// The scripts in the node image do not support IPv6.
    #[error("image {image} has no support for IPv6, which --ip-family {family} needs")]
    NoIpv6Image {
        /// The image's name.
        image: String,
        /// The family that was asked for.
        family: IpFamily,
    },
    /// IPv6 was asked for with podman, with which it is not tested.
    #[error("a cluster with --ip-family {0} needs docker: podman's have IPv4 alone")]
    PodmanFamily(IpFamily),
    /// IPv6 was asked for on several hosts, whose network has IPv4 alone.
    #[error(
        "a cluster over several hosts cannot have --ip-family {0}: their network has IPv4 alone"
    )]
    SpreadFamily(IpFamily),
    /// The add-on needs addresses that no container has. On several hosts these cannot be reached.
    #[error("a cluster over several hosts cannot have the add-on {0}")]
    SpreadAddon(Addon),
    /// The add-on needs mokctl's own pod network.
    #[error("a cluster with --cni none cannot have the add-on {0}: it is for mokctl's own network")]
    CniAddon(Addon),
    /// The registry is on a loopback address, which nodes on other hosts cannot reach.
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
    /// Returns what the user can do about the error.
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
