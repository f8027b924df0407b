//! `create snapshot`: saves a cluster as images.

use std::thread;

use super::outcome::{OnFailure, Revert};
use super::{Context, outcome};
use crate::cluster::name::SnapshotName;
use crate::cluster::name::{ClusterName, Role};
use crate::cluster::roster::Roster;
use crate::cluster::timestamp::Timestamp;
use crate::docker::{args, join};
use crate::error::Error;
use crate::inventory::error::InventoryError;
use crate::inventory::existing::ExistingCluster;
use crate::inventory::members::Member;
use crate::inventory::snapshots;
use crate::plan;
use crate::preflight::{self, snapshot_disk};
use crate::run::{self, Origin, Run};
use crate::snapshot::Snapshot;

/// Stops the cluster, makes an image of each container, and starts what was running again, unless
/// `stay_stopped`. On failure there is no snapshot, and the cluster is as before.
pub(super) fn run(
    context: &Context,
    cluster: &ClusterName,
    name: &SnapshotName,
    stay_stopped: bool,
    dry_run: bool,
) -> Result<(), Error> {
    context.ui.fact("snapshot", name.as_str());
    let existing = ExistingCluster::find(context.asked(), cluster)?;
    existing.refuse_hosts("snapshots")?;
    if existing.members.iter().any(|member| member.newer) {
        return Err(InventoryError::Newer(cluster.clone()).into());
    }
    if existing.members.iter().any(|member| !member.complete) {
        return Err(InventoryError::Unfinished(cluster.clone()).into());
    }
    existing.refuse_without_load_balancer()?;
    existing.refuse_paused()?;
    let (refused, layout, disk) = thread::scope(|scope| {
        let refused = scope.spawn(|| snapshots::refuse_taken_name(&context.docker, name));
        let layout = scope.spawn(|| existing.layout());
        (join(refused), join(layout), check_disk(context, &existing.members))
    });
    refused?;
    disk?;
    let runs = existing.members.iter().filter(|member| member.runs());
    let running = Roster::new(cluster.clone(), runs.filter_map(|member| member.node.clone()));
    let snapshot = Snapshot {
        name: name.clone(),
        created: Timestamp::now(),
        subnet: layout?.subnet(),
        roster: existing.roster.clone(),
        nodes: existing.members.iter().filter_map(Member::saved).collect(),
    };
    let plan = plan::save(&existing.roster, &running, stay_stopped);
    let run = Run {
        manual: existing.manual(),
        origin: Origin::Save(snapshot),
        ..Run::new(&existing.engines, &existing.roster, running.first_master())
    };
    if dry_run {
        return Ok(run::dry_run(&plan, &run, &context.ui)?);
    }
    let revert = Revert { plan: plan::resume(&running), roster: &existing.roster };
    outcome::execute(context, &plan, &run, OnFailure::Revert(revert))?;
    existing.tell(&context.ui);
    context.ui.note(&format!(
        "Cluster {cluster} is saved as {name} after {:.1} s. It holds the cluster's keys. To have it \
         back:\n\n  mokctl restore cluster {cluster} {name}\n",
        context.ui.elapsed().as_secs_f64()
    ));
    Ok(())
}

/// Checks the disk space before anything is stopped: the size of the volume of a stopped container
/// cannot be determined.
fn check_disk(context: &Context, members: &[Member]) -> Result<(), Error> {
    let (written, volumes, facts) = thread::scope(|scope| {
        let written = scope.spawn(|| {
            let call = args::written_bytes(members.iter().map(|member| member.id.as_str()));
            context.docker.read(&call, total)
        });
        let has_volume =
            |member: &&Member| member.runs() && member.role().is_some_and(Role::runs_kubernetes);
        let measure = |member: &Member| {
            let words = [
                "du",
                "--summarize",
                "--block-size=1",
                "--one-file-system",
                member.runtime.state(),
            ];
            let call = args::exec(&member.name, words);
            context.docker.read(&call, |text| total(text.split('\t').next().unwrap_or_default()))
        };
        let volumes: Vec<_> = members
            .iter()
            .filter(has_volume)
            .map(|member| scope.spawn(move || measure(member)))
            .collect();
        let facts = preflight::look(&context.docker, &[]);
        let volumes = volumes.into_iter().map(join).sum::<Result<u64, _>>();
        (join(written), volumes, facts)
    });
    Ok(preflight::refuse_or_warn(&context.ui, snapshot_disk(written?, volumes?, &facts?))?)
}

/// Returns the sum of the numbers in `text`, one a line.
fn total(text: &str) -> Result<u64, &'static str> {
    let numbers = text.lines().map(|line| line.trim().parse::<u64>());
    let numbers: Vec<u64> = numbers.collect::<Result<_, _>>().map_err(|_| "no number of bytes")?;
    if numbers.is_empty() { Err("no number of bytes") } else { Ok(numbers.iter().sum()) }
}
