//! What a snapshot is called, and its images after it.

use std::fmt;

use crate::cluster::name::{NameError, NodeName, is_label};

/// Where the names of all snapshots' images begin.
const REPOSITORY: &str = "mok-snapshot/";

/// A snapshot's name, of the form of a cluster's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SnapshotName(String);

impl SnapshotName {
    /// Checks `word`: it becomes part of images' names.
    pub fn parse(word: &str) -> Result<Self, NameError> {
        if is_label(word) {
            Ok(Self(word.to_owned()))
        } else {
            Err(NameError::Snapshot(word.to_owned()))
        }
    }

    /// Takes the name out of that of one of its images.
    #[must_use]
    pub fn of_image(image: &str) -> Option<Self> {
        let (name, node) = image.strip_prefix(REPOSITORY)?.split_once(':')?;
        NodeName::parse(node).ok()?;
        Self::parse(name).ok()
    }

    /// The name as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The image that holds `node`.
    #[must_use]
    pub fn image(&self, node: &NodeName) -> String {
        format!("{REPOSITORY}{self}:{node}")
    }

    /// The container that this image is made of, for as long as that takes.
    #[must_use]
    pub fn container(&self, node: &NodeName) -> String {
        format!("mok-snapshot-{self}-{node}")
    }
}

impl fmt::Display for SnapshotName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_called_after_its_snapshot_and_node() {
        let name = SnapshotName::parse("fresh-1").unwrap();
        let node = NodeName::parse("a-master-1").unwrap();
        assert_eq!(name.image(&node), "mok-snapshot/fresh-1:a-master-1");
        assert_eq!(SnapshotName::of_image(&name.image(&node)), Some(name));
        for other in ["mok-snapshot/x:y", "local/x:a-master-1", "mok-snapshot/X:a-lb", ""] {
            assert_eq!(SnapshotName::of_image(other), None, "{other}");
        }
        let text = SnapshotName::parse("Fresh").unwrap_err().to_string();
        assert!(text.starts_with("invalid SNAPSHOT name, 'Fresh': "), "{text}");
    }
}
