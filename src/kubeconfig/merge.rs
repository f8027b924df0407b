//! Adds a cluster to the text of a kubeconfig and removes it again. Decides what the new text
//! must say, and accepts no text that says anything else.
//!
//! The text is edited in place ([`text::edit`]), which keeps comments, order and style. If that
//! is impossible or gives a wrong result, as with lists behind aliases, the first document is
//! rewritten ([`text::rewrite`]), which keeps its data but not its comments. If both fail, the
//! change is refused.

use super::access::{Access, LISTS};
use super::change::{CURRENT, Change};
use super::text;
use crate::cluster::name::ClusterName;
use crate::yaml::{Node, TextError, parse};

/// Returns the text of a kubeconfig with the access to the cluster added, as the current context.
/// An older entry of the cluster is replaced where it is.
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

/// Returns the text without the cluster's entries. The current context becomes empty if it was the
/// cluster's. Returns `None` if the text mentions the cluster in neither way.
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
    // kubectl leaves an empty value behind, too.
    let current = is_current.then(String::new);
    let change = Change { name, entries: None, current };
    change.carry_out(root)?;
    Ok(Some(format!("{mark}{}", rewritten(text, &old, &change, &wanted)?)))
}

/// Returns a text that says `wanted` and is as close as possible to `text`, which says `old`.
fn rewritten(
    text: &str,
    old: &[Node],
    change: &Change,
    wanted: &[Node],
) -> Result<String, TextError> {
    let is_wanted = |found: &[Node]| {
        found.len() == wanted.len() && found.iter().zip(wanted).all(|(f, w)| f.same_value(w))
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

/// Splits a byte order mark from the text, so that the text begins at its first key.
fn split_mark(text: &str) -> (&str, &str) {
    text.split_at(if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 })
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod properties;
