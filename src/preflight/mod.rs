//! Checks whether the engine and its host can run what is asked for. It does so before anything
//! is created, so that the message names the cause and not its late effects.
//!
//! [`problems`] is pure: it turns facts and a demand into problems. [`engine`] and [`host`] find
//! the facts, and [`Site`] finds all that a new cluster needs. What cannot be found out is no
//! problem: only what cannot succeed may be refused.

pub mod engine;
mod error;
mod exists;
pub mod host;
pub mod machine;
mod problem;
mod report;
mod saved;
pub mod settings;
mod site;
mod swarm;
mod upgrade;
mod worker_images;

use std::io::ErrorKind;

pub use engine::{EngineFacts, Product};
pub use error::PreflightError;
pub use exists::existing_like;
pub use host::HostFacts;
pub use machine::{MachineFacts, MachineProblem};
pub use problem::Problem;
pub use report::{check, look, refuse_or_warn, warn_of_room};
pub use saved::{Present, missing_mounts, restore_problems, snapshot_disk};
pub use site::{Site, chosen_subnet, refuse_existing};
pub use swarm::{SwarmFacts, of_swarm};
pub use upgrade::{UpgradeError, path};
pub use worker_images::{WorkerImageError, stand_in_names, worker_images};

use crate::cluster::kubernetes::KubernetesVersion;
use crate::cluster::layout::Layout;
use crate::cluster::port::Socket;
use crate::cluster::ranges::Ranges;
use crate::cluster::subnet::Subnet;
use crate::cluster::taken::Taken;

/// What a command is going to create.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Demand {
    /// How many masters will be created.
    pub masters: u64,
    /// How many workers will be created.
    pub workers: u64,
    /// The subnet of the new network, asked for or chosen. `None` if no network is created, or if
    /// its subnet is not known yet.
    pub subnet: Option<Subnet>,
    /// The pod and Service ranges of a new cluster. For an existing cluster, the defaults, which
    /// are never checked.
    pub ranges: Ranges,
    /// The Kubernetes version of the node image.
    pub kubernetes: KubernetesVersion,
}

/// The facts that a [`Demand`] is compared with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// What the engine says of itself.
    pub engine: EngineFacts,
    /// Facts about the engine's host. `None` if that is not this machine.
    pub host: Option<HostFacts>,
    /// Facts in which users' machines differ.
    pub machine: MachineFacts,
    /// The address ranges that are already in use.
    pub taken: Taken,
}

/// The inotify instances of one node: systemd has three, the kubelet five, containerd and
/// kube-proxy one each. This and the next figures were measured at rest and rounded up
/// (docs/errors.md).
const INOTIFY_INSTANCES: u64 = 10;
/// The inotify watches of one node, most of them the kubelet's, on control groups.
const INOTIFY_WATCHES: u64 = 200;
/// What a node takes on the engine's disk, in bytes. A master has two files of etcd's log, each
/// allocated with 64 MB.
const MASTER_DISK: u64 = 150 * MIB;
const WORKER_DISK: u64 = 10 * MIB;
/// The memory of a node, in bytes.
const MASTER_MEMORY: u64 = 500 * MIB;
const WORKER_MEMORY: u64 = 100 * MIB;

const MIB: u64 = 1 << 20;

/// The first Docker that can give a container a private view of the control groups
/// (`--cgroupns`). Without it, kubelets find each other's containers.
const OLDEST_DOCKER: (u64, u64) = (20, 10);
/// The first podman that can change a container's restart policy, which marks a node as complete.
const OLDEST_PODMAN: (u64, u64) = (5, 1);

/// What the kernel must have, as modules or built in: `overlay` for containerd's snapshots, the
/// rest for kube-proxy's packet filter rules. `br_netfilter` is not needed, because pods are
/// routed and a node contains no bridge.
const MODULES: [&str; 6] =
    ["overlay", "nf_conntrack", "nf_nat", "xt_comment", "xt_mark", "xt_statistic"];

