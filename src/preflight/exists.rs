//! Whether the cluster that was asked for is there already, whole and running.

use super::PreflightError;
use crate::cluster::name::{ClusterName, Role};
use crate::cluster::roster::Roster;
use crate::inventory::error::InventoryError;
use crate::inventory::existing::ExistingCluster;
use crate::inventory::found::Asked;
use crate::inventory::node_objects;

/// The cluster `name`, if it is there with as many nodes as `roster` and can be used; none if
/// there is nothing of it.
///
/// # Errors
/// It is there in part, in another shape, or does not run.
pub fn existing_like(
    asked: Asked<'_>,
    name: &ClusterName,
    roster: &Roster,
) -> Result<Option<ExistingCluster>, PreflightError> {
    let existing = match ExistingCluster::find(asked, name) {
        // A network may be left: who creates the cluster finds it.
        Err(InventoryError::NotFound(_)) => return Ok(None),
        found => found?,
    };
    if !existing.members.iter().any(|member| member.complete) {
        return Err(InventoryError::Unfinished(name.clone()).into());
    }
    existing.may_change(None)?;
    let objects = node_objects::if_known(&existing)?.unwrap_or_default();
    if let Some(object) = objects.iter().find(|object| existing.member(&object.node).is_none()) {
        return Err(PreflightError::MissingNode(object.node.clone()));
    }
    let (has, wanted) = (shape(&existing.roster), shape(roster));
    if has == wanted {
        return Ok(Some(existing));
    }
    Err(PreflightError::OtherShape { cluster: name.clone(), has, wanted })
}

/// `1 master and 2 workers`
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
