//! What is in the way, and what can be done about it.

use std::net::Ipv4Addr;
use std::path::PathBuf;

use thiserror::Error;

use super::{MIB, Product};
use crate::cluster::host::{Host, list};
use crate::cluster::kubernetes::KubernetesVersion;
use crate::cluster::subnet::Subnet;
use crate::docker::args::at;

/// Something that a new node would founder on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Problem {
    /// The engine runs containers of another system.
    #[error("the docker engine runs containers of {os}, not of linux")]
    NotLinux {
        /// Which.
        os: String,
    },
    /// The engine does not know a flag that nodes need.
    #[error("{product} {version} is too old: nodes need {}.{} or later", oldest.0, oldest.1)]
    OldEngine {
        /// Whose it is.
        product: Product,
        /// Its version.
        version: String,
        /// The oldest that does.
        oldest: (u64, u64),
    },
    /// The engine runs as an ordinary user.
    #[error("{} runs rootless, and a kubelet needs root", product.with_article())]
    Rootless {
        /// Whose it is.
        product: Product,
    },
    /// The engine's containers have a root of their own.
    #[error("the docker engine maps users (userns-remap), which excludes privileged nodes")]
    MapsUsers,
    /// Control groups lack something that the kubelet counts on.
    #[error("the engine's host lacks control group support for {}", names.join(", "))]
    NoControllers {
        /// For what.
        names: Vec<&'static str>,
    },
    /// A later Kubernetes will want newer control groups.
    #[error("Kubernetes {version} still runs on cgroup v1, a later one will not")]
    CgroupV1 {
        /// The image's Kubernetes.
        version: KubernetesVersion,
    },
    /// The kernel grants root too few.
    #[error("too few inotify {name}: {nodes} new nodes need {needed}, {free} are free")]
    Inotify {
        /// `instances` or `watches`.
        name: &'static str,
        /// How many nodes are to be.
        nodes: u64,
        /// What they need.
        needed: u64,
        /// What there is.
        free: u64,
        /// A limit that does for any cluster.
        enough: u64,
    },
    /// The engine's disk is full, or soon would be.
    #[error(
        "too little disk space in {}: the new nodes need {} MiB, {} MiB are free",
        path.display(), needed / MIB, free / MIB
    )]
    Disk {
        /// The engine's folder.
        path: PathBuf,
        /// Bytes.
        needed: u64,
        /// Bytes.
        free: u64,
    },
    /// The kernel can do without, nodes cannot.
    #[error("the kernel lacks what nodes need, loaded or to be loaded: {}", names.join(", "))]
    NoModules {
        /// Names of modules.
        names: Vec<&'static str>,
    },
    /// Somebody listens on the port that was asked for.
    #[error("port {port} of {address} is taken")]
    PortTaken {
        /// The host's address.
        address: Ipv4Addr,
        /// The port.
        port: u16,
    },
    /// Nothing can be published there.
    #[error("{address} is no address of this machine")]
    NoSuchAddress {
        /// What was asked for.
        address: Ipv4Addr,
    },
    /// Somebody has addresses of the subnet that was asked for.
    #[error("{subnet} overlaps {other}, a network of the engine or a route of the host")]
    SubnetTaken {
        /// What was asked for.
        subnet: Subnet,
        /// What is there.
        other: Subnet,
    },
    /// A route leads to more than the subnet.
    #[error("{subnet} is a part of {route}, to which the host has a route, maybe of a VPN")]
    SubnetShadows {
        /// What the cluster gets.
        subnet: Subnet,
        /// Whose addresses are not reached any more as far as they are the same.
        route: Subnet,
    },
    /// The engine's disk has no room for the snapshot.
    #[error(
        "too little disk space in {}: the snapshot needs {} MiB, {} MiB are free",
        path.display(), needed / MIB, free / MIB
    )]
    SnapshotDisk {
        /// The engine's folder.
        path: PathBuf,
        /// Bytes.
        needed: u64,
        /// Bytes.
        free: u64,
    },
    /// Somebody listens where the snapshot's cluster did.
    #[error("port {port} of {address}, which the snapshot publishes, is taken")]
    SavedPortTaken {
        /// The host's address.
        address: Ipv4Addr,
        /// The port.
        port: u16,
    },
    /// Somebody has the addresses of the snapshot's cluster.
    #[error(
        "{subnet} of the snapshot overlaps {other}, a network of the engine or a route of the host"
    )]
    SavedSubnetTaken {
        /// The snapshot's.
        subnet: Subnet,
        /// What is there.
        other: Subnet,
    },
    /// What the snapshot's nodes see of the host is not there any more.
    #[error("{0}, which the snapshot mounts, is not there")]
    SavedMountGone(String),
    /// Something that is in the way on one of several hosts.
    #[error("host {host}: {problem}")]
    OnHost {
        /// The host.
        host: Host,
        /// What is in the way there.
        problem: Box<Self>,
    },
    /// Its engine cannot be asked.
    #[error("host {host} does not answer: {why}")]
    HostAway {
        /// The host.
        host: Host,
        /// What the client says, in a line.
        why: String,
    },
    /// Nothing joins its containers with those of other hosts.
    #[error("host {host} is in no swarm")]
    NoSwarm {
        /// The host.
        host: Host,
        /// The command.
        remedy: String,
    },
    /// Its swarm is not that of the others.
    #[error("host {host} is in another swarm than {first}")]
    OtherSwarm {
        /// The host.
        host: Host,
        /// Whose swarm counts.
        first: Host,
        /// The commands.
        remedy: String,
    },
    /// One engine by two names.
    #[error("host {host} is the same engine as {other}")]
    SameEngine {
        /// One name.
        host: Host,
        /// The other.
        other: Host,
    },
    /// Its programs are not those of the others.
    #[error("host {host} is {is} and {first} is {model}")]
    OtherMachine {
        /// The host.
        host: Host,
        /// What it is.
        is: String,
        /// Which one it differs from.
        first: Host,
        /// What that one is.
        model: String,
    },
    /// Nobody can make the network.
    #[error(
        "none of the hosts {} is a manager of the swarm, or too few of its managers are there",
        list(hosts)
    )]
    NoManager {
        /// All of them.
        hosts: Vec<Host>,
    },
    /// It may get tight.
    #[error("the new nodes need {} MiB of memory, {} MiB are there", needed / MIB, free / MIB)]
    Memory {
        /// Bytes.
        needed: u64,
        /// Bytes.
        free: u64,
    },
}

