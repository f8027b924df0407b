//! What is in the way on users' machines, and what can be done about it.

use std::path::PathBuf;

use thiserror::Error;

use super::{NEEDED_IDS, Vm};
use crate::preflight::MIB;

/// Something that a user's machine has, or lacks.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MachineProblem {
    /// The engine's user may not limit what kubelets limit.
    #[error("the rootless engine may not limit {}: the user has not been given these controllers", names.join(", "))]
    NotDelegated {
        /// What.
        names: Vec<&'static str>,
    },
    /// A node's files belong to more users than the engine's user has.
    #[error(
        "the rootless engine's user has {has} ids: the files of a node belong to up to {NEEDED_IDS}"
    )]
    FewIds {
        /// How many it has.
        has: u64,
    },
    /// Neither kind of packet filter.
    #[error("the kernel has neither nf_tables with nft_compat nor ip_tables: Services need one")]
    NoPacketFilter,
    /// Only the one that no image of ours uses.
    #[error(
        "the kernel has ip_tables alone: images that mokctl builds need nf_tables and nft_compat"
    )]
    OldPacketFilter,
    /// Docker's snap has its own view of the host's files.
    #[error("docker is a snap and does not see {}, which --mount names", .0.display())]
    HiddenFromSnap(PathBuf),
    /// Services have addresses that lead nowhere.
    #[error(
        "the engine is in a virtual machine ({0}): this machine reaches no address that the add-on loadbalancer gives"
    )]
    Unreachable(Vm),
    /// Memory is limited, what is beyond it is swapped.
    #[error("the engine's host cannot limit swap: a node may take more than --node-memory")]
    NoSwapLimit,
    /// podman masquerades what nodes send to pods of other nodes, because it takes only nodes'
    /// addresses for those of its network. Docker's rules drop what passes bridges that Docker does
    /// not know; an ordinary user's podman has a network namespace without them. Seen as root
    /// with podman 5.8 beside Docker 28.5, without root with podman 5.4.
    #[error("packet filters see what passes between nodes: {}", consequence(*rootless))]
    FiltersBridges {
        /// Whether they are an ordinary user's.
        rootless: bool,
    },
    /// The same, once kube-router's rules with `physdev` have loaded `br_netfilter`.
    #[error(
        "the add-on policy makes packet filters see what passes between nodes: {}",
        consequence(*rootless)
    )]
    PolicyFiltersBridges {
        /// Whether they are an ordinary user's.
        rootless: bool,
    },
    /// `SELinux` confines what is not privileged.
    #[error(
        "the engine has SELinux, which confines nodes: this machine cannot make them privileged"
    )]
    Confined,
    /// Other processors.
    #[error(
        "image {image} is for {is}, the engine's host is {host}: nodes run by emulation, if at all"
    )]
    OtherArchitecture {
        /// Its name.
        image: String,
        /// What it is for.
        is: String,
        /// What there is.
        host: String,
    },
    /// A build fills the disk.
    #[error(
        "too little disk space in {}: the first build takes up to {} MiB, {} MiB are free",
        path.display(), needed / MIB, free / MIB
    )]
    BuildDisk {
        /// The engine's folder.
        path: PathBuf,
        /// Bytes.
        needed: u64,
        /// Bytes.
        free: u64,
    },
    /// The image fills the disk.
    #[error(
        "too little disk space in {}: a node image takes about {} MiB, {} MiB are free",
        path.display(), needed / MIB, free / MIB
    )]
    ImageDisk {
        /// The engine's folder.
        path: PathBuf,
        /// Bytes.
        needed: u64,
        /// Bytes.
        free: u64,
    },
}

impl MachineProblem {
    /// Whether what was asked for may succeed nevertheless.
    #[must_use]
    pub const fn may_be_survived(&self) -> bool {
        !matches!(self, Self::NotDelegated { .. } | Self::NoPacketFilter)
    }

    /// What the user can do about it.
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

/// What comes of packet filters that see what passes between podman's nodes.
fn consequence(rootless: bool) -> &'static str {
    if rootless {
        "podman's changes it, so nodes do not reach pods of other nodes"
    } else {
        "podman's changes it, so nodes do not reach pods of other nodes; Docker's, if there is one, drops it"
    }
}
