//! What a node was created with, as labels say: those of its container, and of the image
//! that a snapshot has of it. Knows nothing of how either is inspected.

use super::addons::Addons;
use super::cni::Cni;
use super::labels;
use super::limits::Limits;
use super::marks::Marks;
use super::own_registry::OwnRegistry;
use super::ranges::Ranges;
use super::registry::Registry;

/// What does not change in a node's life, apart from its name, image and place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NodeProfile {
    /// Whether its setup was left to the user, done since or not.
    pub manual: bool,
    /// The registry that it pulls from.
    pub registry: Option<Registry>,
    /// The registry of mokctl's on its network.
    pub own_registry: Option<OwnRegistry>,
    /// The add-ons that its cluster was created with.
    pub addons: Addons,
    /// The addresses of its cluster's pods and Services.
    pub ranges: Ranges,
    /// Whether it keeps settings; which they are, no label says.
    pub has_settings: bool,
    /// What nodes of its cluster are labelled and tainted with, as far as it knows.
    pub marks: Marks,
    /// What it may use of its machine.
    pub limits: Limits,
    /// Who makes its pods' network.
    pub cni: Cni,
}

impl NodeProfile {
    /// Reads it of labels; what they do not say, or not so that it is understood, is as in
    /// a cluster that was given nothing.
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
