//! What an upgrade shall come to, and what the container of a node that moves is called.

use std::fmt;
use std::num::NonZeroU8;

use shell_escape::escape;

use super::image_ref::ImageRef;
use super::image_source::ImageSource;
use super::name::{ClusterName, NodeName, SnapshotName};
use super::version_prefix::VersionPrefix;

/// What `upgrade cluster` shall do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpgradeSpec {
    /// The cluster.
    pub name: ClusterName,
    /// The node image that was asked for; else one by its version.
    pub image: Option<ImageRef>,
    /// Where images that the engine lacks come from; none: where the release says.
    pub image_source: Option<ImageSource>,
    /// The Kubernetes version that was asked for; else the image's, or the default one.
    pub version: Option<VersionPrefix>,
    /// How many workers move at a time.
    pub parallel: NonZeroU8,
    /// Whether the cluster is saved before.
    pub save: SaveFirst,
}

/// Whether a cluster is saved before it is upgraded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SaveFirst {
    /// If it has one master: of several, each has etcd's data.
    IfOneMaster,
    /// As that snapshot.
    As(SnapshotName),
    /// No.
    Never,
}

/// The words of the command, as far as they say where to.
impl fmt::Display for UpgradeSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "upgrade cluster {}", self.name)?;
        if let Some(version) = &self.version {
            write!(f, " --k8sver {version}")?;
        }
        if let Some(image) = &self.image {
            write!(f, " --image {image}")?;
        }
        match &self.image_source {
            Some(ImageSource::Repository(repository)) => {
                write!(f, " --image-repository {repository}")
            }
            Some(ImageSource::File(path)) => {
                write!(f, " --image-file {}", escape(path.to_string_lossy()))
            }
            None => Ok(()),
        }
    }
}

/// What the container of a node is called that another one replaces.
const FORMER: &str = "-former";

/// The name of the container of `node` after another one has taken its place, until that
/// is well.
#[must_use]
pub fn former(node: &NodeName) -> String {
    format!("{node}{FORMER}")
}

/// The node whose former container is called `name`.
#[must_use]
pub fn node_of_former(name: &str) -> Option<NodeName> {
    NodeName::parse(name.strip_suffix(FORMER)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_former_container_is_no_node_and_says_of_which_it_was() {
        let node = NodeName::parse("a-master-1").unwrap();
        assert_eq!(former(&node), "a-master-1-former");
        assert!(NodeName::parse(&former(&node)).is_err());
        assert_eq!(node_of_former("a-master-1-former"), Some(node));
        assert_eq!(node_of_former("a-master-1"), None);
        assert_eq!(node_of_former("a-former"), None);
    }
}
