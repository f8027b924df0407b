//! The snapshots of the engine and their contents.

use std::collections::BTreeMap;

use super::error::InventoryError;
use super::node_images::labelled;
use crate::cluster::image_ref::ImageRef;
use crate::cluster::kubernetes::KubernetesVersion;
use crate::cluster::labels::{self, snapshot as label};
use crate::cluster::mount::Mount;
use crate::cluster::name::{NodeName, SnapshotName};
use crate::cluster::node_profile::NodeProfile;
use crate::cluster::port::PortBinding;
use crate::cluster::roster::Roster;
use crate::cluster::runtime::Runtime;
use crate::cluster::subnet::Subnet;
use crate::cluster::timestamp::Timestamp;
use crate::docker::{Client, Docker, inspect};
use crate::snapshot::{NodeImageId, Program, SavedNode, Snapshot, SnapshotError};

/// All images with one snapshot's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotEntry {
    /// The name.
    pub name: SnapshotName,
    /// The names of its images.
    pub images: Vec<String>,
    /// The sum of the images' sizes in bytes, each including shared layers.
    pub bytes: u64,
    /// Whether it was made by a later version of mokctl.
    pub newer: bool,
    /// The snapshot, or `None` if it is incomplete.
    pub whole: Option<Snapshot>,
}

/// An image of a snapshot.
struct Image {
    name: String,
    bytes: u64,
    newer: bool,
    /// The contents. `None` while the image is being made.
    content: Option<(Common, SavedNode)>,
}

/// The properties that all images of a snapshot have in common.
#[derive(PartialEq, Eq)]
struct Common {
    created: Timestamp,
    subnet: Subnet,
    nodes: Vec<NodeName>,
}

/// Returns the snapshots of the engine, sorted by name.
///
/// # Errors
/// Fails if the engine does not answer, or does not support snapshots.
pub fn all(docker: &Docker) -> Result<Vec<SnapshotEntry>, InventoryError> {
    if docker.client() == Client::Podman {
        return Err(SnapshotError::NeedsDocker.into());
    }
    Ok(labelled(docker, label::NAME, read)?)
}

/// Returns the snapshot `name`.
///
/// # Errors
/// Fails if it is missing or incomplete, or was made by a later version of mokctl.
pub fn named(docker: &Docker, name: &SnapshotName) -> Result<Snapshot, InventoryError> {
    let found = all(docker)?.into_iter().find(|found| found.name == *name);
    match found.ok_or_else(|| SnapshotError::NotFound(name.clone()))? {
        SnapshotEntry { newer: true, .. } => Err(SnapshotError::Newer(name.clone()).into()),
        SnapshotEntry { whole, .. } => {
            Ok(whole.ok_or_else(|| SnapshotError::Unfinished(name.clone()))?)
        }
    }
}

/// Checks that the name of a new snapshot is free.
///
/// # Errors
/// Fails if images have that name.
pub fn refuse_taken_name(docker: &Docker, name: &SnapshotName) -> Result<(), InventoryError> {
    match all(docker)?.into_iter().find(|found| found.name == *name) {
        Some(SnapshotEntry { whole: Some(_), .. }) => {
            Err(SnapshotError::Exists(name.clone()).into())
        }
        Some(_) => Err(SnapshotError::Unfinished(name.clone()).into()),
        None => Ok(()),
    }
}

/// Parses the output of `docker image inspect`, and returns the snapshots in it, sorted by name.
/// An image without a name does not belong to a snapshot any more.
///
/// # Errors
/// Returns what is wrong with the text, in a few words.
pub fn read(json: &str) -> Result<Vec<SnapshotEntry>, String> {
    let images: Vec<inspect::Image> =
        inspect::list(json).map_err(|error| format!("no list of images: {error}"))?;
    let mut all: BTreeMap<SnapshotName, Vec<Image>> = BTreeMap::new();
    for (name, image) in images.iter().filter_map(image) {
        all.entry(name).or_default().push(image);
    }
    Ok(all.into_iter().map(|(name, images)| found(name, images)).collect())
}

fn found(name: SnapshotName, images: Vec<Image>) -> SnapshotEntry {
    let mut names: Vec<String> = images.iter().map(|image| image.name.clone()).collect();
    names.sort();
    SnapshotEntry {
        images: names,
        bytes: images.iter().map(|image| image.bytes).sum(),
        newer: images.iter().any(|image| image.newer),
        whole: whole(&name, images),
        name,
    }
}

