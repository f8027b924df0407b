//! Add-ons: what a cluster is given beside what kubeadm installs. Knows their names, not
//! what they are made of.

use std::collections::BTreeSet;
use std::fmt;

use thiserror::Error;

/// Where the pods of Kubernetes itself are.
pub const SYSTEM: &str = "kube-system";

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Addon {
    /// A default `StorageClass`.
    Storage,
    /// `kubectl top`, and what scales by it.
    Metrics,
    /// `NetworkPolicy` is enforced.
    Policy,
    /// Addresses for Services of type `LoadBalancer`.
    LoadBalancer,
}

impl Addon {
    const ALL: [Self; 4] = [Self::Storage, Self::Metrics, Self::Policy, Self::LoadBalancer];

    /// What users call it.
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
    /// Where its pods are.
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

/// Not a list of add-ons.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "invalid ADDONS, '{0}': any of {all} with commas between, or none, is allowed",
    all = Addon::ALL.map(Addon::as_str).join(", ")
)]
pub struct AddonsError(String);

/// Add-ons, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Addons(BTreeSet<Addon>);

/// What stands for no add-on.
const NONE: &str = "none";

impl Addons {
    /// What may stand in a list, or in place of one.
    pub const WORDS: &'static [&'static str] =
        &["storage", "metrics", "policy", "loadbalancer", NONE];

    /// Every one that there is.
    #[must_use]
    pub fn all() -> Self {
        Self(Addon::ALL.into())
    }

    /// Reads what [`Display`](fmt::Display) writes, in any order.
    pub fn parse(word: &str) -> Result<Self, AddonsError> {
        if word == NONE {
            return Ok(Self::default());
        }
        let addon = |name: &str| Addon::ALL.into_iter().find(|addon| addon.as_str() == name);
        let addons: Option<BTreeSet<Addon>> = word.split(',').map(addon).collect();
        addons.map(Self).ok_or_else(|| AddonsError(word.to_owned()))
    }

    /// Whether `addon` is among them.
    #[must_use]
    pub fn has(&self, addon: Addon) -> bool {
        self.0.contains(&addon)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each of them, in the order of their names in help.
    pub fn iter(&self) -> impl Iterator<Item = Addon> + '_ {
        self.0.iter().copied()
    }

    /// The others of them.
    #[must_use]
    pub fn without(mut self, addon: Addon) -> Self {
        self.0.remove(&addon);
        self
    }
}

/// `storage,metrics`, or `none`.
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