/// Returns the problems that `demand` would meet.
#[must_use]
pub fn problems(demand: &Demand, facts: &Survey) -> Vec<Problem> {
    let Survey { engine, host, machine, taken } = facts;
    let mut found = of_engine(engine, demand.kubernetes);
    found.extend(machine::of_engine(engine, machine).into_iter().map(Problem::from));
    if let Some(host) = host {
        found.extend(of_host(demand, engine, host));
    }
    let layout = demand.subnet.map(|subnet| Layout::new(subnet, demand.ranges.family()));
    for subnet in layout.into_iter().flat_map(|layout| layout.subnets()) {
        found.extend(match (taken.conflict_with(subnet, &[]), taken.shadowed_by(subnet)) {
            (Some(other), _) => Some(Problem::SubnetTaken { subnet, other }),
            (None, Some(route)) => Some(Problem::SubnetShadows { subnet, route }),
            (None, None) => None,
        });
    }
    found.extend(demand.ranges.chosen().filter_map(|(range, subnet)| {
        match (taken.conflict_with(subnet, &[]), taken.shadowed_by(subnet)) {
            (Some(other), _) => Some(Problem::RangeTaken { range, subnet, other }),
            (None, Some(route)) => Some(Problem::RangeShadows { range, subnet, route }),
            (None, None) => None,
        }
    }));
    let memory = host.as_ref().and_then(|host| host.memory).or(engine.memory);
    let needed = demand.masters * MASTER_MEMORY + demand.workers * WORKER_MEMORY;
    found.extend(memory.filter(|free| *free < needed).map(|free| Problem::Memory { needed, free }));
    found
}

fn of_engine(engine: &EngineFacts, version: KubernetesVersion) -> Vec<Problem> {
    let mut found = Vec::new();
    if let Some(os) = engine.os.as_ref().filter(|os| *os != "linux") {
        found.push(Problem::NotLinux { os: os.clone() });
    }
    let product = engine.product;
    let oldest = match product {
        Product::Docker => OLDEST_DOCKER,
        Product::Podman => OLDEST_PODMAN,
    };
    if let Some(text) = &engine.version
        && engine::release(text).is_some_and(|release| release < oldest)
    {
        found.push(Problem::OldEngine { product, version: text.clone(), oldest });
    }
    let is_v1 = engine.cgroup_version.as_deref() == Some("1");
    if is_v1 && engine.rootless {
        found.push(Problem::RootlessOnV1 { product });
    } else if is_v1 && version.drops_cgroup_v1() {
        found.push(Problem::CgroupV1 { version });
    }
    if engine.maps_users {
        found.push(Problem::MapsUsers);
    }
    if !engine.missing_controllers.is_empty() && !engine.rootless {
        found.push(Problem::NoControllers { names: engine.missing_controllers.clone() });
    }
    found
}

fn of_host(demand: &Demand, engine: &EngineFacts, host: &HostFacts) -> Vec<Problem> {
    let nodes = demand.masters + demand.workers;
    let mut found = Vec::new();
    for (name, each, free, enough) in [
        ("instances", INOTIFY_INSTANCES, host.inotify_instances, 8192),
        ("watches", INOTIFY_WATCHES, host.inotify_watches, 1 << 20),
    ] {
        let needed = nodes * each;
        if let Some(free) = free.filter(|free| *free < needed) {
            found.push(Problem::Inotify { name, nodes, needed, free, enough });
        }
    }
    let needed = demand.masters * MASTER_DISK + demand.workers * WORKER_DISK;
    if let (Some(free), Some(path)) = (host.disk, &engine.root)
        && free < needed
    {
        found.push(Problem::Disk { path: path.clone(), needed, free });
    }
    if let Some(known) = &host.modules {
        let missing = |name: &&str| !known.contains(*name);
        let names: Vec<_> = MODULES.into_iter().filter(missing).collect();
        if !names.is_empty() {
            found.push(Problem::NoModules { names });
        }
        found.extend(machine::of_modules(known).map(Problem::from));
    }
    let family = demand.ranges.family();
    if family.has_ipv6() && host.ipv6 == Some(false) {
        found.push(Problem::NoIpv6 { family });
    }
    found.extend(host.refused.iter().map(|&(Socket { address, port, .. }, kind)| match kind {
        ErrorKind::AddrNotAvailable => Problem::NoSuchAddress { address },
        _ => Problem::PortTaken { address, port },
    }));
    found
}

#[cfg(test)]
mod tests;
