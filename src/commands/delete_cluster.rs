//! `delete cluster`: leaves nothing of it, however much or little is there.

use super::Context;
use crate::cluster::labels;
use crate::cluster::name::ClusterName;
use crate::docker::args;
use crate::error::Error;
use crate::ui::PlannedStep;

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
    let containers = (!members.is_empty())
        .then(|| args::remove(members.iter().map(|member| member.id.as_str())));
    let network =
        (!networks.is_empty()).then(|| args::remove_networks(networks.iter().map(String::as_str)));
    // Of a snapshot that was deleted meanwhile the images stayed for their containers.
    let images = members.iter().any(|member| member.restored);
    let images = images.then(|| args::prune_images(labels::snapshot::NAME));
    let title = format!("Deleting cluster {cluster}");
    let mut names: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
    names.extend(network.is_some().then_some("network"));
    let name = format!("remove {}", names.join(", "));
    if dry_run {
        let calls = containers.iter().chain(&network).chain(&images);
        let commands = calls.map(|call| context.docker.pretty(call)).collect();
        context.ui.planned(&title, &[PlannedStep { name, node: None, commands }]);
        return Ok(());
    }
    let question = format!("Are you sure you want to delete the cluster {cluster}? (y/N) >");
    if !yes && !context.ui.confirm(&question) {
        context.ui.note("Cancelling by user request.");
        return Ok(());
    }
    let stage = context.ui.stage(&title);
    let step = stage.step(&name, None);
    if let Some(containers) = containers {
        context.docker.capture(&containers)?;
    }
    context.kubeconfig()?.remove(cluster)?;
    if let Some(network) = network {
        context.docker.capture(&network)?;
    }
    if let Some(images) = images {
        context.docker.capture(&images)?;
    }
    step.done();
    stage.done();
    Ok(())
}
