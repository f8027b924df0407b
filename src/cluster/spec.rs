//! The specification of a new cluster, in validated values. Knows the limits. Knows nothing about
//! how a cluster is created.

use std::net::Ipv4Addr;
use std::num::{NonZeroU8, NonZeroU16};

use super::addons::Addons;
use super::cni::Cni;
use super::host::Place;
use super::image_ref::ImageRef;
use super::image_source::ImageSource;
use super::limits::Limits;
use super::manual::Manual;
use super::marks::Marks;
use super::mount::Mount;
use super::name::SnapshotName;
use super::name::{ClusterName, NodeName};
use super::node_image::WorkerImage;
use super::port::{PortMapping, Protocol, Socket};
use super::ranges::Ranges;
use super::registry::Registry;
use super::roster::Roster;
use super::settings::SettingsSpec;
use super::subnet::Subnet;
use super::version_prefix::VersionPrefix;
use super::wait::Wait;

/// The most masters of a cluster: 9. More members would only slow etcd down.
pub const MAX_MASTERS: NonZeroU8 = NonZeroU8::MIN.saturating_add(8);

/// The most workers of a cluster, so that their names end in at most two digits.
pub const MAX_WORKERS: u8 = 99;

/// The cluster that `create cluster` will create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterSpec {
    /// The name of the cluster.
    pub name: ClusterName,
    /// The number of masters, at most [`MAX_MASTERS`].
    pub masters: NonZeroU8,
    /// The number of workers, at most [`MAX_WORKERS`].
    pub workers: u8,
    /// Whether a load balancer was asked for.
    pub load_balancer: bool,
    /// The options that clones also have.
    pub options: ClusterOptions,
    /// The hosts that the user chose for nodes.
    pub places: Vec<Place>,
    /// The node image that was asked for. `None`: the newest one that was built.
    pub image: Option<ImageRef>,
    /// The source of the node image if the engine lacks it.
    pub image_source: Option<ImageSource>,
    /// The Kubernetes version that was asked for. `None`: that of the image.
    pub version: Option<VersionPrefix>,
    /// The part of the setup that is left to the user.
    pub manual: Manual,
    /// The add-ons that were asked for. `None`: all of the image's that the pod network and the
    /// hosts allow.
    pub addons: Option<Addons>,
    /// The pod and Service ranges.
    pub ranges: Ranges,
    /// The settings of Kubernetes itself.
    pub settings: SettingsSpec,
    /// The labels and taints of nodes.
    pub marks: Marks,
    /// Who sets up the pod network.
    pub cni: Cni,
    /// The workers whose image differs from the cluster's, each with its image.
    pub worker_images: Vec<WorkerImage>,
}

impl ClusterSpec {
    /// Whether the cluster has a load balancer: with several masters it always has.
    #[must_use]
    pub fn has_load_balancer(&self) -> bool {
        self.load_balancer || self.masters.get() > 1
    }

    /// Returns the nodes of the cluster.
    #[must_use]
    pub fn roster(&self) -> Roster {
        let name = &self.name;
        let balancer = self.has_load_balancer().then(|| NodeName::load_balancer(name));
        let numbers = |last: u8| (1..=last).filter_map(NonZeroU8::new);
        let masters = numbers(self.masters.get()).map(|n| NodeName::master(name, n));
        let workers = numbers(self.workers).map(|n| NodeName::worker(name, n));
        Roster::new(name.clone(), balancer.into_iter().chain(masters).chain(workers))
    }
}

/// The cluster that `create cluster --from` will create. What is not asked for is as it was saved,
/// except for what two clusters cannot share, such as ports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloneSpec {
    /// The name of the cluster.
    pub name: ClusterName,
    /// The snapshot that it is created from.
    pub snapshot: SnapshotName,
    /// The number of masters that the user expects in the snapshot, if given.
    pub masters: Option<NonZeroU8>,
    /// The number of workers that the user expects in the snapshot, if given.
    pub workers: Option<u8>,
    /// The other options.
    pub options: ClusterOptions,
}

/// The options of every new cluster, including clones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClusterOptions {
    /// The subnet. `None`: a free one.
    pub subnet: Option<Subnet>,
    /// The port of the API on the host. `None`: a free one.
    pub api_port: Option<NonZeroU16>,
    /// The address of the API on the host. `None`: the one at which the client reaches the engine.
    pub api_address: Option<Ipv4Addr>,
    /// The ports of the host that are forwarded to `NodePort`s.
    pub publish: Vec<PortMapping>,
    /// The folders and files of the engine's host that are mounted into every node.
    pub mounts: Vec<Mount>,
    /// The user's registry that nodes pull from.
    pub registry: Option<Registry>,
    /// How much CPU and memory each node may use.
    pub limits: Limits,
    /// Whether an existing cluster with this name and these nodes is kept.
    pub if_not_exists: bool,
    /// What `create cluster` waits for.
    pub wait: Wait,
}

impl ClusterOptions {
    /// Returns the addresses and ports of the host that will be published. The API's address is
    /// loopback unless another one was chosen. Port 0 stands for any port.
    #[must_use]
    pub fn ports(&self) -> Vec<Socket> {
        let host = self.api_address.unwrap_or(Ipv4Addr::LOCALHOST);
        let api = Socket {
            address: host.into(),
            port: self.api_port.map_or(0, NonZeroU16::get),
            protocol: Protocol::Tcp,
        };
        let publish = self.publish.iter().map(|spec| Socket {
            address: spec.address.unwrap_or(host).into(),
            port: spec.port.get(),
            protocol: spec.protocol,
        });
        std::iter::once(api).chain(publish).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_masters_are_nine() {
        assert_eq!(MAX_MASTERS.get(), 9);
    }
}