/// Returns the snapshot if each of its nodes has exactly one image, and all images agree on it.
fn whole(name: &SnapshotName, images: Vec<Image>) -> Option<Snapshot> {
    let content: Option<Vec<_>> = images.into_iter().map(|image| image.content).collect();
    let (mut commons, mut nodes): (Vec<Common>, Vec<SavedNode>) = content?.into_iter().unzip();
    nodes.sort_by(|a, b| a.node.cmp(&b.node));
    let common = commons.pop()?;
    let roster = Roster::new(common.nodes.first()?.cluster().clone(), common.nodes.clone());
    let is_whole = commons.iter().all(|other| *other == common)
        && nodes.iter().map(|saved| &saved.node).eq(roster.nodes());
    is_whole.then(|| Snapshot {
        name: name.clone(),
        created: common.created,
        subnet: common.subnet,
        roster,
        nodes,
    })
}

fn image(image: &inspect::Image) -> Option<(SnapshotName, Image)> {
    let label = |key: &str| image.config.label(key).filter(|value| !value.is_empty());
    let snapshot = SnapshotName::parse(label(label::NAME)?).ok()?;
    let is_its = |name: &&String| SnapshotName::of_image(name).as_ref() == Some(&snapshot);
    let name = image.repo_tags.iter().find(is_its)?.clone();
    // These become arguments of the docker client, so they must be image references.
    let image_label = |key| ImageRef::parse(label(key)?).ok().map(|image| image.to_string());
    let content = || {
        let nodes = label(label::NODES)?.split(',').map(NodeName::parse);
        let common = Common {
            created: Timestamp::parse(label(label::CREATED)?)?,
            subnet: Subnet::parse(label(label::SUBNET)?).ok()?,
            nodes: nodes.collect::<Result<_, _>>().ok()?,
        };
        let saved = SavedNode {
            node: NodeName::parse(label(label::NODE)?).ok()?,
            version: KubernetesVersion::parse(label(labels::KUBERNETES)?)?,
            base: NodeImageId { name: image_label(label::BASE)?, id: image_label(label::BASE_ID)? },
            runtime: Runtime::parse(label(labels::image::RUNTIME))?,
            published: list(label(label::PUBLISH), PortBinding::parse)?,
            mounts: list(label(label::MOUNTS), |word| Mount::parse(word).ok())?,
            profile: NodeProfile::from_labels(label),
            issued: Timestamp::parse(label(labels::ISSUED)?)?,
            program: Program {
                entrypoint: image.config.entrypoint.clone(),
                command: image.config.cmd.clone(),
            },
        };
        (snapshot.image(&saved.node) == name).then_some((common, saved))
    };
    let content = content();
    let newer = label(labels::SCHEMA) > Some(labels::ONE_HOST);
    Some((snapshot, Image { name, bytes: image.size, newer, content }))
}

