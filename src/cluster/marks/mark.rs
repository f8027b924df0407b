//! A label or a taint in kubectl's syntax.

use std::fmt;

/// The label prefixes that a kubelet may not use for its node, apart from exceptions.
const RESTRICTED: [&str; 2] = ["kubernetes.io", "k8s.io"];
/// Exceptions: a kubelet may use these prefixes, and subdomains of them.
const FREE: [&str; 2] = ["kubelet.kubernetes.io", "node.kubernetes.io"];
/// Exceptions: a kubelet may set these keys.
const KNOWN: [&str; 5] = [
    "kubernetes.io/arch",
    "kubernetes.io/hostname",
    "kubernetes.io/os",
    "topology.kubernetes.io/region",
    "topology.kubernetes.io/zone",
];
/// The effects of taints.
const EFFECTS: [&str; 3] = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

/// A label, `KEY=VALUE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeLabel {
    /// The key.
    pub key: String,
    /// The value, which may be empty.
    pub value: String,
}

impl NodeLabel {
    /// Parses `KEY=VALUE`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let (key, value) = word.split_once('=')?;
        (is_key(key) && is_value(value)).then(|| Self { key: key.into(), value: value.into() })
    }

    /// Whether a kubelet may set the label on its own node. Only an administrator may set the
    /// others.
    #[must_use]
    pub fn is_kubelets(&self) -> bool {
        let Some((space, _)) = self.key.split_once('/') else { return true };
        let is_in = |all: &[&str]| {
            all.iter().any(|own| {
                space.strip_suffix(own).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            })
        };
        !is_in(&RESTRICTED) || is_in(&FREE) || KNOWN.contains(&self.key.as_str())
    }
}

impl fmt::Display for NodeLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.key, self.value)
    }
}

/// A taint, `KEY[=VALUE]:EFFECT`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taint {
    /// The key.
    pub key: String,
    /// The value, which may be empty.
    pub value: String,
    /// The effect on pods that do not tolerate the taint.
    pub effect: &'static str,
}

impl Taint {
    /// Parses `KEY[=VALUE]:EFFECT`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let (taint, effect) = word.rsplit_once(':')?;
        let effect = EFFECTS.into_iter().find(|known| *known == effect)?;
        let (key, value) = taint.split_once('=').unwrap_or((taint, ""));
        let is_taint = is_key(key) && is_value(value);
        is_taint.then(|| Self { key: key.into(), value: value.into(), effect })
    }
}

impl fmt::Display for Taint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, value, effect } = self;
        let value = if value.is_empty() { String::new() } else { format!("={value}") };
        write!(f, "{key}{value}:{effect}")
    }
}

/// Whether `word` is a label key, `[PREFIX/]NAME`.
fn is_key(word: &str) -> bool {
    let (prefix, name) = word.split_once('/').map_or((None, word), |(a, b)| (Some(a), b));
    let is_prefix = |prefix: &str| {
        let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b);
        prefix.len() <= 253 && has_edges(prefix) && prefix.bytes().all(inner)
    };
    !name.is_empty() && is_value(name) && prefix.is_none_or(is_prefix)
}

fn is_value(word: &str) -> bool {
    let inner = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    word.is_empty() || (word.len() <= 63 && has_edges(word) && word.bytes().all(inner))
}

/// Whether `word` begins and ends with a letter or a digit.
fn has_edges(word: &str) -> bool {
    let edge = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
    edge(word.as_bytes().first()) && edge(word.as_bytes().last())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_a_key_and_a_value() {
        for word in ["a=b", "a=", "example.org/A_b.c=D-1", "node-role.kubernetes.io/gpu="] {
            assert_eq!(NodeLabel::parse(word).map(|label| label.to_string()), Some(word.into()));
        }
        let long = format!("a={}", "x".repeat(64));
        for bad in
            ["", "a", "=b", "-a=b", "a=b,c=d", "a=b c", "A/b=c", "/b=c", "a/=c", "a=-", &long]
        {
            assert_eq!(NodeLabel::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_taint_has_an_effect() {
        for word in ["a=b:NoSchedule", "a:NoExecute", "x.org/a=1:PreferNoSchedule"] {
            assert_eq!(Taint::parse(word).map(|taint| taint.to_string()), Some(word.into()));
        }
        for bad in ["", "a", "a=b", "a:", "a:noschedule", ":NoSchedule", "a=b:NoSchedule,"] {
            assert_eq!(Taint::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn some_labels_are_not_the_kubelets() {
        let is_kubelets = |key: &str| NodeLabel::parse(&format!("{key}=x")).unwrap().is_kubelets();
        for key in ["a", "x.org/a", "my-k8s.io/a", "node.kubernetes.io/a", "kubernetes.io/os"] {
            assert!(is_kubelets(key), "{key}");
        }
        for key in ["node-role.kubernetes.io/a", "kubernetes.io/a", "x.k8s.io/a"] {
            assert!(!is_kubelets(key), "{key}");
        }
    }
}
