//! A change to one cluster's entries in a kubeconfig, as data. Applies it to parsed YAML; knows
//! nothing about text.

use super::access::LISTS;
use crate::yaml::{Kind, Node, TextError};

/// The key of the current context.
pub(super) const CURRENT: &str = "current-context";

/// A change to the entries of one cluster.
pub(super) struct Change {
    /// The name that all entries of the cluster have.
    pub(super) name: String,
    /// The new entries, one for each of [`LISTS`]. `None` removes the old ones.
    pub(super) entries: Option<[Node; 3]>,
    /// The new current context. `None` leaves it as it is.
    pub(super) current: Option<String>,
}

impl Change {
    /// Returns the key of each list and the cluster's new entry in it, if there is one.
    pub(super) fn lists(&self) -> impl Iterator<Item = (&'static str, Option<&Node>)> {
        LISTS.iter().enumerate().map(|(at, list)| {
            let entry = self.entries.as_ref().and_then(|entries| entries.get(at));
            (*list, entry)
        })
    }

    /// Returns the key and the new value of the current context, if it changes.
    pub(super) fn current(&self) -> Option<(&'static str, Node)> {
        self.current.as_ref().map(|name| (CURRENT, Node::text(name)))
    }

    /// Applies the change to the kubeconfig `root`.
    pub(super) fn carry_out(&self, root: &mut Node) -> Result<(), TextError> {
        let Kind::Map(pairs) = &mut root.kind else {
            return Err(TextError::new(root.line, "not a kubeconfig: no keys and values"));
        };
        // A merge key may bring in a list, which a list added here would hide.
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

    /// Changes one list: replaces the cluster's first entry, or appends one, and removes
    /// duplicates.
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

/// Returns the value of `key`. Fails if the key is there twice.
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
