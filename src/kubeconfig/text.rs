//! The text of a kubeconfig with a change made to it. Whether the result says
//! what it should is for the caller to see.

use super::change::Change;
use super::edits::Edits;
use super::print;
use crate::yaml::{Node, Style};

/// The text with the change made to its first document, of which `root` is the
/// mapping; none where the text is not of a kind that can be edited.
pub(super) fn edit(text: &str, root: &Node, change: &Change) -> Option<String> {
    let (_, last) = root.as_map()?.last()?;
    let mut edits = Edits::new(text, newline(text), root)?;
    let mut added = Vec::new();
    for (key, entry) in change.lists() {
        match (root.pair(key), entry) {
            (Some(pair), Some(entry)) => edits.put(pair, entry, &change.name)?,
            (Some(pair), None) => edits.take(pair, &change.name)?,
            (None, Some(entry)) => added.push((key, Node::list(vec![entry.clone()]))),
            (None, None) => {}
        }
    }
    if let Some((key, name)) = change.current() {
        match root.pair(key) {
            Some(pair) => edits.set(pair, &name)?,
            None => added.push((key, name)),
        }
    }
    // After the edits of the last pair, which may be at the same place.
    for (key, value) in added {
        edits.add_pair(root, last, key, &value);
    }
    edits.apply()
}

/// The text with its first document written anew.
pub(super) fn rewrite(text: &str, old: Option<&Node>, new: &Node) -> String {
    let newline = newline(text);
    let (before, after, lines) = match old {
        // Nothing but comments.
        None => (text, "", print::block(new)),
        Some(old) => {
            let lines = match old.style {
                Style::Flow => vec![print::flow(new)],
                Style::Block | Style::Alias => print::block(new),
            };
            (&text[..old.span.start], &text[old.span.end..], lines)
        }
    };
    // A block mapping begins on its own line: not behind `---`.
    let opening =
        if lines.len() < 2 || before.is_empty() || before.ends_with('\n') { "" } else { newline };
    let closing = if after.is_empty() { newline } else { "" };
    format!("{before}{opening}{}{closing}{after}", lines.join(newline))
}

/// The line break that the text uses.
fn newline(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}