/// Parses a comma-separated label, which may be empty.
fn list<T>(value: Option<&str>, read: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    value.into_iter().flat_map(|value| value.split(',')).map(read).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::cluster::addons::Addons;
    use crate::cluster::cni::Cni;
    use crate::cluster::family::IpFamily;
    use crate::cluster::limits::Limits;
    use crate::cluster::marks::Marks;
    use crate::cluster::name::ClusterName;
    use crate::cluster::own_registry::OwnRegistry;
    use crate::cluster::ranges::Ranges;
    use crate::cluster::registry::Registry;

    fn node(word: &str) -> NodeName {
        NodeName::parse(word).unwrap()
    }

    fn snapshot() -> Snapshot {
        let saved = |word: &str| SavedNode {
            node: node(word),
            version: KubernetesVersion::parse("v1.37.2").unwrap(),
            base: NodeImageId { name: "local/x:1".into(), id: "sha256:01".into() },
            runtime: Runtime::default(),
            published: Vec::new(),
            mounts: vec![Mount::parse("/a $b:/data:ro").unwrap(), Mount::parse("/c:/d").unwrap()],
            profile: NodeProfile {
                registry: Registry::parse("localhost:5000").ok(),
                own_registry: OwnRegistry::parse("local:5000"),
                addons: Addons::parse("storage,policy").unwrap(),
                ranges: Ranges::parse(IpFamily::Ipv4, Some("10.60.0.0/16"), None).unwrap(),
                manual: true,
                has_settings: true,
                marks: Marks::parse(["worker:a=1"], []).unwrap(),
                limits: Limits::parse(Some("2"), None).unwrap(),
                cni: Cni::None,
            },
            issued: Timestamp::parse("5").unwrap(),
            program: Program::default(),
        };
        let publish = ["127.0.0.1:40001:6443", "0.0.0.0:80:30080"];
        let published = publish.into_iter().filter_map(PortBinding::parse).collect();
        let nodes = vec![SavedNode { published, ..saved("a-master-1") }, saved("a-worker-1")];
        Snapshot {
            name: SnapshotName::parse("fresh").unwrap(),
            created: Timestamp::parse("7").unwrap(),
            subnet: Subnet::parse("10.213.5.0/24").unwrap(),
            roster: Roster::new(
                ClusterName::parse("a").unwrap(),
                nodes.iter().map(|saved| saved.node.clone()),
            ),
            nodes,
        }
    }

    /// Returns the output of `inspect` for the image of `saved`.
    fn inspection(snapshot: &Snapshot, saved: &SavedNode) -> Value {
        let mut labels: BTreeMap<&str, String> = snapshot.labels(saved).into_iter().collect();
        labels.insert(label::NAME, snapshot.name.to_string());
        labels.insert(label::SAVING, String::new());
        labels.insert(labels::SCHEMA, "1".into());
        labels.insert(labels::KUBERNETES, "v1.37.2".into());
        labels.insert(labels::REGISTRY, "localhost:5000".into());
        labels.insert(labels::OWN_REGISTRY, "local:5000".into());
        labels.insert(labels::ADDONS, "storage,policy".into());
        labels.insert(labels::POD_SUBNET, "10.60.0.0/16".into());
        labels.insert(labels::SETUP, labels::MANUAL.into());
        labels.insert(labels::SETTINGS, "yes".into());
        labels.insert(labels::NODE_LABELS, "worker:a=1".into());
        labels.insert(labels::CPUS, "2".into());
        labels.insert(labels::CNI, "none".into());
        json!({
            "Id": "sha256:02",
            "RepoTags": ["mine:1", snapshot.name.image(&saved.node)],
            "Size": 5,
            "Config": { "Labels": labels }
        })
    }

    fn all() -> Vec<Value> {
        let snapshot = snapshot();
        snapshot.nodes.iter().rev().map(|saved| inspection(&snapshot, saved)).collect()
    }

    fn read_one(images: &[Value]) -> SnapshotEntry {
        let mut found = read(&json!(images).to_string()).unwrap();
        assert_eq!(found.len(), 1);
        found.remove(0)
    }

    #[test]
    fn a_snapshot_is_read_as_it_was_written() {
        let found = read_one(&all());
        assert_eq!(found.whole, Some(snapshot()));
        assert_eq!((found.bytes, found.newer), (10, false));
        assert_eq!(
            found.images,
            ["mok-snapshot/fresh:a-master-1", "mok-snapshot/fresh:a-worker-1"]
        );
        assert_eq!(snapshot().api(), PortBinding::parse("127.0.0.1:40001:6443").as_ref());
        assert_eq!(snapshot().published().len(), 1);
        assert_eq!(snapshot().manual().len(), 2);
    }

    #[test]
    fn one_that_misses_something_is_there_but_not_whole() {
        for (what, value) in [
            (label::NODE, ""),
            (label::NODE, "a-worker-2"),
            (label::NODES, "a-master-1"),
            (label::CREATED, "8"),
            (label::SUBNET, "10.213.6.0/24"),
            (label::PUBLISH, "x"),
            (label::MOUNTS, "/a"),
            (labels::ISSUED, ""),
        ] {
            let mut images = all();
            images[0]["Config"]["Labels"][what] = value.into();
            let found = read_one(&images);
            assert_eq!((found.whole, found.images.len()), (None, 2), "{what}={value}");
        }
        assert_eq!(read_one(&all()[1..]).whole, None);
    }

    #[test]
    fn what_is_of_a_later_version_is_noticed_and_what_is_no_snapshot_is_left_out() {
        let mut images = all();
        images[1]["Config"]["Labels"][labels::SCHEMA] = "2".into();
        assert!(read_one(&images).newer);
        images[1]["RepoTags"] = json!([]);
        images[0]["Config"]["Labels"] = Value::Null;
        images.push(json!({}));
        assert_eq!(read(&json!(images).to_string()), Ok(Vec::new()));
        assert!(read("{").is_err());
    }

    #[test]
    fn certificates_are_renewed_before_their_year_is_over() {
        let (issued, day) = (snapshot().nodes[0].issued.seconds(), 24 * 60 * 60);
        let after = |days: u64| Timestamp::parse(&(issued + days * day).to_string()).unwrap();
        assert!(!snapshot().needs_renewal(after(299)) && snapshot().needs_renewal(after(301)));
    }
}
