//! The file of an exported snapshot: a compressed tar archive that the engine can load, without
//! the layers of node images, which the loading engine must have. The first entry describes the
//! snapshot, the last one is the checksum of all others:
//!
//! ```text
//! mok-snapshot.json     Header
//! ...                   the engine's archive, in its order
//! mok-snapshot.sha256   64 hexadecimal digits
//! ```
//!
//! This module does not know how the engine is called.

mod check;
mod sum;
mod write;

use std::io;

use serde_json::{Value, json};
use thiserror::Error;

pub use check::check;
pub use write::write;

use crate::cluster::image_ref::ImageRef;
use crate::cluster::name::NodeName;
use crate::cluster::name::SnapshotName;
use crate::snapshot::NodeImageId;
use crate::snapshot::Snapshot;

/// The names of the two entries that mokctl adds to the engine's archive.
const HEADER: &str = "mok-snapshot.json";
const SUM: &str = "mok-snapshot.sha256";

/// The version of the file's format.
const SCHEMA: u64 = 1;

/// Why a file cannot be loaded.
#[derive(Debug, Error)]
pub enum FileError {
    /// The file cannot be read.
    #[error("it cannot be read")]
    Read(#[source] io::Error),
    /// The file is not an exported snapshot.
    #[error("not a snapshot that mokctl exported")]
    Foreign,
    /// The file was written by a later version of mokctl.
    #[error("written by a later version of mokctl")]
    Newer,
    /// The file is damaged.
    #[error("checksum mismatch: the file is damaged")]
    Damaged,
}

/// An error of the operating system means that the file cannot be read. Other errors come from the
/// decoders: the file was truncated or overwritten.
impl From<io::Error> for FileError {
    fn from(error: io::Error) -> Self {
        match error.raw_os_error() {
            Some(_) => Self::Read(error),
            None => Self::Damaged,
        }
    }
}

/// The first entry of the file, which describes the snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The snapshot's name.
    pub snapshot: SnapshotName,
    /// The snapshot's nodes.
    pub nodes: Vec<NodeName>,
    /// The node images that the snapshot is based on, which are not in the file.
    pub bases: Vec<NodeImageId>,
}

impl Header {
    /// Returns the header of `snapshot`.
    #[must_use]
    pub fn of(snapshot: &Snapshot) -> Self {
        let mut bases: Vec<NodeImageId> =
            snapshot.nodes.iter().map(|saved| saved.base.clone()).collect();
        bases.sort();
        bases.dedup();
        let nodes = snapshot.roster.nodes().to_vec();
        Self { snapshot: snapshot.name.clone(), nodes, bases }
    }

    /// Returns the names of the images in the file.
    #[must_use]
    pub fn images(&self) -> Vec<String> {
        self.nodes.iter().map(|node| self.snapshot.image(node)).collect()
    }

    fn to_json(&self) -> String {
        let bases = self.bases.iter().map(|base| json!({ "name": base.name, "id": base.id }));
        let nodes: Vec<String> = self.nodes.iter().map(ToString::to_string).collect();
        let header = json!({
            "schema": SCHEMA,
            "snapshot": self.snapshot.as_str(),
            "nodes": nodes,
            "bases": bases.collect::<Vec<_>>(),
        });
        format!("{header:#}\n")
    }

    fn from_json(text: &[u8]) -> Result<Self, FileError> {
        let header: Value = serde_json::from_slice(text).map_err(|_| FileError::Foreign)?;
        let schema = header.get("schema").and_then(Value::as_u64).ok_or(FileError::Foreign)?;
        if schema > SCHEMA {
            return Err(FileError::Newer);
        }
        let text = |value: &Value, key: &str| Some(value.get(key)?.as_str()?.to_owned());
        let read = || {
            // These become arguments of the docker client, so they must be image references.
            let image = |value: &Value, key: &str| {
                text(value, key).filter(|word| ImageRef::parse(word).is_ok())
            };
            let base =
                |base| Some(NodeImageId { name: image(base, "name")?, id: image(base, "id")? });
            let node = |node: &Value| NodeName::parse(node.as_str()?).ok();
            Some(Self {
                snapshot: SnapshotName::parse(&text(&header, "snapshot")?).ok()?,
                nodes: header.get("nodes")?.as_array()?.iter().map(node).collect::<Option<_>>()?,
                bases: header.get("bases")?.as_array()?.iter().map(base).collect::<Option<_>>()?,
            })
        };
        read().ok_or(FileError::Foreign)
    }
}

#[cfg(test)]
mod tests;
