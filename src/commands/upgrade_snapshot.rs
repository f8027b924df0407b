//! The snapshot of a cluster before its upgrade.

use super::{Context, create_snapshot};
use crate::cluster::kubernetes::KubernetesVersion;
use crate::cluster::name::{Role, SnapshotName};
use crate::cluster::upgrade::{SaveFirst, UpgradeSpec};
use crate::error::Error;
use crate::inventory::existing::ExistingCluster;
use crate::inventory::snapshots::{self, SnapshotEntry};
use crate::snapshot::SnapshotError;

/// Makes the snapshot that `spec` asks for, unless an interrupted run has made it, or a node already
/// has `version`. Returns the name of the snapshot from before the upgrade.
pub(super) fn save(
    context: &Context,
    spec: &UpgradeSpec,
    existing: &ExistingCluster,
    version: KubernetesVersion,
    dry_run: bool,
) -> Result<Option<SnapshotName>, Error> {
    let has_moved = existing
        .roster
        .kubernetes()
        .any(|node| existing.member(node).is_some_and(|member| member.version >= Some(version)));
    let one_master = existing.roster.with_role(Role::Master).count() == 1;
    let name = match &spec.save {
        SaveFirst::As(name) if !has_moved => name.clone(),
        SaveFirst::IfOneMaster if one_master => {
            let base = format!("{}-before-{version}", spec.name).replace('.', "-");
            let names = candidates(&base);
            let taken = snapshots::all(&context.docker)?;
            let earlier = from_before(existing, &taken, &names);
            if has_moved || earlier.is_some() {
                return Ok(earlier);
            }
            let mut free = names.into_iter().filter(|name| taken.iter().all(|it| it.name != *name));
            free.next().ok_or(SnapshotError::NoFreeName(base))?
        }
        SaveFirst::As(_) | SaveFirst::IfOneMaster | SaveFirst::Never => return Ok(None),
    };
    create_snapshot::run(context, &spec.name, &name, false, dry_run)?;
    Ok(Some(name))
}

/// Returns the names that a snapshot before an upgrade may get.
fn candidates(base: &str) -> Vec<SnapshotName> {
    let words = [base.to_owned()].into_iter().chain((2..10).map(|n| format!("{base}-{n}")));
    words.filter_map(|word| SnapshotName::parse(&word).ok()).collect()
}

/// Returns the snapshot that an interrupted run of this upgrade has made. A new one could be of a
/// cluster between two minor versions.
fn from_before(
    existing: &ExistingCluster,
    taken: &[SnapshotEntry],
    names: &[SnapshotName],
) -> Option<SnapshotName> {
    let master = existing.member(&existing.roster.first_master())?.saved()?;
    let snapshots = taken.iter().filter_map(|entry| entry.whole.as_ref());
    let earlier = snapshots
        .filter(|snapshot| names.contains(&snapshot.name) && snapshot.is_before_upgrade(&master));
    earlier.max_by_key(|snapshot| snapshot.created).map(|snapshot| snapshot.name.clone())
}
