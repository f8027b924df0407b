//! Checks for what differs between users' machines: an engine in a virtual machine, from a snap, or
//! rootless; the architecture, `SELinux`, swap, packet filters, and disk space for an image
//! (docs/machines.md). [`MachineFacts`] finds the facts; the rest is pure.

mod facts;
mod problem;
mod vm;

use std::collections::BTreeSet;
use std::path::{Component, Path};

pub use facts::{BridgeFilter, MachineFacts};
pub use problem::MachineProblem;
pub use vm::Vm;

use super::{EngineFacts, MIB, Survey};
use crate::cluster::addons::{Addon, Addons};
use crate::cluster::spec::ClusterOptions;
use crate::docker::privilege::Privilege;
use crate::image::contract::NodeImage;

/// How many user and group ids a node needs: from 0 to 65534, the last one that images use.
const NEEDED_IDS: u64 = 65535;

/// What a first build takes on the engine's disk at most, and what a node image takes, in bytes
/// (docs/image.md).
const BUILD_DISK: u64 = 15_000 * MIB;
const IMAGE_DISK: u64 = 1300 * MIB;

/// The folders in which Docker's snap sees the host's files. Elsewhere it sees the snap's own
/// files.
const SEEN_BY_SNAP: [&str; 12] = [
    "/dev",
    "/etc",
    "/home",
    "/media",
    "/mnt",
    "/proc",
    "/root",
    "/run",
    "/sys",
    "/var/log",
    "/var/snap",
    "/var/tmp",
];

/// Returns what prevents or endangers any node on `engine`, if that runs as an ordinary user.
pub(super) fn of_engine(engine: &EngineFacts, machine: &MachineFacts) -> Vec<MachineProblem> {
    if !engine.rootless {
        return Vec::new();
    }
    let names = engine.missing_controllers.clone();
    // With cgroup v1 no user can be given controllers: that is `Problem::RootlessOnV1`.
    let can_be = engine.cgroup_version.as_deref() != Some("1");
    let lacks = can_be && !names.is_empty();
    let delegated = lacks.then_some(MachineProblem::NotDelegated { names });
    let few = machine.ids.filter(|has| *has < NEEDED_IDS);
    let few = few.map(|has| MachineProblem::FewIds { has });
    delegated.into_iter().chain(few).collect()
}

/// Returns what the packet filter rules of kube-proxy and kube-router need and a kernel with the
/// modules `known` lacks. mokctl's images have Debian's iptables, which uses `nf_tables`; a user's
/// own image may have the older kind.
pub(super) fn of_modules(known: &BTreeSet<String>) -> Option<MachineProblem> {
    let has = |name: &str| known.contains(name);
    match (has("nf_tables") && has("nft_compat"), has("ip_tables")) {
        (true, _) => None,
        (false, true) => Some(MachineProblem::OldPacketFilter),
        (false, false) => Some(MachineProblem::NoPacketFilter),
    }
}

/// Returns the problems of a new cluster with `options`, with the `addons` that were asked for by
/// name, and with nodes of `image` that get `privilege`.
#[must_use]
pub fn of_options(
    options: &ClusterOptions,
    addons: Option<&Addons>,
    image: &NodeImage,
    privilege: Privilege,
    facts: &Survey,
) -> Vec<MachineProblem> {
    let machine = &facts.machine;
    let mut found = Vec::new();
    if let (Some(is), Some(host)) = (&image.architecture, &machine.architecture)
        && is != host
    {
        let (image, is, host) = (image.name.clone(), is.clone(), host.clone());
        found.push(MachineProblem::OtherArchitecture { image, is, host });
    }
    if machine.is_snap {
        let sources = options.mounts.iter().map(|mount| Path::new(&mount.source));
        let hidden = sources.filter(|source| !snap_sees(source));
        found.extend(hidden.map(|source| MachineProblem::HiddenFromSnap(source.to_owned())));
    }
    let asked = addons.is_some_and(|addons| addons.has(Addon::LoadBalancer));
    if let Some(vm) = machine.vm.filter(|vm| asked && !vm.reaches_containers()) {
        found.push(MachineProblem::Unreachable(vm));
    }
    // If the host has no swap, there is nothing to limit.
    let swaps = machine.swap_limit == Some(false) && machine.swap != Some(false);
    if swaps && options.limits.memory.is_some() {
        found.push(MachineProblem::NoSwapLimit);
    }
    let rootless = facts.engine.rootless;
    match machine.bridge_filter {
        BridgeFilter::On => found.push(MachineProblem::FiltersBridges { rootless }),
        // By default a cluster has all add-ons.
        BridgeFilter::Unloaded if addons.is_none_or(|addons| addons.has(Addon::Policy)) => {
            found.push(MachineProblem::PolicyFiltersBridges { rootless });
        }
        BridgeFilter::Unloaded | BridgeFilter::Off => {}
    }
    if machine.selinux && privilege != Privilege::Full {
        found.push(MachineProblem::Confined);
    }
    found
}

/// Whether Docker's snap sees the host's path `source`. The snap's `home` interface leaves out
/// hidden folders of a home folder, and the snap has its own /tmp.
fn snap_sees(source: &Path) -> bool {
    let mut below = source.components().skip(2);
    let is_hidden =
        source.starts_with("/home") && below.nth(1).is_some_and(|folder| is_hidden(folder));
    SEEN_BY_SNAP.iter().any(|seen| source.starts_with(seen)) && !is_hidden
}

fn is_hidden(folder: Component<'_>) -> bool {
    folder.as_os_str().as_encoded_bytes().starts_with(b".")
}

/// What the engine's disk must have room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// A build of a node image, none of whose parts the engine has.
    Build,
    /// A node image.
    Image,
}

/// Returns a problem if the engine's disk has too little space for `room`. How much is needed is an
/// estimate.
#[must_use]
pub fn of_room(room: Room, facts: &Survey) -> Option<MachineProblem> {
    let free = facts.host.as_ref()?.disk?;
    let path = facts.engine.root.clone()?;
    let needed = match room {
        Room::Build => BUILD_DISK,
        Room::Image => IMAGE_DISK,
    };
    (free < needed).then_some(match room {
        Room::Build => MachineProblem::BuildDisk { path, needed, free },
        Room::Image => MachineProblem::ImageDisk { path, needed, free },
    })
}

#[cfg(test)]
mod tests;
