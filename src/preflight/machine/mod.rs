//! What differs between users' machines, and matters to what was asked for: an engine in
//! a virtual machine, one from a snap, one without root, other processors, `SELinux`, swap,
//! packet filters, room for an image (docs/machines.md). [`MachineFacts`] finds the facts;
//! all else is pure.

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

/// Users and groups from 0 to 65534, which is the last that images have.
const NEEDED_IDS: u64 = 65535;

/// What a first build has on the engine's disk at most, and what an image has (docs/image.md).
const BUILD_DISK: u64 = 15_000 * MIB;
const IMAGE_DISK: u64 = 1300 * MIB;

/// Where the snap's engine sees what its host has; elsewhere it has the snap's own files.
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

/// What is in the way of any node on `engine`, which runs as an ordinary user.
pub(super) fn of_engine(engine: &EngineFacts, machine: &MachineFacts) -> Vec<MachineProblem> {
    if !engine.rootless {
        return Vec::new();
    }
    let names = engine.missing_controllers.clone();
    // Of cgroup v1 no user can be given any: another problem.
    let can_be = engine.cgroup_version.as_deref() != Some("1");
    let lacks = can_be && !names.is_empty();
    let delegated = lacks.then_some(MachineProblem::NotDelegated { names });
    let few = machine.ids.filter(|has| *has < NEEDED_IDS);
    let few = few.map(|has| MachineProblem::FewIds { has });
    delegated.into_iter().chain(few).collect()
}

/// What kube-proxy and kube-router lack of the kernel that has the modules `known`: a node's
/// iptables is Debian's, over `nf_tables`; an image of a user's own may have the other.
pub(super) fn of_modules(known: &BTreeSet<String>) -> Option<MachineProblem> {
    let has = |name: &str| known.contains(name);
    match (has("nf_tables") && has("nft_compat"), has("ip_tables")) {
        (true, _) => None,
        (false, true) => Some(MachineProblem::OldPacketFilter),
        (false, false) => Some(MachineProblem::NoPacketFilter),
    }
}

/// What is in the way of `options`, of the `addons` that were asked for by name, and of
/// nodes of `image` with `privilege`.
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
    // Without any swap there is nothing to be limited.
    let swaps = machine.swap_limit == Some(false) && machine.swap != Some(false);
    if swaps && options.limits.memory.is_some() {
        found.push(MachineProblem::NoSwapLimit);
    }
    let rootless = facts.engine.rootless;
    match machine.bridge_filter {
        BridgeFilter::On => found.push(MachineProblem::FiltersBridges { rootless }),
        // Unless others were asked for there are all add-ons.
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

/// Its `home` interface leaves out what is hidden in a home folder; its /tmp is another.
fn snap_sees(source: &Path) -> bool {
    let mut below = source.components().skip(2);
    let is_hidden =
        source.starts_with("/home") && below.nth(1).is_some_and(|folder| is_hidden(folder));
    SEEN_BY_SNAP.iter().any(|seen| source.starts_with(seen)) && !is_hidden
}

fn is_hidden(folder: Component<'_>) -> bool {
    folder.as_os_str().as_encoded_bytes().starts_with(b".")
}

/// What an engine shall get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// The parts of an image, none of which it has, and the image.
    Build,
    /// An image.
    Image,
}

/// Whether there is no room for that. How much it takes is not known exactly.
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
