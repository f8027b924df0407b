//! Finds out whether the cluster that was asked for already exists, complete and running.

use std::num::NonZeroU16;

use super::PreflightError;
use crate::cli::flags::Flag;
use crate::cluster::image_ref::ImageRef;
use crate::cluster::name::Role;
use crate::cluster::roster::Roster;
use crate::cluster::spec::{ClusterOptions, ClusterSpec};
use crate::cluster::version_prefix::VersionPrefix;
use crate::inventory::error::InventoryError;
use crate::inventory::existing::ExistingCluster;
use crate::inventory::found::Asked;
use crate::inventory::members::Member;
use crate::inventory::node_objects;

/// Returns the existing cluster that has the name and the nodes of `roster`, and the options of
/// `spec` if that is given. Returns `None` if no container of such a cluster exists.
///
/// # Errors
/// Fails if the cluster is incomplete, differs from what was asked for, or does not run.
pub fn existing_like(
    asked: Asked<'_>,
    roster: &Roster,
    spec: Option<&ClusterSpec>,
) -> Result<Option<ExistingCluster>, PreflightError> {
    let name = roster.name();
    let existing = match ExistingCluster::find(asked, name) {
        // A network may be left over. `refuse_existing` finds it when the cluster is created.
        Err(InventoryError::NotFound(_)) => return Ok(None),
        found => found?,
    };
    if !existing.members.iter().any(|member| member.complete) {
        return Err(InventoryError::Unfinished(name.clone()).into());
    }
    existing.refuse_unchangeable(None)?;
    let objects = node_objects::if_known(&existing)?.unwrap_or_default();
    if let Some(object) = objects.iter().find(|object| existing.member(&object.node).is_none()) {
        return Err(PreflightError::MissingNode(object.node.clone()));
    }
    let (has, wanted) = (shape(&existing.roster), shape(roster));
    if has != wanted {
        return Err(PreflightError::OtherShape { cluster: name.clone(), has, wanted });
    }
    if let Some(flag) = spec.and_then(|spec| difference(spec, &existing)) {
        return Err(PreflightError::OtherFlag { cluster: name.clone(), flag: flag.name() });
    }
    Ok(Some(existing))
}

/// Returns the first flag whose value differs from the cluster's, as recorded on one of its
/// masters. Flags that were not given are not compared, except for the address ranges and
/// `--cni`: their defaults count.
fn difference(spec: &ClusterSpec, existing: &ExistingCluster) -> Option<Flag> {
    let first = |member: &&Member| member.role() == Some(Role::Master);
    let master = existing.members.iter().find(first)?;
    let ClusterOptions { registry, mounts, limits, api_port, .. } = &spec.options;
    let image = spec.image.as_ref().map(ImageRef::as_str);
    let is_version = |wanted: &VersionPrefix| master.version.is_some_and(|it| wanted.matches(it));
    let is_port = |port: NonZeroU16| existing.api().is_some_and(|api| api.port == port.get());
    let differs = [
        (Flag::Image, image.is_some_and(|image| image != master.base.name)),
        (Flag::K8sver, spec.version.as_ref().is_some_and(|wanted| !is_version(wanted))),
        (Flag::IpFamily, spec.ranges.family() != master.profile.ranges.family()),
        (Flag::PodSubnet, spec.ranges.pods() != master.profile.ranges.pods()),
        (Flag::ServiceSubnet, spec.ranges.services() != master.profile.ranges.services()),
        (Flag::Addons, spec.addons.as_ref().is_some_and(|addons| *addons != master.profile.addons)),
        (Flag::Cni, spec.cni != master.profile.cni),
        (Flag::Registry, registry.is_some() && *registry != master.profile.registry),
        (Flag::Mount, !mounts.is_empty() && *mounts != master.mounts),
        (Flag::NodeCpus, limits.cpu.is_some() && limits.cpu != master.profile.limits.cpu),
        (
            Flag::NodeMemory,
            limits.memory.is_some() && limits.memory != master.profile.limits.memory,
        ),
        (Flag::ApiPort, api_port.is_some_and(|port| !is_port(port))),
    ];
    differs.into_iter().find(|(_, differs)| *differs).map(|(flag, _)| flag)
}

/// Describes the nodes of `roster`, such as `1 master and 2 workers`.
fn shape(roster: &Roster) -> String {
    let count = |role: Role| match roster.with_role(role).count() {
        1 => format!("1 {}", role.as_str()),
        count => format!("{count} {}s", role.as_str()),
    };
    let (masters, workers) = (count(Role::Master), count(Role::Worker));
    if roster.has_load_balancer() {
        format!("{masters}, {workers} and a load balancer")
    } else {
        format!("{masters} and {workers}")
    }
}
