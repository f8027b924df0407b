//! Names for shell completion: of clusters, nodes, images and the like. Quick and silent: if the
//! engine does not answer, there are none.

use std::time::Duration;

use crate::cli::Live;
use crate::cluster::labels;
use crate::cluster::name::{NodeName, SnapshotName};
use crate::cluster::own_registry::RegistryName;
use crate::docker::{DeadlineScale, Docker, args};
use crate::env::Env;
use crate::image::identity::FLAVOUR;
use crate::interrupt::Interrupt;

/// How long a user waits after pressing the tab key.
const PATIENCE: Duration = Duration::from_secs(2);

/// Returns the names of this kind, sorted.
#[must_use]
pub fn names(env: &Env, live: Live) -> Vec<String> {
    let call = match live {
        // The network exists from the beginning of `create` to the end of `delete`, so its label
        // is enough.
        Live::Clusters => args::network_label_values(labels::CLUSTER),
        Live::Nodes(_) => args::labelled_container_names(labels::CLUSTER),
        Live::Images => args::image_names(None),
        Live::NodeImages => args::image_names(Some(labels::image::SCHEMA)),
        Live::Snapshots => args::image_names(Some(labels::snapshot::NAME)),
        Live::Registries => args::labelled_container_names(labels::registry::NAME),
        Live::Flavours => return vec![FLAVOUR.to_owned()],
        Live::Folders | Live::Files => return Vec::new(),
    };
    let docker =
        Docker::locate(env.docker.as_deref(), env.path.as_deref(), Interrupt::default()).ok();
    let scale = DeadlineScale::parse(env.deadline_scale.as_deref()).unwrap_or_default();
    let answer = docker
        .and_then(|docker| docker.with_deadlines(scale).capture(&call.deadline(PATIENCE)).ok());
    let snapshot = |name: &str| SnapshotName::of_image(name).map(|snapshot| snapshot.to_string());
    let fitting = |name: &str| match live {
        Live::Nodes(Some(role)) => {
            NodeName::parse(name).is_ok_and(|node| node.role() == role).then(|| name.to_owned())
        }
        Live::Snapshots => snapshot(name),
        Live::Registries => RegistryName::of_container(name).map(|name| name.to_string()),
        Live::NodeImages => snapshot(name).is_none().then(|| name.to_owned()),
        _ => Some(name.to_owned()),
    };
    let mut names: Vec<String> =
        answer.iter().flat_map(|text| text.lines()).filter_map(fitting).collect();
    names.sort();
    names.dedup();
    names
}
