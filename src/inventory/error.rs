//! Why something is not there as a command needs it.

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

/// What is missing, or cannot be asked.
#[derive(Debug, Error)]
pub enum InventoryError {
    /// The engine.
    #[error(transparent)]
    Docker(#[from] DockerError),
    /// An image that is not a node image.
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// A snapshot.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// No cluster of that name is there.
    #[error("no cluster exists with name {0}")]
    NotFound(ClusterName),
    /// What a run that was killed left of a cluster of that name.
    #[error("cluster {0} exists but is incomplete")]
    Unfinished(ClusterName),
    /// No master runs that could answer for the cluster.
    #[error("cluster {0} has no running master")]
    NoRunningMaster(ClusterName),
    /// What was left to the user has not been done.
    #[error("cluster {cluster} is not set up: setup.sh has not been run on {node}", cluster = .0.cluster(), node = .0)]
    NotSetUp(NodeName),
    /// A node does not run that must be told of a change.
    #[error("cluster {cluster} has a {activity} node: {node}")]
    NotRunning {
        /// The cluster.
        cluster: ClusterName,
        /// The first such node.
        node: String,
        /// Whether it is stopped or paused.
        activity: Activity,
    },
    /// Its load balancer was removed by hand.
    #[error("the load balancer of cluster {0} is missing")]
    NoLoadBalancer(ClusterName),
    /// Another run adds a node at this moment, or one that was killed has.
    #[error("cluster {cluster} is being changed: {node} is not finished", cluster = .0.cluster(), node = .0)]
    NotFinished(NodeName),
    /// An upgrade moves one of its nodes at this moment, or one that was killed has begun to.
    #[error("cluster {0} is being upgraded")]
    Upgrading(ClusterName),
    /// A network has one place for a registry.
    #[error("a cluster joins one registry of mokctl's: {} and {} are two", .0[0].name, .0[1].name)]
    SeveralRegistries(Vec<OwnRegistry>),
    /// The network is not there.
    #[error("cluster {0} has no network")]
    NoNetwork(ClusterName),
    /// The network is gone, and its addresses are in use.
    #[error("cannot create network {network} again: {holder} has {subnet}")]
    SubnetTaken {
        /// The network.
        network: String,
        /// What has the addresses.
        holder: String,
        /// All of them, or some.
        subnet: IpNet,
    },
    /// A later version of mokctl made it.
    #[error("cluster {0} was made by a later version of mokctl")]
    Newer(ClusterName),
    /// A host of the cluster does not answer that has to be told of a change.
    #[error("cannot change cluster {cluster}: host {host} does not answer")]
    Away {
        /// The cluster.
        cluster: ClusterName,
        /// The first such host.
        host: Host,
    },
    /// What was asked for holds for one engine alone.
    #[error("cluster {cluster} is on several hosts: {what} are only for clusters on one")]
    Spread {
        /// The cluster.
        cluster: ClusterName,
        /// What was asked for.
        what: &'static str,
    },
    /// There is no node image.
    #[error("there is no image {0}")]
    NoImage(String),
    /// No image has that Kubernetes version.
    #[error("there is no image with Kubernetes {wanted}; there is {known}")]
    NoVersion {
        /// What was asked for.
        wanted: String,
        /// What there is.
        known: String,
    },
}

impl InventoryError {
    /// What the user can do about it.
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
