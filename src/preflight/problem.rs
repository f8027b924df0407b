//! The problems that a check can find, and what the user can do about each.

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

/// Something that makes a new node fail, or may do so.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Problem {
    /// The engine runs containers of another operating system.
    #[error("the docker engine runs containers of {os}: nodes need those of linux")]
    NotLinux {
        /// The system, such as `windows`.
        os: String,
    },
    /// The engine is too old to know a flag that nodes need.
    #[error("{product} {version} is too old: nodes need {}.{} or later", oldest.0, oldest.1)]
    OldEngine {
        /// The engine's product.
        product: Product,
        /// The engine's version.
        version: String,
        /// The oldest release that knows the flag.
        oldest: (u64, u64),
    },
    /// The engine runs rootless on cgroup v1, which gives ordinary users no control groups.
    #[error(
        "{} runs rootless on cgroup v1, where no container of an ordinary user can be limited",
        product.with_article()
    )]
    RootlessOnV1 {
        /// The engine's product.
        product: Product,
    },
    /// The engine remaps users: root in a container is another user on the host.
    #[error("the docker engine remaps users (userns-remap): nodes cannot be privileged")]
    MapsUsers,
    /// The host lacks cgroup controllers that a kubelet needs.
    #[error("the engine's host has no cgroup support for {}", names.join(", "))]
    NoControllers {
        /// The missing controllers.
        names: Vec<&'static str>,
    },
    /// The host has cgroup v1, on which a later Kubernetes will not run.
    #[error(
        "the engine's host has cgroup v1: Kubernetes {version} still runs on it, a later one will not"
    )]
    CgroupV1 {
        /// The Kubernetes version of the node image.
        version: KubernetesVersion,
    },
    /// The kernel grants root too few inotify instances or watches.
    #[error("too few inotify {name}: {nodes} new nodes need {needed}, {free} are free")]
    Inotify {
        /// What there is too little of, `instances` or `watches`.
        name: &'static str,
        /// How many new nodes there will be.
        nodes: u64,
        /// How many of these the new nodes need.
        needed: u64,
        /// How many are free.
        free: u64,
        /// A limit that is high enough for any cluster.
        enough: u64,
    },
    /// The engine's disk is too full for the new nodes.
    #[error(
        "too little disk space in {}: the new nodes need {} MiB, {} MiB are free",
        path.display(), needed / MIB, free / MIB
    )]
    Disk {
        /// The engine's folder.
        path: PathBuf,
        /// The bytes that the new nodes need.
        needed: u64,
        /// The bytes that are free.
        free: u64,
    },
    /// The kernel lacks modules that nodes need.
    #[error("the kernel lacks modules that nodes need: {}", names.join(", "))]
    NoModules {
        /// The names of the missing modules.
        names: Vec<&'static str>,
    },
    /// The kernel of the engine's host has no IPv6.
    #[error("the engine's host has no IPv6, which --ip-family {family} needs")]
    NoIpv6 {
        /// The family that was asked for.
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
    /// A port must be published on an address that the host does not have.
    #[error("address {address} does not belong to this machine")]
    NoSuchAddress {
        /// The address that was asked for.
        address: IpAddr,
    },
    /// The subnet that was asked for is in use.
    #[error("subnet {subnet} overlaps {other}, a network of the engine or a route of the host")]
    SubnetTaken {
        /// The subnet that was asked for.
        subnet: IpNet,
        /// The network or route that it overlaps.
        other: IpNet,
    },
    /// The range that was asked for, for pods or Services, is in use outside the cluster.
    #[error(
        "{subnet}, for {range}, overlaps {other}, a network of the engine or a route of the host"
    )]
    RangeTaken {
        /// The range, of pods or Services.
        range: Range,
        /// The addresses that were asked for.
        subnet: IpNet,
        /// The network or route that they overlap.
        other: IpNet,
    },
    /// The range that was asked for, for pods or Services, is part of the destination of a route.
    #[error(
        "{subnet}, for {range}, is a part of {route}, to which the host has a route, maybe of a VPN"
    )]
    RangeShadows {
        /// The range, of pods or Services.
        range: Range,
        /// The addresses that were asked for.
        subnet: IpNet,
        /// The destination of the route. Pods will not reach the part of it that is in `subnet`.
        route: IpNet,
    },
    /// The cluster's subnet is part of the destination of a route.
    #[error("subnet {subnet} is a part of {route}, to which the host has a route, maybe of a VPN")]
    SubnetShadows {
        /// The cluster's subnet.
        subnet: IpNet,
        /// The destination of the route. The host will not reach the part of it that is in
        /// `subnet`.
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
        /// The bytes that the snapshot needs.
        needed: u64,
        /// The bytes that are free.
        free: u64,
    },
    /// A program listens on a port that the snapshot's cluster published.
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
        /// The subnet of the snapshot's cluster.
        subnet: IpNet,
        /// The network or route that it overlaps.
        other: IpNet,
    },
    /// A path of the host that the snapshot's nodes mount does not exist any more.
    #[error("the snapshot mounts {0}, which does not exist")]
    SavedMountGone(String),
    /// A problem on one of several hosts.
    #[error("host {host}: {problem}")]
    OnHost {
        /// The host.
        host: Host,
        /// The problem on that host.
        problem: Box<Self>,
    },
    /// The host's engine does not answer.
    #[error("host {host} does not answer: {why}")]
    HostAway {
        /// The host.
        host: Host,
        /// The docker client's message, in one line.
        why: String,
    },
    /// The host is in no swarm, so its containers cannot reach those on other hosts.
    #[error("host {host} is not in a swarm")]
    NoSwarm {
        /// The host.
        host: Host,
        /// The command that creates or joins a swarm.
        remedy: String,
    },
    /// The host is in another swarm than the first host that is in one.
    #[error("host {host} is not in the swarm of {first}")]
    OtherSwarm {
        /// The host.
        host: Host,
        /// The host whose swarm all others must be in.
        first: Host,
        /// The commands that leave the one swarm and join the other.
        remedy: String,
    },
    /// Two names of hosts lead to the same engine.
    #[error("host {host} is the same engine as {other}")]
    SameEngine {
        /// One name.
        host: Host,
        /// The other name.
        other: Host,
    },
    /// The hosts have different architectures.
    #[error("host {host} has another architecture than {first}: {is}, not {model}")]
    OtherArchitecture {
        /// The host.
        host: Host,
        /// The host's architecture.
        is: String,
        /// The host that it is compared with.
        first: Host,
        /// The architecture of `first`.
        model: String,
    },
    /// No host can create the overlay network: only a manager of the swarm can.
    #[error(
        "none of the hosts {} can manage the swarm: none is a manager, or too few managers answer",
        list(hosts)
    )]
    NoManager {
        /// All hosts that answer.
        hosts: Vec<Host>,
    },
    /// A problem that only some machines have.
    #[error(transparent)]
    Machine(#[from] MachineProblem),
    /// The engine's host has less memory available than the new nodes need.
    #[error("too little memory: the new nodes need {} MiB, {} MiB are available", needed / MIB, free / MIB)]
    Memory {
        /// The bytes that the new nodes need.
        needed: u64,
        /// The bytes that are available.
        free: u64,
    },
}

impl Problem {
    /// Whether a cluster may come up in spite of the problem. With too little memory, the kernel
    /// can swap and free caches. Of two overlapping routes, it uses the narrower one.
    #[must_use]
    pub fn is_warning(&self) -> bool {
        match self {
            Self::OnHost { problem, .. } => problem.is_warning(),
            Self::Machine(problem) => problem.is_warning(),
            _ => matches!(
                self,
                Self::Memory { .. }
                    | Self::CgroupV1 { .. }
                    | Self::SubnetShadows { .. }
                    | Self::RangeShadows { .. }
            ),
        }
    }

    /// Returns what the user can do about the problem.
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
            Self::OtherArchitecture { .. } => {
                "use hosts of one architecture: all nodes have the same image".into()
            }
            Self::NoManager { .. } => "run 'docker node promote' for one of them, on a manager".into(),
            Self::Memory { .. } => "create fewer nodes, or give the engine more memory".into(),
        }
    }
}
