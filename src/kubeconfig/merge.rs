//! Puts a cluster into the text of a kubeconfig and takes it out again. Decides
//! what the new text has to say, and takes no text that says anything else.
//!
//! The text is edited in place ([`text::edit`]), which keeps comments, order and
//! style. Where that is not possible or does not say what it should, as with
//! lists behind aliases, the first document is written anew in block style: its
//! data are kept, its comments are not. What can be neither is refused.

use super::access::{Access, LISTS};
use super::change::{CURRENT, Change};
use super::text;
use crate::cluster::name::ClusterName;
use crate::yaml::{Node, TextError, parse};

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
    Ok(format!("{mark}{}", rewritten(text, &old, &change, &wanted)?))
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
    Ok(Some(format!("{mark}{}", rewritten(text, &old, &change, &wanted)?)))
}

/// A text that says `wanted`, as close to `text`, which says `old`, as can be.
fn rewritten(
    text: &str,
    old: &[Node],
    change: &Change,
    wanted: &[Node],
) -> Result<String, TextError> {
    let is_wanted = |found: &[Node]| {
        found.len() == wanted.len() && found.iter().zip(wanted).all(|(f, w)| f.says(w))
    };
    if is_wanted(old) {
        return Ok(text.to_owned());
    }
    let old = old.first();
    let says_wanted = |text: &String| parse(text).is_ok_and(|found| is_wanted(&found));
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
