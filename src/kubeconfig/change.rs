//! What it means to put a cluster into a kubeconfig and to take it out. Decides
//! what the new text has to say, and takes no text that says anything else.
//!
//! The text is edited in place ([`text::edit`]), which keeps comments, order and
//! style. Where that is not possible or does not say what it should, as with
//! lists behind aliases, the first document is written anew in block style: its
//! data are kept, its comments are not. What can be neither is refused.

use super::access::{Access, LISTS};
use super::error::TextError;
use super::node::{Kind, Node};
use super::parse::parse;
use super::text;
use crate::cluster::name::ClusterName;

const CURRENT: &str = "current-context";

/// The text of a kubeconfig with the access to the cluster in it, as the
/// current context. An older entry of the cluster is replaced where it stands.
pub fn merge_text(text: &str, name: &ClusterName, access: &Access) -> Result<String, TextError> {
    let (mark, text) = split_mark(text);
    let old = parse(text)?;
    let mut wanted = old.clone();
    let change = Change {
        name: name.context(),
        entries: Some(access.entries(name)),
        current: Some(name.context()),
    };
    match wanted.first_mut() {
        Some(root) if !root.is_null() => change.carry_out(root)?,
        Some(root) => root.kind = access.kubeconfig(name).kind,
        None => wanted.push(access.kubeconfig(name)),
    }
    Ok(format!("{mark}{}", rewritten(text, old.first(), &change, &wanted)?))
}

/// The text without the cluster's entries, and without a current context if
/// that was the cluster's; none when it has nothing of the cluster.
pub fn remove_text(text: &str, name: &ClusterName) -> Result<Option<String>, TextError> {
    let (mark, text) = split_mark(text);
    let old = parse(text)?;
    let mut wanted = old.clone();
    let Some(root) = wanted.first_mut().filter(|root| !root.is_null()) else { return Ok(None) };
    let name = name.context();
    let is_current = root.get(CURRENT).and_then(Node::as_text) == Some(name.as_str());
    let is_listed = LISTS
        .iter()
        .filter_map(|list| root.get(list).and_then(Node::as_list))
        .any(|items| items.iter().any(|item| item.is_named(&name)));
    if !is_current && !is_listed {
        return Ok(None);
    }
    // An empty value is what kubectl leaves behind.
    let current = is_current.then(String::new);
    let change = Change { name, entries: None, current };
    change.carry_out(root)?;
    Ok(Some(format!("{mark}{}", rewritten(text, old.first(), &change, &wanted)?)))
}

/// What is to become of the entries of one cluster.
pub(super) struct Change {
    /// What they are called.
    pub(super) name: String,
    /// What they are to be; none to have them removed.
    entries: Option<[Node; 3]>,
    /// What the current context is to be; none to leave it.
    current: Option<String>,
}

impl Change {
    /// Each list, and the cluster's entry in it.
    pub(super) fn lists(&self) -> impl Iterator<Item = (&'static str, Option<&Node>)> {
        LISTS.iter().enumerate().map(|(at, list)| {
            let entry = self.entries.as_ref().and_then(|entries| entries.get(at));
            (*list, entry)
        })
    }

    /// The key and value of the current context, if it is to change.
    pub(super) fn current(&self) -> Option<(&'static str, Node)> {
        self.current.as_ref().map(|name| (CURRENT, Node::text(name)))
    }

    /// Changes what a kubeconfig says.
    fn carry_out(&self, root: &mut Node) -> Result<(), TextError> {
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

/// A text that says `wanted`, as close to `text`, which says `old`, as can be.
fn rewritten(
    text: &str,
    old: Option<&Node>,
    change: &Change,
    wanted: &[Node],
) -> Result<String, TextError> {
    let says_wanted = |text: &String| {
        parse(text).is_ok_and(|found| {
            found.len() == wanted.len() && found.iter().zip(wanted).all(|(f, w)| f.says(w))
        })
    };
    let edited = || old.and_then(|root| text::edit(text, root, change)).filter(says_wanted);
    let anew = || wanted.first().map(|root| text::rewrite(text, old, root)).filter(says_wanted);
    edited().or_else(anew).ok_or_else(|| {
        TextError::new(old.map_or(1, |root| root.line), "this YAML cannot be edited safely")
    })
}

/// Takes a byte order mark off: the first key begins after it.
fn split_mark(text: &str) -> (&str, &str) {
    text.split_at(if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 })
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod properties;
