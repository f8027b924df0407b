//! The specification of an upgrade, and the names of containers that are set aside during one.

use std::fmt;
use std::num::NonZeroU8;

use shell_escape::escape;

use super::image_ref::ImageRef;
use super::image_source::ImageSource;
use super::name::{ClusterName, NodeName, SnapshotName};
use super::version_prefix::VersionPrefix;

/// The upgrade that `upgrade cluster` will carry out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpgradeSpec {
    /// The cluster.
    pub name: ClusterName,
    /// The node image that was asked for. `None`: the one with the wanted version.
    pub image: Option<ImageRef>,
    /// The source of images that the engine lacks. `None`: the one that the release names.
    pub image_source: Option<ImageSource>,
    /// The Kubernetes version that was asked for. `None`: that of the image, or the default one.
    pub version: Option<VersionPrefix>,
    /// How many workers are upgraded at a time.
    pub parallel: NonZeroU8,
    /// Whether a snapshot is made first.
    pub save: SaveFirst,
}

/// Whether a snapshot is made before the upgrade. None is made if a node already has the version
/// that the cluster is upgraded to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SaveFirst {
    /// If there is only one master. With several, each one has etcd's data.
    IfOneMaster,
    /// Always, with this name.
    As(SnapshotName),
    /// Never.
    Never,
}

/// Writes the command with the flags that name its target.
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

/// The end of the name of a container that was set aside.
const FORMER: &str = "-former";

/// Returns the name of the former container of `node`, which is kept until the new one is
/// complete.
#[must_use]
pub fn former(node: &NodeName) -> String {
    format!("{node}{FORMER}")
}

/// Returns the node whose former container is called `name`.
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
