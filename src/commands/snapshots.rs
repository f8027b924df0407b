//! `get snapshots` and `delete snapshot`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::Context;
use super::get::table;
use crate::cli::Format;
use crate::cluster::labels::snapshot as label;
use crate::cluster::moment::Moment;
use crate::cluster::name::SnapshotName;
use crate::cluster::name::{ClusterName, NodeName};
use crate::docker::args;
use crate::error::Error;
use crate::inventory::snapshots::{self, Found};
use crate::run::Removal;
use crate::snapshot::{Base, SnapshotError};
use crate::ui::PlannedStep;

/// All snapshots, or those of one cluster; nothing where there is none.
pub(super) fn get(context: &Context, cluster: Option<&ClusterName>) -> Result<(), Error> {
    let mut all = snapshots::all(&context.docker)?;
    all.retain(|found| {
        let of = found.whole.as_ref().map(|snapshot| snapshot.roster.name());
        cluster.is_none() || of == cluster
    });
    let sizes = base_sizes(context, &all)?;
    if context.globals.output == Some(Format::Json) {
        let list: Vec<Value> = all.iter().map(|found| as_json(found, &sizes)).collect();
        context.ui.answer(&format!("{:#}\n", Value::from(list)));
    } else if !all.is_empty() {
        let rows: Vec<Vec<String>> = all.iter().map(|found| row(found, &sizes)).collect();
        let head = ["Snapshot", "MOK_Cluster", "Nodes", "Size", "Age", "Status", "Version"];
        context.ui.answer(&table(&head, &rows));
    }
    Ok(())
}

/// Removes the images, and what a run that was killed left beside them. A cluster
/// that came out of them goes on.
pub(super) fn delete(
    context: &Context,
    name: &SnapshotName,
    yes: bool,
    dry_run: bool,
) -> Result<(), Error> {
    context.ui.fact("snapshot", name.as_str());
    let found = snapshots::all(&context.docker)?.into_iter().find(|found| found.name == *name);
    let found = found.ok_or_else(|| SnapshotError::NotFound(name.clone()))?;
    let left = context.docker.ids(&args::container_ids(label::SAVING, name.as_str()))?;
    let mut removal = Removal::default();
    removal.add_containers(&context.docker, &left);
    removal.add_images(&context.docker, &found.images);
    removal.add_nameless_images(&context.docker);
    let (title, step) = (format!("Deleting snapshot {name}"), format!("remove {name}"));
    if dry_run {
        let calls = removal.container_calls().into_iter().chain(removal.image_calls());
        let commands = calls.map(|(docker, call)| docker.pretty(&call)).collect();
        context.ui.planned(&title, &[PlannedStep { name: step, node: None, commands }]);
        return Ok(());
    }
    let question = format!("Are you sure you want to delete the snapshot {name}? (y/N) >");
    if !yes && !context.ui.confirm(&question) {
        context.ui.note("Cancelling by user request.");
        return Ok(());
    }
    let stage = context.ui.stage(&title);
    let step = stage.step(&step, None);
    removal.remove_containers()?;
    removal.remove_images()?;
    step.done();
    stage.done();
    Ok(())
}

/// The sizes of the node images that snapshots stand on, of those that are there.
fn base_sizes(context: &Context, all: &[Found]) -> Result<BTreeMap<Base, u64>, Error> {
    let wholes = all.iter().filter_map(|found| found.whole.as_ref());
    let bases: BTreeSet<&Base> =
        wholes.flat_map(|snapshot| &snapshot.nodes).map(|saved| &saved.base).collect();
    let mut sizes = BTreeMap::new();
    for base in bases {
        let size = context.docker.ask_image(&args::image_size(&base.id))?;
        if let Some(size) = size.and_then(|size| size.parse().ok()) {
            sizes.insert(base.clone(), size);
        }
    }
    Ok(sizes)
}

/// What differs from the node images; none where one of them is not there.
fn own_bytes(found: &Found, sizes: &BTreeMap<Base, u64>) -> Option<u64> {
    let shared = found.whole.as_ref()?.nodes.iter().map(|saved| sizes.get(&saved.base));
    Some(found.bytes.saturating_sub(shared.sum::<Option<u64>>()?))
}

fn status(found: &Found) -> &'static str {
    if found.whole.is_some() { "whole" } else { "incomplete" }
}

fn row(found: &Found, sizes: &BTreeMap<Base, u64>) -> Vec<String> {
    let dash = || "-".to_owned();
    let whole = found.whole.as_ref();
    let bytes = own_bytes(found, sizes);
    vec![
        found.name.to_string(),
        whole.map_or_else(dash, |snapshot| snapshot.roster.name().to_string()),
        whole.map_or_else(dash, |snapshot| snapshot.nodes.len().to_string()),
        bytes.map_or_else(dash, |bytes| format!("{} MB", bytes / 1_000_000)),
        whole.map_or_else(dash, |snapshot| snapshot.created.age(Moment::now())),
        status(found).to_owned(),
        whole
            .and_then(|all| all.first_master())
            .map_or_else(dash, |saved| saved.version.to_string()),
    ]
}

fn as_json(found: &Found, sizes: &BTreeMap<Base, u64>) -> Value {
    let whole = found.whole.as_ref();
    let names = |nodes: &[NodeName]| nodes.iter().map(ToString::to_string).collect::<Vec<_>>();
    json!({
        "snapshot": found.name.as_str(),
        "cluster": whole.map(|snapshot| snapshot.roster.name().as_str()),
        "nodes": whole.map(|snapshot| names(snapshot.roster.nodes())),
        "bytes": own_bytes(found, sizes),
        "created": whole.map(|snapshot| snapshot.created.seconds()),
        "status": status(found),
        "version": whole.and_then(|all| all.first_master()).map(|saved| saved.version.to_string()),
    })
}
