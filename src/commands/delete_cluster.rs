//! `delete cluster`: leaves nothing of it, however much or little is there.

use super::Context;
use crate::cluster::name::ClusterName;
use crate::docker::args;
use crate::error::Error;

/// Removes containers with their volumes, kubeconfig entry and network. Can be
/// run again after any interruption: as long as the network is there, so is the
/// cluster.
pub(super) fn run(
    context: &Context,
    cluster: &ClusterName,
    yes: bool,
    dry_run: bool,
) -> Result<(), Error> {
    let members = context.members(Some(cluster))?;
    let networks = context.networks(cluster)?;
    if members.is_empty() && networks.is_empty() {
        return Err(Error::NotFound(cluster.clone()));
    }
    if dry_run {
        let names: String =
            members.iter().map(|member| format!("  remove {}\n", member.name)).collect();
        let network = if networks.is_empty() { "" } else { "  remove network\n" };
        context.ui.answer(&format!("Deleting cluster {cluster}\n{names}{network}"));
        return Ok(());
    }
    let question = format!("Are you sure you want to delete the cluster {cluster}? (y/N) >");
    if !yes && !context.ui.confirm(&question) {
        context.ui.note("Cancelling by user request.");
        return Ok(());
    }
    let stage = context.ui.stage(&format!("Deleting cluster {cluster}"));
    if !members.is_empty() {
        let step = stage.step("remove containers", None);
        context.docker.capture(&args::remove(members.iter().map(|member| member.id.as_str())))?;
        step.done();
    }
    let step = stage.step("clean kubeconfig", None);
    context.kubeconfig()?.remove(cluster)?;
    step.done();
    if !networks.is_empty() {
        let step = stage.step("remove network", None);
        context.docker.capture(&args::remove_networks(networks.iter().map(String::as_str)))?;
        step.done();
    }
    stage.done();
    Ok(())
}
