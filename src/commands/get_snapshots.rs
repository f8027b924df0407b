//! `get snapshots`: lists snapshots.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::Context;
use super::get::table;
use crate::cli::Format;
use crate::cluster::name::{ClusterName, NodeName};
use crate::cluster::timestamp::Timestamp;
use crate::docker::args;
use crate::error::Error;
use crate::inventory::snapshots::{self, SnapshotEntry};
use crate::snapshot::NodeImageId;

/// Lists all snapshots, or those of one cluster.
pub(super) fn run(context: &Context, cluster: Option<&ClusterName>) -> Result<(), Error> {
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

/// Returns the sizes of the node images on which snapshots are based, of those that exist.
fn base_sizes(
    context: &Context,
    all: &[SnapshotEntry],
) -> Result<BTreeMap<NodeImageId, u64>, Error> {
    let wholes = all.iter().filter_map(|found| found.whole.as_ref());
    let bases: BTreeSet<&NodeImageId> =
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

/// Returns the size of a snapshot without its node images, or `None` if one of them is missing.
fn own_bytes(found: &SnapshotEntry, sizes: &BTreeMap<NodeImageId, u64>) -> Option<u64> {
    let shared = found.whole.as_ref()?.nodes.iter().map(|saved| sizes.get(&saved.base));
    Some(found.bytes.saturating_sub(shared.sum::<Option<u64>>()?))
}

fn status(found: &SnapshotEntry) -> &'static str {
    if found.whole.is_some() { "whole" } else { "incomplete" }
}

fn row(found: &SnapshotEntry, sizes: &BTreeMap<NodeImageId, u64>) -> Vec<String> {
    let dash = || "-".to_owned();
    let whole = found.whole.as_ref();
    let bytes = own_bytes(found, sizes);
    vec![
        found.name.to_string(),
        whole.map_or_else(dash, |snapshot| snapshot.roster.name().to_string()),
        whole.map_or_else(dash, |snapshot| snapshot.nodes.len().to_string()),
        bytes.map_or_else(dash, |bytes| format!("{} MB", bytes / 1_000_000)),
        whole.map_or_else(dash, |snapshot| snapshot.created.age(Timestamp::now())),
        status(found).to_owned(),
        whole
            .and_then(|all| all.first_master())
            .map_or_else(dash, |saved| saved.version.to_string()),
    ]
}

fn as_json(found: &SnapshotEntry, sizes: &BTreeMap<NodeImageId, u64>) -> Value {
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
