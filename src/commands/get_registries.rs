//! `get registries`: lists the registries made by mokctl.

use serde_json::{Value, json};

use super::Context;
use super::get::table;
use crate::cli::Format;
use crate::error::Error;
use crate::inventory::registries::{self, FoundRegistry};

/// Lists all registries, with the clusters whose networks they are on.
pub(super) fn run(context: &Context) -> Result<(), Error> {
    let all = registries::all(&context.docker)?;
    if context.globals.output == Some(Format::Json) {
        let list: Vec<Value> = all.iter().map(as_json).collect();
        context.ui.answer(&format!("{:#}\n", Value::from(list)));
    } else if !all.is_empty() {
        let rows: Vec<Vec<String>> = all.iter().map(row).collect();
        context.ui.answer(&table(&["Registry", "Address", "Status", "MOK_Clusters"], &rows));
    }
    Ok(())
}

fn address(registry: &FoundRegistry) -> String {
    format!("localhost:{}", registry.port)
}

fn status(registry: &FoundRegistry) -> &'static str {
    if registry.runs { "running" } else { "stopped" }
}

/// Returns the clusters on whose networks the registry is.
fn clusters(registry: &FoundRegistry) -> Vec<&str> {
    registry.networks.iter().filter_map(|(name, _)| name.strip_prefix("mok-")).collect()
}

fn row(registry: &FoundRegistry) -> Vec<String> {
    let clusters = clusters(registry);
    let clusters = if clusters.is_empty() { "-".to_owned() } else { clusters.join(",") };
    vec![registry.name.to_string(), address(registry), status(registry).to_owned(), clusters]
}

fn as_json(registry: &FoundRegistry) -> Value {
    json!({
        "registry": registry.name.as_str(),
        "address": address(registry),
        "status": status(registry),
        "clusters": clusters(registry),
    })
}
