//! `get clusters`, `get nodes`, `get images`: lists, as a table or JSON.

use std::collections::BTreeSet;
use std::net::IpAddr;

use console::measure_text_width;
use serde_json::{Value, json};

use super::Context;
use crate::cli::Format;
use crate::cluster::kubernetes::KubernetesVersion;
use crate::cluster::labels;
use crate::cluster::name::{ClusterName, NodeName, Role};
use crate::docker::args;
use crate::error::Error;
use crate::inventory::existing::ExistingCluster;
use crate::inventory::found::ContainerScan;
use crate::inventory::members::Member;
use crate::inventory::node_images::{self, BuiltImage};
use crate::inventory::node_objects::{self, NodeObject};

/// How many digits of an id the engine prints.
const SHORT_ID: usize = 12;
/// The status of a node without a container.
const MISSING: &str = "missing";

/// Lists the containers of one cluster or of all. The first columns are those of the original
/// `mokctl`.
pub(super) fn clusters(context: &Context, cluster: Option<&ClusterName>) -> Result<(), Error> {
    let there = ContainerScan::look(context.asked(), cluster)?;
    let members = &there.members;
    // A run that was killed early leaves only a network.
    let mut found = BTreeSet::new();
    for engine in there.engines() {
        let list = args::network_label_values(labels::CLUSTER);
        found.extend(engine.docker.capture(&list)?.lines().map(String::from));
    }
    let wanted = |name: &String| cluster.is_none_or(|cluster| cluster.as_str() == name);
    let alone = |name: &String| !members.iter().any(|member| member.cluster.as_str() == name);
    let networks: Vec<_> = found.into_iter().filter(wanted).filter(alone).collect();
    if context.globals.output == Some(Format::Json) {
        let mut list: Vec<Value> =
            members.iter().map(|member| as_json(member, status(member, members))).collect();
        list.extend(networks.iter().map(|name| json!({ "cluster": name, "status": "incomplete" })));
        context.ui.answer(&format!("{:#}\n", Value::from(list)));
        return Ok(());
    }
    let head =
        ["MOK_Cluster", "Docker_ID", "Container_Name", "IP_Address", "Role", "Status", "Version"];
    let with_hosts = has_hosts(members);
    let mut rows: Vec<Vec<String>> =
        members.iter().map(|member| row(member, status(member, members), with_hosts)).collect();
    rows.extend(networks.into_iter().map(|name| {
        let mut row = vec![name];
        row.extend(["-", "-", "-", "network", "incomplete", "-"].map(String::from));
        row.extend(with_hosts.then(|| "-".to_owned()));
        row
    }));
    if !rows.is_empty() {
        context.ui.answer(&table(&head_of(&head, with_hosts), &rows));
    }
    Ok(())
}

/// Lists the containers of one cluster, which must exist, then the nodes in its API that have no
/// container, and a load balancer that was removed.
pub(super) fn nodes(context: &Context, cluster: &ClusterName) -> Result<(), Error> {
    let existing = ExistingCluster::find(context.asked(), cluster)?;
    let objects = node_objects::if_known(&existing)?;
    let members = &existing.members;
    let status = |member| status_in(member, members, objects.as_deref());
    let is_missing = |object: &&NodeObject| existing.member(&object.node).is_none();
    let balancer = existing.lacks_load_balancer().then(|| Missing::load_balancer(cluster));
    let missing = objects.iter().flatten().filter(is_missing).map(Missing::from).chain(balancer);
    if context.globals.output == Some(Format::Json) {
        let there = members.iter().map(|member| as_json(member, status(member)));
        let list: Vec<Value> = there.chain(missing.map(|it| it.as_json())).collect();
        context.ui.answer(&format!("{:#}\n", Value::from(list)));
        return Ok(());
    }
    let with_hosts = has_hosts(members);
    // The columns of `get nodes` are those of `get clusters` without cluster and id.
    let cells = |member| row(member, status(member), with_hosts).split_off(2);
    let there = members.iter().map(cells);
    let missing = missing.map(|it| it.row(with_hosts));
    let rows: Vec<Vec<String>> = there.chain(missing).collect();
    let head = ["Name", "IP_Address", "Role", "Status", "Version"];
    context.ui.answer(&table(&head_of(&head, with_hosts), &rows));
    Ok(())
}

/// Whether to print the column of hosts: if one of them is known.
fn has_hosts(members: &[Member]) -> bool {
    members.iter().any(|member| member.host.is_some())
}

fn head_of<'a>(head: &[&'a str], with_hosts: bool) -> Vec<&'a str> {
    head.iter().copied().chain(with_hosts.then_some("Host")).collect()
}

/// Lists the node images of the engine.
pub(super) fn images(context: &Context) -> Result<(), Error> {
    let images = node_images::all(&context.docker)?;
    if context.globals.output == Some(Format::Json) {
        let entry = |image: &BuiltImage| {
            let BuiltImage { name, version, id, bytes } = image;
            json!({ "image": name, "version": version.to_string(), "id": id, "bytes": bytes })
        };
        let list: Vec<Value> = images.iter().map(entry).collect();
        context.ui.answer(&format!("{:#}\n", Value::from(list)));
    } else if !images.is_empty() {
        let row = |BuiltImage { name, version, id, bytes }| {
            let id = id.trim_start_matches("sha256:").chars().take(SHORT_ID).collect();
            vec![name, version.to_string(), id, format!("{} MB", bytes / 1_000_000)]
        };
        let rows: Vec<Vec<String>> = images.into_iter().map(row).collect();
        context.ui.answer(&table(&["Image", "Version", "Docker_ID", "Size"], &rows));
    }
    Ok(())
}

