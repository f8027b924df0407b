//! The node image that a container was first made of.

/// A node image: what a node, or a snapshot's image of it, stands on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Base {
    /// Its name when the cluster was made; another image may have it by now.
    pub name: String,
    /// Its id.
    pub id: String,
}
