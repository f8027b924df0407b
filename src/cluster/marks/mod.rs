//! The labels and taints ("marks") of nodes. Each applies to one node or to a role.

mod mark;
mod target;

use std::fmt;

use thiserror::Error;

pub use mark::{NodeLabel, Taint};
pub use target::Target;

use super::labels::{self, Label};
use super::name::{ClusterName, NodeName};

/// Why a word is not the label or taint of a node.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MarkError {
    /// The word is not a label for nodes.
    #[error(
        "invalid NODE:LABEL, '{0}': master, worker or a node, ':', and KEY=VALUE are allowed, \
         like worker:disk=ssd"
    )]
    Label(String),
    /// The word is not a taint for nodes.
    #[error(
        "invalid NODE:TAINT, '{0}': master, worker or a node, ':', KEY or KEY=VALUE, and \
         :NoSchedule, :PreferNoSchedule or :NoExecute are allowed, like \
         worker:dedicated=db:NoSchedule"
    )]
    Taint(String),
    /// The node is not one of those that the command creates.
    #[error("cannot mark {0}: the command creates no such node")]
    Node(String),
}

/// Labels and taints, in the order in which they were given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    labels: Vec<(Target, NodeLabel)>,
    taints: Vec<(Target, Taint)>,
}

impl Marks {
    /// Parses the values of `--label` and `--taint`.
    pub fn parse<'a>(
        labels: impl IntoIterator<Item = &'a str>,
        taints: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, MarkError> {
        let label = |word: &str| {
            read(word, NodeLabel::parse).ok_or_else(|| MarkError::Label(word.to_owned()))
        };
        let taint =
            |word: &str| read(word, Taint::parse).ok_or_else(|| MarkError::Taint(word.to_owned()));
        Ok(Self {
            labels: labels.into_iter().map(label).collect::<Result<_, _>>()?,
            taints: taints.into_iter().map(taint).collect::<Result<_, _>>()?,
        })
    }

    /// Reads the container labels that [`Marks::labels_of_container`] returns.
    #[must_use]
    pub fn from_labels<'a>(label: impl Fn(&str) -> Option<&'a str>) -> Self {
        let words = |key| label(key).into_iter().flat_map(|list| list.split(','));
        Self {
            labels: words(labels::NODE_LABELS)
                .filter_map(|word| read(word, NodeLabel::parse))
                .collect(),
            taints: words(labels::NODE_TAINTS)
                .filter_map(|word| read(word, Taint::parse))
                .collect(),
        }
    }

    /// Returns the container labels that store the marks.
    #[must_use]
    pub fn labels_of_container(&self) -> Vec<Label> {
        let kept = [
            (labels::NODE_LABELS, joined(&self.labels)),
            (labels::NODE_TAINTS, joined(&self.taints)),
        ];
        kept.into_iter().filter(|(_, list)| !list.is_empty()).collect()
    }

    /// Returns these marks, followed by those of `others` that are not among them.
    #[must_use]
    pub fn with(mut self, others: Self) -> Self {
        for label in others.labels {
            if !self.labels.contains(&label) {
                self.labels.push(label);
            }
        }
        for taint in others.taints {
            if !self.taints.contains(&taint) {
                self.taints.push(taint);
            }
        }
        self
    }

    /// Returns the marks with each role replaced by those of `nodes` that have it, so that later
    /// nodes do not get them.
    ///
    /// # Errors
    /// Fails if a mark is for a node that is not one of `nodes`.
    pub fn pinned_to(&self, nodes: &[NodeName]) -> Result<Self, MarkError> {
        self.refuse_others(nodes)?;
        Ok(Self { labels: each(&self.labels, nodes), taints: each(&self.taints, nodes) })
    }

    /// Fails if a mark is for a node that is not one of `nodes`.
    pub fn refuse_others(&self, nodes: &[NodeName]) -> Result<(), MarkError> {
        let labels = self.labels.iter().map(|(target, _)| target);
        let mut targets = labels.chain(self.taints.iter().map(|(target, _)| target));
        let other = targets.find_map(|target| match target {
            Target::Node(node) if !nodes.contains(node) => Some(node.to_string()),
            Target::Node(_) | Target::Role(_) => None,
        });
        other.map_or(Ok(()), |node| Err(MarkError::Node(node)))
    }

    /// Returns the marks with other names of nodes. Marks of a node that is not in `names` are
    /// left out.
    #[must_use]
    pub fn renamed(&self, names: &[(NodeName, NodeName)]) -> Self {
        Self { labels: renamed(&self.labels, names), taints: renamed(&self.taints, names) }
    }

    /// Returns the same marks for another cluster.
    #[must_use]
    pub fn in_cluster(&self, name: &ClusterName) -> Self {
        Self { labels: moved(&self.labels, name), taints: moved(&self.taints, name) }
    }

    /// Returns the labels of `node`. If several have the same key, the last one counts.
    #[must_use]
    pub fn labels(&self, node: &NodeName) -> Vec<&NodeLabel> {
        let mut found: Vec<&NodeLabel> = Vec::new();
        for (_, label) in self.labels.iter().filter(|(target, _)| target.includes(node)) {
            found.retain(|other| other.key != label.key);
            found.push(label);
        }
        found
    }

    /// Returns the taints of `node`. If several have the same key and effect, the last one counts.
    #[must_use]
    pub fn taints(&self, node: &NodeName) -> Vec<&Taint> {
        let mut found: Vec<&Taint> = Vec::new();
        for (_, taint) in self.taints.iter().filter(|(target, _)| target.includes(node)) {
            found.retain(|other| (&other.key, other.effect) != (&taint.key, taint.effect));
            found.push(taint);
        }
        found
    }
}

