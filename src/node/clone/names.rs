//! Nodes' names, from one cluster to another.

use serde_json::Value;

use crate::cluster::name::{ClusterName, NodeName};

/// From which cluster to which.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names<'a> {
    pub(super) former: &'a ClusterName,
    pub(super) now: &'a ClusterName,
}

impl Names<'_> {
    /// The name of the same role and number in the new cluster, if `word` is the name of a
    /// node of the former one.
    pub(super) fn renamed(self, word: &str) -> Option<NodeName> {
        let node = NodeName::parse(word).ok()?;
        let is_former = node.cluster() == self.former && node.role().runs_kubernetes();
        is_former.then(|| node.in_cluster(self.now))
    }

    /// Whether `word` names a node that the new cluster does not have: a cluster may be
    /// called as the one that was saved.
    pub(super) fn goes(self, word: &str) -> bool {
        self.former != self.now && self.renamed(word).is_some()
    }

    /// Renames nodes in `text` and below it, wherever a whole string is a node's name.
    pub(super) fn rename(self, value: &mut Value) {
        match value {
            Value::String(text) => self.rename_text(text),
            Value::Array(values) => values.iter_mut().for_each(|value| self.rename(value)),
            Value::Object(fields) => fields.values_mut().for_each(|value| self.rename(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// As [`Names::rename`], for one string.
    pub(super) fn rename_text(self, text: &mut String) {
        if let Some(renamed) = self.renamed(text) {
            *text = renamed.to_string();
        }
    }
}