/// Returns the status of a container: `incomplete` if its creation, or that of the cluster, was
/// not completed, or else whether it is running.
fn status(member: &Member, all: &[Member]) -> &'static str {
    let of_same = |other: &&Member| other.cluster == member.cluster;
    let has_master = all.iter().filter(of_same).any(|other| other.role() == Some(Role::Master));
    if member.complete && has_master { member.activity.as_str() } else { "incomplete" }
}

/// Returns the status as [`status`] does, but `unregistered` for a running node that the API does
/// not have.
fn status_in(member: &Member, all: &[Member], objects: Option<&[NodeObject]>) -> &'static str {
    let is_object = |object: &NodeObject| Some(&object.node) == member.node.as_ref();
    let registers = member.role().is_some_and(Role::runs_kubernetes);
    match (status(member, all), objects) {
        ("running", Some(objects)) if registers && !objects.iter().any(is_object) => "unregistered",
        (status, _) => status,
    }
}

/// A node without a container.
struct Missing {
    node: NodeName,
    address: Option<IpAddr>,
    version: Option<KubernetesVersion>,
}

impl From<&NodeObject> for Missing {
    fn from(object: &NodeObject) -> Self {
        let NodeObject { node, address, version, .. } = object.clone();
        Self { node, address, version }
    }
}

impl Missing {
    /// Returns a missing load balancer, about which the API knows nothing.
    fn load_balancer(cluster: &ClusterName) -> Self {
        Self { node: NodeName::load_balancer(cluster), address: None, version: None }
    }

    /// Returns the row of the node in `get nodes`, which has no columns for cluster and id.
    fn row(&self, with_host: bool) -> Vec<String> {
        let dash = || "-".to_owned();
        let cells = [
            self.node.to_string(),
            self.address.map_or_else(dash, |address| address.to_string()),
            self.node.role().as_str().to_owned(),
            MISSING.to_owned(),
            self.version.map_or_else(dash, |version| version.to_string()),
        ];
        cells.into_iter().chain(with_host.then(dash)).collect()
    }

    fn as_json(&self) -> Value {
        json!({
            "cluster": self.node.cluster().as_str(),
            "id": null,
            "name": self.node.to_string(),
            "address": self.address.map(|address| address.to_string()),
            "role": self.node.role().as_str(),
            "status": MISSING,
            "version": self.version.map(|version| version.to_string()),
            "image": null,
            "api": null,
        })
    }
}

fn row(member: &Member, status: &str, with_host: bool) -> Vec<String> {
    let dash = || "-".to_owned();
    let cells = [
        member.cluster.to_string(),
        member.id.chars().take(SHORT_ID).collect(),
        member.name.clone(),
        member.main_address().map_or_else(dash, |address| address.to_string()),
        member.role().map_or_else(dash, |role| role.as_str().to_owned()),
        status.to_owned(),
        member.version.map_or_else(dash, |version| version.to_string()),
    ];
    let host = || member.host.as_ref().map_or_else(dash, ToString::to_string);
    cells.into_iter().chain(with_host.then(host)).collect()
}

fn as_json(member: &Member, status: &str) -> Value {
    let mut entry = json!({
        "cluster": member.cluster.as_str(),
        "id": member.id,
        "name": member.name,
        "address": member.main_address().map(|address| address.to_string()),
        "role": member.role().map(Role::as_str),
        "status": status,
        "version": member.version.map(|version| version.to_string()),
        "image": member.base.name,
        "api": member.api().map(|api| format!("https://{}:{}", api.address, api.port)),
    });
    if let Some(all) = member.addresses().filter(|_| member.profile.ranges.family().has_ipv6()) {
        entry["addresses"] = all.into_iter().map(|address| address.to_string()).collect();
    }
    if let Some(host) = &member.host {
        entry["host"] = host.as_str().into();
    }
    entry
}

/// Formats a table: columns are as wide as their widest cell, with three blanks between them.
pub(super) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let head: Vec<String> = head.iter().map(|cell| (*cell).to_owned()).collect();
    let lines = || std::iter::once(head.as_slice()).chain(rows.iter().map(Vec::as_slice));
    let width = |column: usize| {
        lines().filter_map(|line| line.get(column)).map(|cell| measure_text_width(cell)).max()
    };
    let widths: Vec<usize> = (0..head.len()).map(|column| width(column).unwrap_or(0)).collect();
    let render = |line: &[String]| {
        let cells = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        format!("{}\n", cells.collect::<Vec<_>>().join("   ").trim_end())
    };
    lines().map(render).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [vec!["aaaa".to_owned(), "1".into()], vec!["b".to_owned(), "22".into()]];
        assert_eq!(table(&["X", "Yyy"], &rows), "X      Yyy\naaaa   1\nb      22\n");
    }
}
