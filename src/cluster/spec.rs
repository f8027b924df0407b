//! What a cluster shall be: validated words only. Knows the limits; knows
//! nothing about how a cluster is made.

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

/// The most masters a cluster has: 9. More members only slow etcd down.
pub const MAX_MASTERS: NonZeroU8 = NonZeroU8::MIN.saturating_add(8);

/// The most workers a cluster has; their names then end in two digits at most.
pub const MAX_WORKERS: u8 = 99;

/// The cluster that `create cluster` shall make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterSpec {
    /// What the cluster is called.
    pub name: ClusterName,
    /// How many control plane nodes, [`MAX_MASTERS`] at most.
    pub masters: NonZeroU8,
    /// How many other nodes, [`MAX_WORKERS`] at most.
    pub workers: u8,
    /// Whether a balancer was asked for.
    pub load_balancer: bool,
    /// What is asked for beside that.
    pub options: ClusterOptions,
    /// Where nodes shall be, as far as it was said.
    pub places: Vec<Place>,
    /// The node image that was asked for; the newest one built otherwise.
    pub image: Option<ImageRef>,
    /// Where the node image comes from if the engine has none.
    pub image_source: Option<ImageSource>,
    /// The Kubernetes version that was asked for; the image's otherwise.
    pub version: Option<VersionPrefix>,
    /// What is left to the user.
    pub manual: Manual,
    /// The add-ons that were asked for; by default all that the place allows.
    pub addons: Option<Addons>,
    /// The addresses of pods and Services.
    pub ranges: Ranges,
    /// What Kubernetes itself is told.
    pub settings: SettingsSpec,
    /// What nodes are labelled and tainted with.
    pub marks: Marks,
    /// Who makes the pod network.
    pub cni: Cni,
    /// Workers of other images.
    pub worker_images: Vec<WorkerImage>,
}

impl ClusterSpec {
    /// Whether a balancer stands before the masters: with several it must.
    #[must_use]
    pub fn has_load_balancer(&self) -> bool {
        self.load_balancer || self.masters.get() > 1
    }

    /// Every container of the cluster.
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

/// The cluster that `create cluster --from` shall make. What is not asked for is as
/// it was saved, but for what only one cluster can have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloneSpec {
    /// What the cluster is called.
    pub name: ClusterName,
    /// What it is made from.
    pub snapshot: SnapshotName,
    /// How many control plane nodes the user expects in it.
    pub masters: Option<NonZeroU8>,
    /// How many other nodes the user expects in it.
    pub workers: Option<u8>,
    /// What is asked for beside that.
    pub options: ClusterOptions,
}

/// The options that every cluster takes that is created.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClusterOptions {
    /// The network; any free one otherwise.
    pub subnet: Option<Subnet>,
    /// The port of the API on the host; any free one otherwise.
    pub api_port: Option<NonZeroU16>,
    /// The address of the API on the host; where its client finds it otherwise.
    pub api_address: Option<Ipv4Addr>,
    /// The ports of the host that lead to a `NodePort` each.
    pub publish: Vec<PortMapping>,
    /// What every node sees of the engine's host.
    pub mounts: Vec<Mount>,
    /// The registry that the nodes pull from in clear text.
    pub registry: Option<Registry>,
    /// What each node may use of its machine.
    pub limits: Limits,
    /// Whether a cluster of that name and shape will do that is there already.
    pub if_not_exists: bool,
    /// What it is waited for.
    pub wait: Wait,
}

impl ClusterOptions {
    /// The addresses and ports of the host that are asked for, where the API is on
    /// loopback unless it is asked for elsewhere. Port 0 stands for any.
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
