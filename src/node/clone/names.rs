//! Renames nodes from the saved cluster to its clone.

use serde_json::Value;

use crate::cluster::name::{ClusterName, NodeName};

/// The names of the saved cluster and of its clone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names<'a> {
    pub(super) former: &'a ClusterName,
    pub(super) now: &'a ClusterName,
}

impl Names<'_> {
    /// If `word` is a node of the former cluster, returns the node of the same role and number in
    /// the new one.
    pub(super) fn renamed(self, word: &str) -> Option<NodeName> {
        let node = NodeName::parse(word).ok()?;
        let is_former = node.cluster() == self.former && node.role().runs_kubernetes();
        is_former.then(|| node.in_cluster(self.now))
    }

    /// Whether `word` is a node of the former cluster that the new one does not have. Both
    /// clusters may have the same name.
    pub(super) fn goes(self, word: &str) -> bool {
        self.former != self.now && self.renamed(word).is_some()
    }

    /// Renames nodes in `value` and below it, wherever a whole string is the name of a node.
    pub(super) fn rename(self, value: &mut Value) {
        match value {
            Value::String(text) => self.rename_text(text),
            Value::Array(values) => values.iter_mut().for_each(|value| self.rename(value)),
            Value::Object(fields) => fields.values_mut().for_each(|value| self.rename(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Renames `text` if it is the name of a node.
    pub(super) fn rename_text(self, text: &mut String) {
        if let Some(renamed) = self.renamed(text) {
            *text = renamed.to_string();
        }
    }
}
