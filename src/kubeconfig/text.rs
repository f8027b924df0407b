//! Applies a change to the text of a kubeconfig. The caller must check that the result says what it
//! should.

use super::change::Change;
use super::edits::Edits;
use super::print;
use crate::yaml::{Node, Style};

/// Returns the text with the change made to its first document, whose mapping is `root`. Returns
/// `None` if a text like this cannot be edited in place.
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
    // Added last: an edit of the last pair may be at the same place and must come before them.
    for (key, value) in added {
        edits.add_pair(root, last, key, &value);
    }
    edits.apply()
}

/// Returns the text with its first document rewritten to say `new`.
pub(super) fn rewrite(text: &str, old: Option<&Node>, new: &Node) -> String {
    let newline = newline(text);
    let (before, after, lines) = match old {
        // The text has no document, at most comments.
        None => (text, "", print::block(new)),
        Some(old) => {
            let lines = match old.style {
                Style::Flow => vec![print::flow(new)],
                Style::Block | Style::Alias => print::block(new),
            };
            (&text[..old.span.start], &text[old.span.end..], lines)
        }
    };
    // A block mapping must begin on a new line, not after `---`.
    let opening =
        if lines.len() < 2 || before.is_empty() || before.ends_with('\n') { "" } else { newline };
    let closing = if after.is_empty() { newline } else { "" };
    format!("{before}{opening}{}{closing}{after}", lines.join(newline))
}

/// Returns the line break that the text uses.
fn newline(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}
