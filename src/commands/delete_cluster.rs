//! `delete cluster`: removes everything of a cluster, however much or little of it exists.

use super::outcome::OnFailure;
use super::{Context, outcome};
use crate::cluster::name::ClusterName;
use crate::docker::args;
use crate::error::Error;
use crate::inventory::error::InventoryError;
use crate::inventory::found::ContainerScan;
use crate::inventory::{members, networks};
use crate::plan::{self, Plan};
use crate::run::{self, Origin, Removal, Run};

/// Removes the entry in the kubeconfig, containers with their volumes, and the network, as far as
/// they exist, and images of deleted snapshots that no container uses any more. A failure does not
/// stop it, but a signal does, and it can be run again. Objects on a host that does not answer stay,
/// and so does the network.
pub(super) fn run(
    context: &Context,
    cluster: &ClusterName,
    yes: bool,
    dry_run: bool,
) -> Result<(), Error> {
    let (found, mut removal) = look(context, cluster)?;
    let kubeconfig = match context.kubeconfig() {
        Ok(location) => Some(location),
        Err(error) => {
            let entry = cluster.context();
            context.ui.warn(&format!("{}; if {entry} is in one, it stays", error.line()));
            None
        }
    };
    let has_access = kubeconfig.as_ref().is_some_and(|location| location.has(cluster));
    if removal.is_empty() && !(has_access && found.away.is_empty()) {
        return Err(InventoryError::NotFound(cluster.clone()).into());
    }
    if !found.away.is_empty() {
        removal.keep_networks();
    }
    let images = found.members.iter().any(|member| member.restored);
    if images {
        removal.add_nameless_images(&context.docker);
    }
    let names = found.members.iter().map(|member| member.name.clone()).collect();
    let plan = plan::delete(names, images, removal.has_networks(), kubeconfig.is_some());
    let (engines, roster) = (found.of_cluster(), members::roster(cluster, &found.members));
    let run = Run {
        origin: Origin::Delete(removal),
        kubeconfig,
        ..Run::new(&engines, &roster, roster.first_master())
    };
    if dry_run {
        return Ok(run::dry_run(&plan, &run, &context.ui)?);
    }
    let question = format!("Are you sure you want to delete the cluster {cluster}? (y/N) >");
    if !yes && !context.ui.confirm(&question) {
        context.ui.note("Cancelling by user request.");
        return Ok(());
    }
    let mut failed = Ok(());
    for stage in plan.0 {
        let done = outcome::execute(context, &Plan(vec![stage]), &run, OnFailure::LeaveAsIs);
        if done.as_ref().is_err_and(|error| error.signal().is_some()) {
            return done;
        }
        match (&failed, done) {
            (Err(_), Err(next)) => context.ui.warn(&next.line()),
            (Ok(()), done) => failed = done,
            (Err(_), Ok(())) => {}
        }
    }
    failed
        .map_err(|source| Error::NotDeleted { cluster: cluster.clone(), source: source.into() })?;
    let hosts: Vec<_> = found.away.iter().chain(run.outputs.lagging()).cloned().collect();
    if !hosts.is_empty() {
        return Err(Error::Remains { cluster: cluster.clone(), hosts });
    }
    Ok(())
}

/// Finds everything of the cluster. If only a network is left, its label names the hosts that may
/// have more.
fn look<'a>(
    context: &'a Context,
    cluster: &ClusterName,
) -> Result<(ContainerScan<'a>, Removal), Error> {
    let mut found = ContainerScan::look(context.asked(), Some(cluster))?;
    let mut removal = Removal::of_cluster(&found, cluster)?;
    if let Some((docker, network)) = removal.network()
        && found.members.is_empty()
    {
        let hosts = docker.read(&args::inspect_networks([network]), networks::hosts)?;
        if found.look_on(cluster, &hosts) {
            removal = Removal::of_cluster(&found, cluster)?;
        }
    }
    Ok((found, removal))
}
