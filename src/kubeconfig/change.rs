//! How one cluster's entries in a kubeconfig change, as data. Knows
//! nothing of text.

use super::access::LISTS;
use crate::yaml::{Kind, Node, TextError};

/// The key of the current context.
pub(super) const CURRENT: &str = "current-context";

/// How the entries of one cluster change.
pub(super) struct Change {
    /// What they are called.
    pub(super) name: String,
    /// Their new values; none to remove them.
    pub(super) entries: Option<[Node; 3]>,
    /// The new current context; none to leave it.
    pub(super) current: Option<String>,
}

impl Change {
    /// Each list, and the cluster's entry in it.
    pub(super) fn lists(&self) -> impl Iterator<Item = (&'static str, Option<&Node>)> {
        LISTS.iter().enumerate().map(|(at, list)| {
            let entry = self.entries.as_ref().and_then(|entries| entries.get(at));
            (*list, entry)
        })
    }

    /// The key and value of the current context, if it changes.
    pub(super) fn current(&self) -> Option<(&'static str, Node)> {
        self.current.as_ref().map(|name| (CURRENT, Node::text(name)))
    }

    /// Changes what a kubeconfig says.
    pub(super) fn carry_out(&self, root: &mut Node) -> Result<(), TextError> {
        let Kind::Map(pairs) = &mut root.kind else {
            return Err(TextError::new(root.line, "not a kubeconfig: no keys and values"));
        };
        // A merge key may bring a list along that a new one would hide.
        if let Some((key, _)) = pairs.iter().find(|(key, _)| key.as_text() == Some("<<")) {
            return Err(TextError::new(key.line, "'<<' in a kubeconfig is not supported"));
        }
        for (list, entry) in self.lists() {
            match find(pairs, list)? {
                Some(value) => self.carry_out_in(value, list, entry)?,
                None => pairs
                    .extend(entry.map(|entry| (Node::text(list), Node::list(vec![entry.clone()])))),
            }
        }
        let Some((key, name)) = self.current() else { return Ok(()) };
        match find(pairs, key)? {
            Some(value) if value.as_text().is_none() => {
                Err(TextError::new(value.line, format!("'{key}' is not a name")))
            }
            Some(value) => {
                *value = name;
                Ok(())
            }
            None => {
                pairs.push((Node::text(key), name));
                Ok(())
            }
        }
    }

    /// Changes one list: the first entry of ours is replaced, others go.
    fn carry_out_in(
        &self,
        list: &mut Node,
        key: &str,
        entry: Option<&Node>,
    ) -> Result<(), TextError> {
        if list.is_null() {
            *list = Node::list(Vec::new());
        }
        let Kind::List(items) = &mut list.kind else {
            return Err(TextError::new(list.line, format!("'{key}' is not a list")));
        };
        let at = items.iter().position(|item| item.is_named(&self.name)).unwrap_or(items.len());
        items.retain(|item| !item.is_named(&self.name));
        if let Some(entry) = entry {
            items.insert(at, entry.clone());
        }
        Ok(())
    }
}

/// The value under `key`, which may stand there once.
fn find<'n>(pairs: &'n mut [(Node, Node)], key: &str) -> Result<Option<&'n mut Node>, TextError> {
    let mut found = pairs.iter_mut().filter(|(k, _)| k.as_text() == Some(key));
    let first = found.next();
    match found.next() {
        Some((key_again, _)) => {
            Err(TextError::new(key_again.line, format!("'{key}' is there twice")))
        }
        None => Ok(first.map(|(_, value)| value)),
    }
}
