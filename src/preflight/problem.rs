//! What is in the way, and what can be done about it.

use std::net::IpAddr;
use std::path::PathBuf;

use ipnet::IpNet;
use thiserror::Error;

use super::{MIB, MachineProblem, Product};
use crate::cluster::family::IpFamily;
use crate::cluster::host::{Host, list};
use crate::cluster::kubernetes::KubernetesVersion;
use crate::cluster::ranges::Range;
use crate::docker::args::at;

/// Something that would make a new node fail.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Problem {
    /// The engine runs containers of another system.
    #[error("the docker engine runs containers of {os}: nodes need those of linux")]
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
    /// The engine runs as an ordinary user, where none gets control groups.
    #[error(
        "{} runs rootless on cgroup v1, where no container of an ordinary user can be limited",
        product.with_article()
    )]
    RootlessOnV1 {
        /// Whose it is.
        product: Product,
    },
    /// The engine's containers have their own root.
    #[error("the docker engine remaps users (userns-remap): nodes cannot be privileged")]
    MapsUsers,
    /// Control groups lack something that the kubelet counts on.
    #[error("the engine's host has no cgroup support for {}", names.join(", "))]
    NoControllers {
        /// For what.
        names: Vec<&'static str>,
    },
    /// A later Kubernetes will want newer control groups.
    #[error(
        "the engine's host has cgroup v1: Kubernetes {version} still runs on it, a later one will not"
    )]
    CgroupV1 {
        /// The image's Kubernetes.
        version: KubernetesVersion,
    },
    /// The kernel grants root too few.
    #[error("too few inotify {name}: {nodes} new nodes need {needed}, {free} are free")]
    Inotify {
        /// `instances` or `watches`.
        name: &'static str,
        /// How many new nodes there will be.
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
    #[error("the kernel lacks modules that nodes need: {}", names.join(", "))]
    NoModules {
        /// Names of modules.
        names: Vec<&'static str>,
    },
    /// The kernel does without IPv6.
    #[error("the engine's host has no IPv6, which --ip-family {family} needs")]
    NoIpv6 {
        /// What was asked for.
        family: IpFamily,
    },
    /// A program listens on the port that was asked for.
    #[error("port {port} of {address} is already in use")]
    PortTaken {
        /// The host's address.
        address: IpAddr,
        /// The port.
        port: u16,
    },
    /// Nothing can be published there.
    #[error("address {address} does not belong to this machine")]
    NoSuchAddress {
        /// What was asked for.
        address: IpAddr,
    },
    /// The subnet that was asked for is in use.
    #[error("subnet {subnet} overlaps {other}, a network of the engine or a route of the host")]
    SubnetTaken {
        /// What was asked for.
        subnet: IpNet,
        /// What is there.
        other: IpNet,
    },
    /// Addresses that were asked for inside of the cluster are in use outside.
    #[error(
        "{subnet}, for {range}, overlaps {other}, a network of the engine or a route of the host"
    )]
    RangeTaken {
        /// What would have them.
        range: Range,
        /// What was asked for.
        subnet: IpNet,
        /// What is there.
        other: IpNet,
    },
    /// A route leads to more than those addresses.
    #[error(
        "{subnet}, for {range}, is a part of {route}, to which the host has a route, maybe of a VPN"
    )]
    RangeShadows {
        /// What gets them.
        range: Range,
        /// What was asked for.
        subnet: IpNet,
        /// Whose addresses pods do not reach as far as they are the same.
        route: IpNet,
    },
    /// A route leads to more than the subnet.
    #[error("subnet {subnet} is a part of {route}, to which the host has a route, maybe of a VPN")]
    SubnetShadows {
        /// What the cluster gets.
        subnet: IpNet,
        /// Whose addresses are not reached any more as far as they are the same.
        route: IpNet,
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
    /// A program listens where the snapshot's cluster did.
    #[error("port {port} of {address}, which the snapshot publishes, is already in use")]
    SavedPortTaken {
        /// The host's address.
        address: IpAddr,
        /// The port.
        port: u16,
    },
    /// The subnet of the snapshot's cluster is in use.
    #[error(
        "subnet {subnet} of the snapshot overlaps {other}, a network of the engine or a route of the host"
    )]
    SavedSubnetTaken {
        /// The snapshot's.
        subnet: IpNet,
        /// What is there.
        other: IpNet,
    },
    /// What the snapshot's nodes see of the host is not there any more.
    #[error("the snapshot mounts {0}, which does not exist")]
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
    #[error("host {host} is not in a swarm")]
    NoSwarm {
        /// The host.
        host: Host,
        /// The command.
        remedy: String,
    },
    /// Its swarm is not that of the others.
    #[error("host {host} is not in the swarm of {first}")]
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
    #[error("host {host} has another architecture than {first}: {is}, not {model}")]
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
    /// No host can make the network.
    #[error(
        "none of the hosts {} can manage the swarm: none is a manager, or too few managers answer",
        list(hosts)
    )]
    NoManager {
        /// All of them.
        hosts: Vec<Host>,
    },
    /// Of users' machines.
    #[error(transparent)]
    Machine(#[from] MachineProblem),
    /// It may get tight.
    #[error("too little memory: the new nodes need {} MiB, {} MiB are available", needed / MIB, free / MIB)]
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
            Self::Machine(problem) => problem.may_be_survived(),
            _ => matches!(
                self,
                Self::Memory { .. }
                    | Self::CgroupV1 { .. }
                    | Self::SubnetShadows { .. }
                    | Self::RangeShadows { .. }
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
            Self::RootlessOnV1 { .. } => {
                "boot the host with 'systemd.unified_cgroup_hierarchy=1' on the kernel's command \
                 line, or use an engine that runs as root"
                    .into()
            }
            Self::MapsUsers => "remove userns-remap from the engine's configuration".into(),
            Self::NoControllers { names } if names.contains(&"memory") => {
                "boot the host with 'cgroup_enable=memory' on the kernel's command line".into()
            }
            Self::NoControllers { .. } => "enable the controllers in the host's kernel".into(),
            Self::CgroupV1 { .. } => {
                "boot the host with 'systemd.unified_cgroup_hierarchy=1' on the kernel's command line"
                    .into()
            }
            Self::Inotify { name, enough, .. } => {
                format!("run 'sysctl fs.inotify.max_user_{name}={enough}' as root, or create fewer nodes")
            }
            Self::Disk { .. } | Self::SnapshotDisk { .. } => {
                "'docker system df' shows what takes the space".into()
            }
            Self::NoModules { names } => format!(
                "'modprobe --all {}' as root shows the reason; after a kernel update, reboot",
                names.join(" ")
            ),
            Self::NoIpv6 { .. } => {
                "boot the host without 'ipv6.disable=1' on the kernel's command line".into()
            }
            Self::PortTaken { .. } => {
                "choose another port; 'ss -lntup' shows what listens there".into()
            }
            Self::NoSuchAddress { .. } => "'ip -4 address' lists them".into(),
            Self::SubnetTaken { .. } => {
                "choose another --subnet, or none: mokctl then chooses a free one".into()
            }
            Self::RangeTaken { range, .. } => format!("choose another {}", range.flag()),
            Self::RangeShadows { range, .. } => {
                format!("choose another {} if pods need these addresses there", range.flag())
            }
            Self::SubnetShadows { .. } => {
                "choose another --subnet if you need these addresses there".into()
            }
            Self::SavedPortTaken { .. } | Self::SavedSubnetTaken { .. } => {
                "a cluster is restored with its own ports and addresses: free them"
                    .into()
            }
            Self::SavedMountGone(path) => {
                format!("create it with 'mkdir -p {path}', or restore what was there")
            }
            Self::OnHost { problem, .. } => problem.remedy(),
            Self::Machine(problem) => problem.remedy(),
            Self::HostAway { host, .. } => format!("'docker {} info' shows details", at(host)),
            Self::NoSwarm { remedy, .. } | Self::OtherSwarm { remedy, .. } => remedy.clone(),
            Self::SameEngine { .. } => "name each engine once".into(),
            Self::OtherMachine { .. } => {
                "use hosts of one architecture: all nodes have the same image".into()
            }
            Self::NoManager { .. } => "run 'docker node promote' for one of them, on a manager".into(),
            Self::Memory { .. } => "create fewer nodes, or give the engine more memory".into(),
        }
    }
}
