//! The problems that only some users' machines have, and what the user can do about each.

use std::path::PathBuf;

use thiserror::Error;

use super::{NEEDED_IDS, Vm};
use crate::preflight::MIB;

/// A problem with something that a user's machine has or lacks.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MachineProblem {
    /// The rootless engine's user lacks cgroup controllers that kubelets need.
    #[error("the rootless engine may not limit {}: the user has not been given these controllers", names.join(", "))]
    NotDelegated {
        /// The missing controllers.
        names: Vec<&'static str>,
    },
    /// The rootless engine's user has fewer ids than the files of a node belong to.
    #[error(
        "the rootless engine's user has {has} ids: the files of a node belong to up to {NEEDED_IDS}"
    )]
    FewIds {
        /// How many ids the user has.
        has: u64,
    },
    /// The kernel has neither kind of packet filter.
    #[error("the kernel has neither nf_tables with nft_compat nor ip_tables: Services need one")]
    NoPacketFilter,
    /// The kernel has only the older kind of packet filter, which mokctl's images do not use.
    #[error(
        "the kernel has ip_tables alone: images that mokctl builds need nf_tables and nft_compat"
    )]
    OldPacketFilter,
    /// Docker's snap does not see a path that must be mounted.
    #[error("docker is a snap and does not see {}, which --mount names", .0.display())]
    HiddenFromSnap(PathBuf),
    /// The engine is in a virtual machine, so this machine does not reach the addresses that the
    /// add-on `loadbalancer` gives to Services.
    #[error(
        "the engine is in a virtual machine ({0}): this machine reaches no address that the add-on loadbalancer gives"
    )]
    Unreachable(Vm),
    /// Control groups do not limit swap: a node with limited memory may swap out the rest.
    #[error("the engine's host cannot limit swap: a node may take more than --node-memory")]
    NoSwapLimit,
    /// Packet filters see the traffic between podman's nodes. podman masquerades what nodes send
    /// to pods of other nodes, because only nodes' addresses belong to its network. Docker's
    /// rules drop what passes bridges that Docker does not know; a rootless podman has a network
    /// namespace without these rules. Seen as root with podman 5.8 next to Docker 28.5, and
    /// rootless with podman 5.4.
    #[error("packet filters see what passes between nodes: {}", consequence(*rootless))]
    FiltersBridges {
        /// Whether podman is rootless.
        rootless: bool,
    },
    /// The same as [`Self::FiltersBridges`], once the add-on `policy` is there: kube-router's rules
    /// match `physdev`, which loads `br_netfilter`.
    #[error(
        "the add-on policy makes packet filters see what passes between nodes: {}",
        consequence(*rootless)
    )]
    PolicyFiltersBridges {
        /// Whether podman is rootless.
        rootless: bool,
    },
    /// `SELinux` confines nodes, because they will not be privileged.
    #[error(
        "the engine has SELinux, which confines nodes: this machine cannot make them privileged"
    )]
    Confined,
    /// The image is for another architecture than the host's.
    #[error(
        "image {image} is for {is}, the engine's host is {host}: nodes run by emulation, if at all"
    )]
    OtherArchitecture {
        /// The image's name.
        image: String,
        /// The image's architecture.
        is: String,
        /// The host's architecture.
        host: String,
    },
    /// The engine's disk may have too little space for a build.
    #[error(
        "too little disk space in {}: the first build takes up to {} MiB, {} MiB are free",
        path.display(), needed / MIB, free / MIB
    )]
    BuildDisk {
        /// The engine's folder.
        path: PathBuf,
        /// The bytes that the first build needs at most.
        needed: u64,
        /// The bytes that are free.
        free: u64,
    },
    /// The engine's disk may have too little space for a node image.
    #[error(
        "too little disk space in {}: a node image takes about {} MiB, {} MiB are free",
        path.display(), needed / MIB, free / MIB
    )]
    ImageDisk {
        /// The engine's folder.
        path: PathBuf,
        /// The bytes that a node image needs, about.
        needed: u64,
        /// The bytes that are free.
        free: u64,
    },
}

impl MachineProblem {
    /// Whether what was asked for may succeed in spite of the problem.
    #[must_use]
    pub const fn is_warning(&self) -> bool {
        !matches!(self, Self::NotDelegated { .. } | Self::NoPacketFilter)
    }

    /// Returns what the user can do about the problem.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self {
            Self::NotDelegated { .. } => {
                "run 'systemctl edit user@.service' as root, add 'Delegate=cpu cpuset io memory pids' below [Service], and log in again"
            }
            Self::FewIds { .. } => {
                "run 'usermod --add-subuids 100000-165535 --add-subgids 100000-165535 USER' as root, then 'podman system migrate'"
            }
            Self::NoPacketFilter | Self::OldPacketFilter => {
                "'modprobe --all nf_tables nft_compat' as root shows the reason; after a kernel update, reboot"
            }
            Self::HiddenFromSnap(_) => {
                "move it below your home folder, not into a hidden folder, or install Docker's own packages"
            }
            Self::Unreachable(_) => {
                "'create cluster --publish PORT:NODEPORT' makes a NodePort reachable"
            }
            Self::NoSwapLimit => "boot the host with 'swapaccount=1' on the kernel's command line",
            Self::FiltersBridges { rootless: true }
            | Self::PolicyFiltersBridges { rootless: true } => {
                "when pods run, and after each reboot: 'podman unshare --rootless-netns /usr/sbin/sysctl net.bridge.bridge-nf-call-iptables=0 net.bridge.bridge-nf-call-ip6tables=0'"
            }
            Self::FiltersBridges { rootless: false }
            | Self::PolicyFiltersBridges { rootless: false } => {
                "run 'modprobe br_netfilter' and 'sysctl net.bridge.bridge-nf-call-iptables=0 net.bridge.bridge-nf-call-ip6tables=0' as root"
            }
            Self::Confined => "run mokctl outside of a container, or the engine without SELinux",
            Self::OtherArchitecture { .. } => {
                "'mokctl build image' builds one for the engine's host"
            }
            Self::BuildDisk { .. } | Self::ImageDisk { .. } => {
                "'docker system df' shows what takes the space"
            }
        }
        .to_owned()
    }
}

/// Describes what happens if packet filters see the traffic between podman's nodes.
fn consequence(rootless: bool) -> &'static str {
    if rootless {
        "podman's changes it, so nodes do not reach pods of other nodes"
    } else {
        "podman's changes it, so nodes do not reach pods of other nodes; Docker's, if there is one, drops it"
    }
}
