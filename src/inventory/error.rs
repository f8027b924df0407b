//! Errors about clusters, nodes and images that are not as a command needs them.

use ipnet::IpNet;
use thiserror::Error;

use super::activity::Activity;
use crate::cluster::host::Host;
use crate::cluster::name::{ClusterName, NodeName};
use crate::cluster::own_registry::OwnRegistry;
use crate::docker::{DockerError, args};
use crate::image::contract::ContractError;
use crate::node::manual::SETUP;
use crate::snapshot::SnapshotError;

/// Why a cluster, node or image cannot be used.
#[derive(Debug, Error)]
pub enum InventoryError {
    /// A call to the engine failed.
    #[error(transparent)]
    Docker(#[from] DockerError),
    /// An image is not a node image.
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// A snapshot cannot be used.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// There is no cluster with that name.
    #[error("no cluster exists with name {0}")]
    NotFound(ClusterName),
    /// The cluster is incomplete: left by a run that was killed, or still being created.
    #[error("cluster {0} exists but is incomplete")]
    Unfinished(ClusterName),
    /// No master of the cluster is running.
    #[error("cluster {0} has no running master")]
    NoRunningMaster(ClusterName),
    /// The user has not set up the node yet.
    #[error("cluster {cluster} is not set up: setup.sh has not been run on {node}", cluster = .0.cluster(), node = .0)]
    NotSetUp(NodeName),
    /// A node that must be updated is not running.
    #[error("cluster {cluster} has a {activity} node: {node}")]
    NotRunning {
        /// The cluster.
        cluster: ClusterName,
        /// The first such node.
        node: String,
        /// Whether it is stopped or paused.
        activity: Activity,
    },
    /// The load balancer was removed by hand.
    #[error("the load balancer of cluster {0} is missing")]
    NoLoadBalancer(ClusterName),
    /// A node is incomplete: left by a run that was killed, or still being added.
    #[error("cluster {cluster} is being changed: {node} is not finished", cluster = .0.cluster(), node = .0)]
    NotFinished(NodeName),
    /// A node is being upgraded, or an upgrade of it was interrupted.
    #[error("cluster {0} is being upgraded")]
    Upgrading(ClusterName),
    /// A cluster would need several registries made by mokctl, but its network has room for one.
    #[error("a cluster joins one registry of mokctl's: {} and {} are two", .0[0].name, .0[1].name)]
    SeveralRegistries(Vec<OwnRegistry>),
    /// The cluster's network does not exist.
    #[error("cluster {0} has no network")]
    NoNetwork(ClusterName),
    /// The cluster's network was removed, and another network has its addresses.
    #[error("cannot create network {network} again: {holder} has {subnet}")]
    SubnetTaken {
        /// The network.
        network: String,
        /// The network that has the addresses.
        holder: String,
        /// The subnet of that network.
        subnet: IpNet,
    },
    /// The cluster was made by a later version of mokctl.
    #[error("cluster {0} was made by a later version of mokctl")]
    Newer(ClusterName),
    /// A host whose nodes must be updated does not answer.
    #[error("cannot change cluster {cluster}: host {host} does not answer")]
    Away {
        /// The cluster.
        cluster: ClusterName,
        /// The first such host.
        host: Host,
    },
    /// The command works only for clusters on one engine.
    #[error("cluster {cluster} is on several hosts: {what} are only for clusters on one")]
    Spread {
        /// The cluster.
        cluster: ClusterName,
        /// What the command would do.
        what: &'static str,
    },
    /// There is no such node image.
    #[error("there is no image {0}")]
    NoImage(String),
    /// No node image has that Kubernetes version.
    #[error("there is no image with Kubernetes {wanted}; there is {known}")]
    NoVersion {
        /// The version that was asked for.
        wanted: String,
        /// The versions that there are.
        known: String,
    },
}

impl InventoryError {
    /// Returns what the user can do about the error.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Docker(error) => return error.hint().map(String::from),
            Self::Snapshot(error) => return error.hint(),
            Self::NotFound(_) => "'mokctl get clusters' lists them".to_owned(),
            Self::Unfinished(name) => format!("'mokctl delete cluster {name}' removes it"),
            Self::NoLoadBalancer(cluster) => {
                format!("'mokctl start cluster {cluster}' makes it again")
            }
            Self::NotRunning { cluster, .. } | Self::NoRunningMaster(cluster) => {
                format!("'mokctl start cluster {cluster}' starts it")
            }
            Self::NotSetUp(node) => format!("'mokctl exec {node} -- bash {SETUP}' sets it up"),
            Self::NotFinished(node) => format!(
                "wait until it is; if nothing adds it any more, 'mokctl delete {} {node}' removes it",
                node.role().as_str()
            ),
            Self::Upgrading(name) => format!(
                "wait until it is; if nothing upgrades it any more, 'mokctl upgrade cluster {name}' goes on"
            ),
            Self::NoNetwork(name) => {
                format!("'mokctl delete cluster {name}' removes the rest of it")
            }
            Self::Away { host, .. } => format!("'docker {} info' shows details", args::at(host)),
            Self::NoImage(_) => "'mokctl build image' builds one".to_owned(),
            Self::NoVersion { wanted, .. } => {
                format!("'mokctl build image --k8sver {wanted}' builds one")
            }
            Self::SubnetTaken { holder, .. } => {
                format!("remove {holder}, then run the command again")
            }
            Self::Contract(_)
            | Self::Newer(_)
            | Self::Spread { .. }
            | Self::SeveralRegistries(_) => return None,
        })
    }
}
