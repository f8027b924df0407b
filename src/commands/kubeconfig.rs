//! `get kubeconfig`: prints a cluster's admin kubeconfig.

use std::path::Path;

use super::Context;
use crate::cluster::name::ClusterName;
use crate::cluster::port::PortBinding;
use crate::docker::args;
use crate::error::Error;
use crate::inventory::existing::ExistingCluster;
use crate::kubeconfig::{Access, KubeconfigError};
use crate::node::kubeadm::ADMIN_CONF;

/// Prints a kubeconfig with only this cluster, for use on this machine.
pub(super) fn run(context: &Context, cluster: &ClusterName) -> Result<(), Error> {
    let existing = ExistingCluster::find(context.asked(), cluster)?;
    existing.refuse_without_load_balancer()?;
    let admin_node = existing.admin_node(None)?;
    let read = args::exec(&admin_node.to_string(), ["cat", ADMIN_CONF]);
    let admin = existing.engines.of(&admin_node).capture(&read)?;
    let api = existing.api();
    let PortBinding { address, port, .. } =
        api.ok_or_else(|| Error::NotPublished(cluster.clone()))?;
    let access = Access::from_admin_conf(&admin)
        .map_err(|error| KubeconfigError::text(error, Path::new(ADMIN_CONF)))?
        .with_server(format!("https://{address}:{port}"));
    context.ui.answer(&access.render(cluster));
    Ok(())
}