fn read<T>(word: &str, mark: impl Fn(&str) -> Option<T>) -> Option<(Target, T)> {
    let (target, rest) = word.split_once(':')?;
    Some((Target::parse(target)?, mark(rest)?))
}

/// Joins marks with commas, which no mark contains.
fn joined<T: fmt::Display>(marks: &[(Target, T)]) -> String {
    let words: Vec<_> = marks.iter().map(|(target, mark)| format!("{target}:{mark}")).collect();
    words.join(",")
}

fn each<T: Clone>(marks: &[(Target, T)], nodes: &[NodeName]) -> Vec<(Target, T)> {
    let of = |(target, mark): &(Target, T)| {
        let meant = nodes.iter().filter(|node| target.includes(node));
        meant.map(|node| (Target::Node(node.clone()), mark.clone())).collect::<Vec<_>>()
    };
    marks.iter().flat_map(of).collect()
}

fn renamed<T: Clone>(marks: &[(Target, T)], names: &[(NodeName, NodeName)]) -> Vec<(Target, T)> {
    let other = |target: &Target| match target {
        Target::Role(role) => Some(Target::Role(*role)),
        Target::Node(node) => {
            let (_, name) = names.iter().find(|(own, _)| own == node)?;
            Some(Target::Node(name.clone()))
        }
    };
    marks.iter().filter_map(|(target, mark)| Some((other(target)?, mark.clone()))).collect()
}

fn moved<T: Clone>(marks: &[(Target, T)], name: &ClusterName) -> Vec<(Target, T)> {
    marks.iter().map(|(target, mark)| (target.in_cluster(name), mark.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(word: &str) -> NodeName {
        NodeName::parse(word).unwrap()
    }

    fn marks(labels: &[&str], taints: &[&str]) -> Marks {
        Marks::parse(labels.iter().copied(), taints.iter().copied()).unwrap()
    }

    fn texts<T: fmt::Display>(marks: Vec<&T>) -> Vec<String> {
        marks.into_iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_node_has_what_is_said_of_it_and_of_its_role() {
        let marks = marks(
            &["worker:disk=ssd", "a-worker-2:disk=hdd", "master:m="],
            &["worker:x=1:NoSchedule", "a-worker-2:x=2:NoSchedule", "a-worker-2:x:NoExecute"],
        );
        assert_eq!(texts(marks.labels(&node("a-worker-1"))), ["disk=ssd"]);
        assert_eq!(texts(marks.labels(&node("a-worker-2"))), ["disk=hdd"]);
        assert_eq!(texts(marks.labels(&node("a-master-1"))), ["m="]);
        let taints = marks.taints(&node("a-worker-2"));
        assert_eq!(texts(taints), ["x=2:NoSchedule", "x:NoExecute"]);
        assert!(marks.taints(&node("a-master-1")).is_empty());
    }

    #[test]
    fn marks_are_kept_in_labels_and_move_to_another_cluster() {
        let marks = marks(&["worker:a=1", "a-master-1:b="], &["worker:c:NoSchedule"]);
        let labels = marks.labels_of_container();
        let want = [
            (labels::NODE_LABELS, "worker:a=1,a-master-1:b=".to_owned()),
            (labels::NODE_TAINTS, "worker:c:NoSchedule".into()),
        ];
        assert_eq!(labels, want);
        let find = |key: &str| Some(labels.iter().find(|(name, _)| *name == key)?.1.as_str());
        assert_eq!(Marks::from_labels(find), marks);
        assert!(Marks::default().labels_of_container().is_empty());
        let other = marks.in_cluster(&ClusterName::parse("b").unwrap());
        assert_eq!(texts(other.labels(&node("b-master-1"))), ["b="]);
        assert!(other.labels(&node("a-master-1")).is_empty());
    }

    #[test]
    fn what_is_said_of_new_nodes_is_not_said_of_later_ones() {
        let new = [node("a-worker-3"), node("a-worker-4")];
        let marks = marks(&["worker:a=1", "a-worker-4:b=2"], &[]).pinned_to(&new).unwrap();
        assert_eq!(texts(marks.labels(&node("a-worker-4"))), ["a=1", "b=2"]);
        assert!(marks.labels(&node("a-worker-5")).is_empty());
        let both = marks.clone().with(marks.clone());
        assert_eq!(both, marks);
    }

    #[test]
    fn what_marks_nothing_is_refused() {
        for bad in ["", "a=b", "lb:a=b", "a-lb:a=b", "node:a=b", "worker:a", "worker:"] {
            let error = Marks::parse([bad], []).unwrap_err();
            assert_eq!(error, MarkError::Label(bad.into()), "{bad}");
        }
        let error = Marks::parse([], ["worker:a=b"]).unwrap_err();
        assert_eq!(error, MarkError::Taint("worker:a=b".into()));
        let error = marks(&["a-worker-9:a=b"], &[]).pinned_to(&[node("a-worker-1")]).unwrap_err();
        assert_eq!(error.to_string(), "cannot mark a-worker-9: the command creates no such node");
    }
}
