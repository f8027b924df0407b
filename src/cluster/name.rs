//! The names of clusters, nodes and snapshots. Knows what hostnames and container names may
//! contain. Knows nothing about which clusters exist.

use std::fmt;
use std::num::NonZeroU8;

use thiserror::Error;

/// The longest cluster name, in bytes. `NAME-worker-99` then fits in the 63 bytes of a hostname
/// label.
pub const MAX_LENGTH: usize = 40;

/// Why a word is not a valid name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NameError {
    /// The word is not a valid cluster name.
    #[error(
        "invalid cluster NAME, '{0}': lower-case letters, digits and '-' are allowed, \
         a letter or digit first and last, at most {MAX_LENGTH} characters"
    )]
    Cluster(String),
    /// The word is not a valid snapshot name.
    #[error(
        "invalid SNAPSHOT name, '{0}': lower-case letters, digits and '-' are allowed, \
         a letter or digit first and last, at most {MAX_LENGTH} characters"
    )]
    Snapshot(String),
    /// The word is not a valid registry name.
    #[error(
        "invalid registry NAME, '{0}': lower-case letters, digits and '-' are allowed, \
         a letter or digit first and last, at most {MAX_LENGTH} characters"
    )]
    Registry(String),
    /// The word is not a valid node name.
    #[error(
        "invalid NODE name, '{0}': a node is called CLUSTER-master-N, CLUSTER-worker-N or CLUSTER-lb"
    )]
    Node(String),
}

/// The name of a cluster: a hostname label of at most [`MAX_LENGTH`] bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClusterName(String);

impl ClusterName {
    /// Checks that `word` can begin the hostname and the container name of every node.
    pub fn parse(word: &str) -> Result<Self, NameError> {
        if is_label(word) {
            Ok(Self(word.to_owned()))
        } else {
            Err(NameError::Cluster(word.to_owned()))
        }
    }

    /// Returns the name as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the name of the cluster's context, cluster and user in a kubeconfig.
    #[must_use]
    pub fn context(&self) -> String {
        format!("mok-{self}")
    }

    /// Returns the name of the cluster's docker network.
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

/// The role of a node in its cluster. The order is that in which nodes are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// A control plane node, with a member of etcd.
    Master,
    /// A node that only runs pods.
    Worker,
    /// The load balancer in front of the masters' API servers, which runs no Kubernetes.
    LoadBalancer,
}

impl Role {
    /// Returns the word for the role in node names and labels.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Master => "master",
            Self::Worker => "worker",
            Self::LoadBalancer => "lb",
        }
    }

    /// Whether a node of this role runs a kubelet.
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
    /// 1 for the load balancer, of which there is only one.
    number: NonZeroU8,
}

impl NodeName {
    /// Returns the name of the `number`th master.
    #[must_use]
    pub fn master(cluster: &ClusterName, number: NonZeroU8) -> Self {
        Self { cluster: cluster.clone(), role: Role::Master, number }
    }

    /// Returns the name of the `number`th worker.
    #[must_use]
    pub fn worker(cluster: &ClusterName, number: NonZeroU8) -> Self {
        Self { cluster: cluster.clone(), role: Role::Worker, number }
    }

    /// Returns the name of the load balancer.
    #[must_use]
    pub fn load_balancer(cluster: &ClusterName) -> Self {
        Self { cluster: cluster.clone(), role: Role::LoadBalancer, number: NonZeroU8::MIN }
    }

    /// Parses `CLUSTER-master-N`, `CLUSTER-worker-N` or `CLUSTER-lb`.
    pub fn parse(word: &str) -> Result<Self, NameError> {
        let error = || NameError::Node(word.to_owned());
        let (rest, last) = word.rsplit_once('-').ok_or_else(error)?;
        if last == "lb" {
            let cluster = ClusterName::parse(rest).map_err(|_| error())?;
            return Ok(Self::load_balancer(&cluster));
        }
        let (name, role) = rest.rsplit_once('-').ok_or_else(error)?;
        let cluster = ClusterName::parse(name).map_err(|_| error())?;
        // Rust parses "01" and "+1" as numbers, but no node is called that.
        let number = last.parse().ok().filter(|n: &NonZeroU8| n.to_string() == last);
        match (role, number) {
            ("master", Some(number)) => Ok(Self::master(&cluster, number)),
            ("worker", Some(number)) => Ok(Self::worker(&cluster, number)),
            _ => Err(error()),
        }
    }

    /// Returns the cluster that the node belongs to.
    #[must_use]
    pub fn cluster(&self) -> &ClusterName {
        &self.cluster
    }

    /// Returns the node of the same role and number in another cluster.
    #[must_use]
    pub fn in_cluster(&self, cluster: &ClusterName) -> Self {
        Self { cluster: cluster.clone(), ..self.clone() }
    }

    /// Returns the role of the node.
    #[must_use]
    pub fn role(&self) -> Role {
        self.role
    }

    /// Returns the number in the name, or 1 for the load balancer.
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

/// The beginning of the names of all snapshots' images.
const REPOSITORY: &str = "mok-snapshot/";

/// The name of a snapshot, which follows the rules for cluster names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SnapshotName(String);

impl SnapshotName {
    /// Checks that `word` can be part of an image's name.
    pub fn parse(word: &str) -> Result<Self, NameError> {
        if is_label(word) {
            Ok(Self(word.to_owned()))
        } else {
            Err(NameError::Snapshot(word.to_owned()))
        }
    }

    /// Extracts the snapshot's name from the name of one of its images.
    #[must_use]
    pub fn of_image(image: &str) -> Option<Self> {
        let (name, node) = image.strip_prefix(REPOSITORY)?.split_once(':')?;
        NodeName::parse(node).ok()?;
        Self::parse(name).ok()
    }

    /// Returns the name as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the name of the image in which `node` is saved.
    #[must_use]
    pub fn image(&self, node: &NodeName) -> String {
        format!("{REPOSITORY}{self}:{node}")
    }

    /// Returns the name of the temporary container from which this image is made.
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
