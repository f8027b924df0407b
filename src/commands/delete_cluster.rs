//! `delete cluster`: leaves nothing of it, however much or little is there.

use super::Context;
use crate::cluster::labels;
use crate::cluster::name::ClusterName;
use crate::docker::args;
use crate::error::Error;

/// Removes containers with their volumes, kubeconfig entry and network. Can be
/// run again after any interruption: as long as the network is there, so is the
/// cluster.
pub(super) fn run(context: &Context, cluster: &ClusterName) -> Result<(), Error> {
    let containers = context.containers(cluster)?;
    let networks = args::labelled_network_ids(labels::CLUSTER, cluster.as_str());
    let networks = context.docker.ids(&networks)?;
    if containers.is_empty() && networks.is_empty() {
        return Err(Error::NotFound(cluster.clone()));
    }
    let stage = context.ui.stage(&format!("Deleting cluster {cluster}"));
    if !containers.is_empty() {
        context.docker.capture(&args::remove(containers.iter().map(String::as_str)))?;
    }
    context.kubeconfig()?.remove(cluster)?;
    if !networks.is_empty() {
        context.docker.capture(&args::remove_networks(networks.iter().map(String::as_str)))?;
    }
    stage.done();
    Ok(())
}
