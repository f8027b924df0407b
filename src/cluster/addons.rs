//! Add-ons: what a cluster has in addition to what kubeadm installs. Knows their names, not their
//! contents.

use std::collections::BTreeSet;
use std::fmt;

use thiserror::Error;

/// The namespace of the pods of Kubernetes itself.
pub const SYSTEM: &str = "kube-system";

/// An add-on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Addon {
    /// A default `StorageClass`.
    Storage,
    /// Metrics for `kubectl top` and autoscalers.
    Metrics,
    /// Enforcement of `NetworkPolicy`.
    Policy,
    /// Addresses for Services of type `LoadBalancer`.
    LoadBalancer,
}

impl Addon {
    const ALL: [Self; 4] = [Self::Storage, Self::Metrics, Self::Policy, Self::LoadBalancer];

    /// Returns the name that users give in `--addons`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Storage => "storage",
            Self::Metrics => "metrics",
            Self::Policy => "policy",
            Self::LoadBalancer => "loadbalancer",
        }
    }
}

impl Addon {
    /// Returns the namespace of its pods.
    #[must_use]
    pub const fn namespace(self) -> &'static str {
        match self {
            Self::Storage => "local-path-storage",
            Self::Metrics | Self::Policy => SYSTEM,
            Self::LoadBalancer => "metallb-system",
        }
    }
}

impl fmt::Display for Addon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The error of a word that is not a list of add-ons.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "invalid ADDONS, '{0}': any of {all} with commas between, or none, is allowed",
    all = Addon::ALL.map(Addon::as_str).join(", ")
)]
pub struct AddonsError(String);

/// A set of add-ons.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Addons(BTreeSet<Addon>);

/// The word for no add-on.
const NONE: &str = "none";

impl Addons {
    /// The words that `--addons` takes.
    pub const WORDS: &'static [&'static str] =
        &["storage", "metrics", "policy", "loadbalancer", NONE];

    /// Returns all add-ons.
    #[must_use]
    pub fn all() -> Self {
        Self(Addon::ALL.into())
    }

    /// Parses the form that [`Display`](fmt::Display) writes. The add-ons may be in any order.
    pub fn parse(word: &str) -> Result<Self, AddonsError> {
        if word == NONE {
            return Ok(Self::default());
        }
        let addon = |name: &str| Addon::ALL.into_iter().find(|addon| addon.as_str() == name);
        let addons: Option<BTreeSet<Addon>> = word.split(',').map(addon).collect();
        addons.map(Self).ok_or_else(|| AddonsError(word.to_owned()))
    }

    /// Whether the set contains `addon`.
    #[must_use]
    pub fn has(&self, addon: Addon) -> bool {
        self.0.contains(&addon)
    }

    /// Whether the set is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the add-ons in the order in which help lists them.
    pub fn iter(&self) -> impl Iterator<Item = Addon> + '_ {
        self.0.iter().copied()
    }

    /// Returns the set without `addon`.
    #[must_use]
    pub fn without(mut self, addon: Addon) -> Self {
        self.0.remove(&addon);
        self
    }
}

/// Writes a list such as `storage,metrics`, or `none`.
impl fmt::Display for Addons {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.iter().map(Addon::as_str).collect();
        f.write_str(if names.is_empty() { NONE.to_owned() } else { names.join(",") }.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_in_any_order_and_written_in_one() {
        for (word, written) in [
            ("none", "none"),
            ("policy", "policy"),
            ("loadbalancer,storage", "storage,loadbalancer"),
            ("metrics,metrics", "metrics"),
            ("storage,metrics,policy,loadbalancer", "storage,metrics,policy,loadbalancer"),
        ] {
            let addons = Addons::parse(word).unwrap();
            assert_eq!(addons.to_string(), written);
            assert_eq!(Addons::parse(written), Ok(addons));
        }
        let rest = Addons::all().without(Addon::LoadBalancer);
        assert_eq!(rest.to_string(), "storage,metrics,policy");
        assert!(rest.has(Addon::Policy) && !rest.has(Addon::LoadBalancer));
    }

    #[test]
    fn every_add_on_has_a_word() {
        let names = Addon::ALL.iter().map(|addon| addon.as_str()).chain([NONE]);
        assert!(names.eq(Addons::WORDS.iter().copied()));
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_list() {
        for word in ["", ",", "storage,", "all", "none,policy", "Storage", " policy", "metallb"] {
            assert_eq!(Addons::parse(word), Err(AddonsError(word.to_owned())), "{word}");
        }
        assert_eq!(
            AddonsError("x".into()).to_string(),
            "invalid ADDONS, 'x': any of storage, metrics, policy, loadbalancer with commas between, \
             or none, is allowed"
        );
    }
}