impl Problem {
    /// Whether a cluster may come up nevertheless: the kernel may swap, and drop what others
    /// keep; and of two routes it takes the narrower one.
    #[must_use]
    pub fn may_be_survived(&self) -> bool {
        match self {
            Self::OnHost { problem, .. } => problem.may_be_survived(),
            _ => matches!(
                self,
                Self::Memory { .. } | Self::CgroupV1 { .. } | Self::SubnetShadows { .. }
            ),
        }
    }

    /// What the user can do about it.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self {
            Self::NotLinux { .. } => "switch the engine to linux containers".into(),
            Self::OldEngine { product: Product::Docker, .. } => "install a newer Docker".into(),
            Self::OldEngine { product: Product::Podman, .. } => {
                "install a newer podman, or Docker".into()
            }
            Self::Rootless { product: Product::Docker } => {
                "'docker context use' an engine that runs as root".into()
            }
            Self::Rootless { product: Product::Podman } => "run mokctl as root".into(),
            Self::MapsUsers => "take userns-remap out of the engine's configuration".into(),
            Self::NoControllers { names } if names.contains(&"memory") => {
                "boot the host with 'cgroup_enable=memory' on the kernel's command line".into()
            }
            Self::NoControllers { .. } => "enable the controllers in the host's kernel".into(),
            Self::CgroupV1 { .. } => {
                "'systemd.unified_cgroup_hierarchy=1' on the kernel's command line gives the host v2"
                    .into()
            }
            Self::Inotify { name, enough, .. } => {
                format!("'sysctl fs.inotify.max_user_{name}={enough}' as root, or fewer nodes")
            }
            Self::Disk { .. } | Self::SnapshotDisk { .. } => {
                "'docker system df' shows what takes the space".into()
            }
            Self::NoModules { names } => format!(
                "'modprobe --all {}' as root tells why; after an update of the kernel, reboot",
                names.join(" ")
            ),
            Self::PortTaken { .. } => {
                "another port; 'ss -ltnp' shows what listens there".into()
            }
            Self::NoSuchAddress { .. } => "'ip -4 address' lists them".into(),
            Self::SubnetTaken { .. } => {
                "another --subnet, or none: mokctl then takes a free one".into()
            }
            Self::SubnetShadows { .. } => {
                "if you need these addresses there, another --subnet".into()
            }
            Self::SavedPortTaken { .. } | Self::SavedSubnetTaken { .. } => {
                "a cluster comes back at its own ports and addresses alone: end what has them"
                    .into()
            }
            Self::SavedMountGone(path) => {
                format!("'mkdir -p {path}', or bring back what was there")
            }
            Self::OnHost { problem, .. } => problem.remedy(),
            Self::HostAway { host, .. } => format!("'docker {} info' says more", at(host)),
            Self::NoSwarm { remedy, .. } | Self::OtherSwarm { remedy, .. } => remedy.clone(),
            Self::SameEngine { .. } => "name each engine once".into(),
            Self::OtherMachine { .. } => {
                "hosts of one architecture: all nodes are of one image".into()
            }
            Self::NoManager { .. } => "'docker node promote' one of them where a manager is".into(),
            Self::Memory { .. } => "fewer nodes, or more memory for the engine".into(),
        }
    }
}
