//! The names of a cluster, of its nodes and of its snapshots. Knows what a hostname and a
//! container name allow; knows nothing about which clusters exist.

use std::fmt;
use std::num::NonZeroU8;

use thiserror::Error;

/// The longest cluster name, in bytes. `NAME-worker-99` then stays within the
/// 63 bytes of a hostname label.
pub const MAX_LENGTH: usize = 40;

/// Why a word is not a name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NameError {
    /// Not a valid cluster name.
    #[error(
        "invalid cluster NAME, '{0}': lower-case letters, digits and '-' are allowed, \
         a letter or digit first and last, at most {MAX_LENGTH} characters"
    )]
    Cluster(String),
    /// Not a valid name of a snapshot.
    #[error(
        "invalid SNAPSHOT name, '{0}': lower-case letters, digits and '-' are allowed, \
         a letter or digit first and last, at most {MAX_LENGTH} characters"
    )]
    Snapshot(String),
    /// Not a valid name of a registry.
    #[error(
        "invalid registry NAME, '{0}': lower-case letters, digits and '-' are allowed, \
         a letter or digit first and last, at most {MAX_LENGTH} characters"
    )]
    Registry(String),
    /// Not a valid node name.
    #[error(
        "invalid NODE name, '{0}': a node is called CLUSTER-master-N, CLUSTER-worker-N or CLUSTER-lb"
    )]
    Node(String),
}

/// The name of a cluster: a hostname label of at most [`MAX_LENGTH`] bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClusterName(String);

impl ClusterName {
    /// Checks `word`: every node's hostname and container name starts with it.
    pub fn parse(word: &str) -> Result<Self, NameError> {
        if is_label(word) {
            Ok(Self(word.to_owned()))
        } else {
            Err(NameError::Cluster(word.to_owned()))
        }
    }

    /// The name as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The kubeconfig context, cluster and user entry of this cluster.
    #[must_use]
    pub fn context(&self) -> String {
        format!("mok-{self}")
    }

    /// The docker network of this cluster.
    #[must_use]
    pub fn network(&self) -> String {
        format!("mok-{self}")
    }
}

impl fmt::Display for ClusterName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether `word` is a hostname label of at most [`MAX_LENGTH`] bytes.
pub(super) fn is_label(word: &str) -> bool {
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let edge = |b: Option<&u8>| b.is_some_and(|b| *b != b'-');
    let bytes = word.as_bytes();
    bytes.len() <= MAX_LENGTH
        && bytes.iter().all(|b| inner(*b))
        && edge(bytes.first())
        && edge(bytes.last())
}

/// What a node does in its cluster. Ordered as nodes are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// A control plane node, with a member of etcd.
    Master,
    /// A node for pods alone.
    Worker,
    /// The balancer in front of the masters' API servers: no Kubernetes in it.
    LoadBalancer,
}

impl Role {
    /// The word that stands in node names and in the role label.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Master => "master",
            Self::Worker => "worker",
            Self::LoadBalancer => "lb",
        }
    }

    /// Whether such a node runs a kubelet.
    #[must_use]
    pub fn runs_kubernetes(self) -> bool {
        match self {
            Self::Master | Self::Worker => true,
            Self::LoadBalancer => false,
        }
    }
}

/// One container of a cluster: `NAME-master-1`, `NAME-worker-1`, `NAME-lb`.
/// Container name, hostname and Kubernetes node name are the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeName {
    cluster: ClusterName,
    role: Role,
    /// 1 for the balancer, of which there is one.
    number: NonZeroU8,
}

impl NodeName {
    /// The `number`th master.
    #[must_use]
    pub fn master(cluster: &ClusterName, number: NonZeroU8) -> Self {
        Self { cluster: cluster.clone(), role: Role::Master, number }
    }

    /// The `number`th worker.
    #[must_use]
    pub fn worker(cluster: &ClusterName, number: NonZeroU8) -> Self {
        Self { cluster: cluster.clone(), role: Role::Worker, number }
    }

    /// The balancer.
    #[must_use]
    pub fn load_balancer(cluster: &ClusterName) -> Self {
        Self { cluster: cluster.clone(), role: Role::LoadBalancer, number: NonZeroU8::MIN }
    }

    /// Takes `CLUSTER-master-N`, `CLUSTER-worker-N` and `CLUSTER-lb` apart.
    pub fn parse(word: &str) -> Result<Self, NameError> {
        let error = || NameError::Node(word.to_owned());
        let (rest, last) = word.rsplit_once('-').ok_or_else(error)?;
        if last == "lb" {
            let cluster = ClusterName::parse(rest).map_err(|_| error())?;
            return Ok(Self::load_balancer(&cluster));
        }
        let (name, role) = rest.rsplit_once('-').ok_or_else(error)?;
        let cluster = ClusterName::parse(name).map_err(|_| error())?;
        // "01" and "+1" parse as numbers but name no node.
        let number = last.parse().ok().filter(|n: &NonZeroU8| n.to_string() == last);
        match (role, number) {
            ("master", Some(number)) => Ok(Self::master(&cluster, number)),
            ("worker", Some(number)) => Ok(Self::worker(&cluster, number)),
            _ => Err(error()),
        }
    }

    /// The cluster that the node belongs to.
    #[must_use]
    pub fn cluster(&self) -> &ClusterName {
        &self.cluster
    }

    /// The node of the same role and number in another cluster.
    #[must_use]
    pub fn in_cluster(&self, cluster: &ClusterName) -> Self {
        Self { cluster: cluster.clone(), ..self.clone() }
    }

    /// What the node does.
    #[must_use]
    pub fn role(&self) -> Role {
        self.role
    }

    /// The number in the name; 1 for the balancer.
    #[must_use]
    pub fn number(&self) -> u8 {
        self.number.get()
    }
}

impl fmt::Display for NodeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.role {
            Role::LoadBalancer => write!(f, "{}-lb", self.cluster),
            Role::Master | Role::Worker => {
                write!(f, "{}-{}-{}", self.cluster, self.role.as_str(), self.number)
            }
        }
    }
}

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
    fn a_cluster_name_is_a_hostname_label() {
        for good in ["a", "my-k8s", "0", "a--b", &"x".repeat(MAX_LENGTH)] {
            assert_eq!(ClusterName::parse(good).map(|n| n.0), Ok(good.to_owned()));
        }
        let long = "x".repeat(MAX_LENGTH + 1);
        for bad in ["", "-", "-a", "a-", "My", "a_b", "a.b", "ä", "a b", "a\n", "$(id)", ";", &long]
        {
            assert!(ClusterName::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_node_name_is_read_back_as_it_is_written() {
        for word in ["a-master-1", "a-worker-99", "a-lb", "a-worker-1-worker-2", "a-lb-lb"] {
            assert_eq!(NodeName::parse(word).map(|n| n.to_string()), Ok(word.to_owned()));
        }
        for bad in [
            "a",
            "a-master",
            "a-master-0",
            "a-master-01",
            "a-worker-+1",
            "a-node-1",
            "-lb",
            "a-worker-256",
        ] {
            assert!(NodeName::parse(bad).is_err(), "{bad}");
        }
    }

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
