//! `get cluster NAME --output command`: prints the command that creates such a cluster again.

use super::Context;
use crate::cluster::name::ClusterName;
use crate::error::Error;
use crate::inventory::existing::ExistingCluster;
use crate::inventory::kept::Kept;

/// Prints the command line, and notes what it lacks.
pub(super) fn run(context: &Context, cluster: &ClusterName) -> Result<(), Error> {
    let kept = Kept::of(ExistingCluster::find(context.asked(), cluster)?)?;
    context.ui.answer(&format!("{}\n", kept.line()));
    for flag in kept.files() {
        let name = flag.name();
        context.ui.warn(&format!(
            "cluster {cluster} was created with --{name}, which names a file: add it"
        ));
    }
    if kept.has_proxy() {
        context.ui.warn("its proxies come from the environment");
    }
    Ok(())
}
