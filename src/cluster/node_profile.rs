//! The properties that a node was created with, read from labels: of its container, or of its
//! image in a snapshot. Knows nothing about how these are inspected.

use super::addons::Addons;
use super::cni::Cni;
use super::labels;
use super::limits::Limits;
use super::marks::Marks;
use super::own_registry::OwnRegistry;
use super::ranges::Ranges;
use super::registry::Registry;

/// The properties of a node that never change, apart from its name, image and host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NodeProfile {
    /// Whether its setup was left to the user, who may have done it since.
    pub manual: bool,
    /// The user's registry that it pulls from.
    pub registry: Option<Registry>,
    /// The registry made by mokctl that is on its network.
    pub own_registry: Option<OwnRegistry>,
    /// The add-ons that its cluster was created with.
    pub addons: Addons,
    /// The pod and Service ranges of its cluster.
    pub ranges: Ranges,
    /// Whether it has settings of the user. They are in a file in the node, not in labels.
    pub has_settings: bool,
    /// The labels and taints of the cluster's nodes, as far as this node's labels have them.
    pub marks: Marks,
    /// How much CPU and memory it may use.
    pub limits: Limits,
    /// Who sets up its pod network.
    pub cni: Cni,
}

impl NodeProfile {
    /// Reads the profile from labels. Missing and unreadable labels mean the defaults of `create
    /// cluster`.
    #[must_use]
    pub fn from_labels<'a>(label: impl Fn(&str) -> Option<&'a str>) -> Self {
        let addons = label(labels::ADDONS).and_then(|list| Addons::parse(list).ok());
        Self {
            manual: label(labels::SETUP) == Some(labels::MANUAL),
            registry: label(labels::REGISTRY).and_then(|word| Registry::parse(word).ok()),
            own_registry: label(labels::OWN_REGISTRY).and_then(OwnRegistry::parse),
            addons: addons.unwrap_or_default(),
            ranges: Ranges::from_labels(&label),
            has_settings: label(labels::SETTINGS).is_some(),
            marks: Marks::from_labels(&label),
            limits: Limits::from_labels(&label),
            cni: label(labels::CNI).and_then(|word| Cni::parse(word).ok()).unwrap_or_default(),
        }
    }
}
