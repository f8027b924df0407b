//! Checks whether a snapshot can be created, and whether it can be restored.

use std::collections::BTreeSet;
use std::path::Path;

use ipnet::IpNet;

use super::host::is_taken;
use super::{MIB, Problem, Survey};
use crate::cluster::port::PortBinding;
use crate::snapshot::Snapshot;

/// What the present cluster occupies and frees when a snapshot of it is restored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Present {
    /// The subnets of the cluster's networks.
    pub subnets: Vec<IpNet>,
    /// The ports that the cluster's running containers publish.
    pub published: Vec<PortBinding>,
}

/// The bytes, roughly, that labels, configurations and the file system add to a snapshot.
const MARGIN: u64 = 16 * MIB;

/// Returns a problem if there is no room for a snapshot of containers that have `written` that many
/// bytes and whose `volumes` hold that many. Volumes count twice: they are packed into a container,
/// and then into an image.
#[must_use]
pub fn snapshot_disk(written: u64, volumes: u64, facts: &Survey) -> Option<Problem> {
    let free = facts.host.as_ref()?.disk?;
    let needed = written + 2 * volumes + MARGIN;
    let path = facts.engine.root.clone()?;
    (free < needed).then_some(Problem::SnapshotDisk { path, needed, free })
}

/// Returns what prevents restoring `snapshot` once `present` is gone. If the engine is on another
/// machine, only subnets in use can be found.
#[must_use]
pub fn restore_problems(snapshot: &Snapshot, present: &Present, facts: &Survey) -> Vec<Problem> {
    let subnet = snapshot.subnet;
    let other = facts.taken.conflict_with(subnet, &present.subnets);
    let other = other.map(|other| Problem::SavedSubnetTaken { subnet: subnet.into(), other });
    let mut found: Vec<Problem> = other.into_iter().collect();
    if facts.host.is_some() {
        let published = snapshot.nodes.iter().flat_map(|saved| &saved.published);
        let is_own = |own: &PortBinding, port: &PortBinding| own.socket() == port.socket();
        found.extend(
            published
                .filter(|port| !present.published.iter().any(|own| is_own(own, port)))
                .filter(|port| is_taken(port.socket()))
                .map(|&PortBinding { address, port, .. }| Problem::SavedPortTaken {
                    address,
                    port,
                }),
        );
        found.extend(missing_mounts(snapshot, facts));
    }
    found
}

/// Returns a problem for each path of the host that the nodes of `snapshot` mounted and that does
/// not exist any more. Returns none if the engine is on another machine.
#[must_use]
pub fn missing_mounts(snapshot: &Snapshot, facts: &Survey) -> Vec<Problem> {
    let mounts = snapshot.nodes.iter().flat_map(|saved| &saved.mounts);
    let sources: BTreeSet<&str> = mounts.map(|mount| mount.source.as_str()).collect();
    let gone = sources.into_iter().filter(|source| !Path::new(source).exists());
    let gone = gone.filter(|_| facts.host.is_some());
    gone.map(|source| Problem::SavedMountGone(source.to_owned())).collect()
}
