//! `export logs`: writes the logs of a cluster to files.

use std::fs;
use std::path::{Path, PathBuf};

use super::Context;
use crate::cluster::name::{ClusterName, Role};
use crate::docker::{Call, DockerError, args};
use crate::error::Error;
use crate::inventory::existing::ExistingCluster;
use crate::inventory::settings;
use crate::node::settings::audit;

/// Writes the journal of each node, the output of its first process, its `docker inspect`, its
/// pods' logs and the audit log of masters to `folder` (by default `./mok-logs-NAME`), and prints
/// the folder. Of a stopped node it writes what is available.
pub(super) fn run(
    context: &Context,
    cluster: &ClusterName,
    folder: Option<&Path>,
) -> Result<(), Error> {
    let existing = ExistingCluster::find(context.asked(), cluster)?;
    let folder =
        folder.map_or_else(|| PathBuf::from(format!("mok-logs-{cluster}")), Path::to_owned);
    let stage = context.ui.stage(&format!("Exporting logs of {cluster}"));
    for member in &existing.members {
        let below = folder.join(&member.name);
        fs::create_dir_all(&below)
            .map_err(|source| Error::Write { path: below.clone(), source })?;
        let name = member.name.as_str();
        let mut parts = vec![
            ("inspect.json", args::inspect_containers([name])),
            ("container.log", args::logs(name)),
        ];
        if member.runs() && member.role().is_some_and(Role::runs_kubernetes) {
            parts.push(("journal.log", args::exec(name, ["journalctl", "--no-pager"])));
            parts.push((
                "pods.tar",
                args::exec(name, ["tar", "-C", "/var/log", "-cf", "-", "pods"]),
            ));
        }
        if member.runs() && member.profile.has_settings {
            let settings = settings::of_node(existing.engine(member), name)?;
            let log = settings.audit_policy.map(|_| args::exec(name, ["cat", audit::LOG]));
            parts.extend(log.map(|call| ("audit.log", call)));
        }
        for (file, call) in parts {
            let path = below.join(file);
            let text = match existing.engine(member).capture_bytes(&call.deadline(Call::TRANSFER)) {
                Ok(text) => text,
                Err(error @ DockerError::Failed { .. }) => {
                    context.ui.warn(&error.to_string());
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            fs::write(&path, text).map_err(|source| Error::Write { path, source })?;
        }
    }
    stage.done();
    context.ui.answer(&format!("{}\n", folder.display()));
    Ok(())
}
