//! Edits of the text of a kubeconfig. Knows where a list, an item and a value begin and end in the
//! text, in block style and in brackets. Knows nothing about their meaning.

use std::ops::Range;

use super::print;
use crate::yaml::{Node, Style, behind_colon};

/// Edits of one text, collected and then applied all at once.
pub(super) struct Edits<'t> {
    text: &'t str,
    newline: &'static str,
    /// Whether the document is in brackets, where line breaks mean nothing.
    flow: bool,
    /// The spaces before each top-level key.
    indent: &'t str,
    made: Vec<(Range<usize>, String)>,
}

impl<'t> Edits<'t> {
    pub(super) fn new(text: &'t str, newline: &'static str, root: &Node) -> Option<Self> {
        let (key, _) = root.as_map()?.first()?;
        let flow = root.style == Style::Flow;
        let indent =
            if flow { "" } else { blank(&text[line_start(text, key.span.start)..key.span.start])? };
        (root.style != Style::Alias).then(|| Self { text, newline, flow, indent, made: Vec::new() })
    }

    /// Puts `entry` into the list: in place of the first entry called `name`, or else at the end.
    /// Removes further entries of that name.
    pub(super) fn put(
        &mut self,
        (key, list): &(Node, Node),
        entry: &Node,
        name: &str,
    ) -> Option<()> {
        let items = editable(list)?;
        let Some(end) = items.last().map(|item| item.span.end) else {
            return self.fill(key, list, entry);
        };
        let mut ours = (0..items.len()).filter(|at| items[*at].is_named(name));
        match (ours.next(), list.style == Style::Flow) {
            (Some(at), true) => self.replace(items[at].span.clone(), print::flow(entry)),
            (None, true) => self.insert(end, format!(", {}", print::flow(entry))),
            (Some(at), false) => {
                let range = self.item_range(key, items, at)?;
                self.replace(range, self.item_lines(key, items, entry)?);
            }
            (None, false) => {
                self.insert(line_end(self.text, end), self.item_lines(key, items, entry)?);
            }
        }
        for at in ours {
            self.replace(self.item_range(key, items, at)?, String::new());
        }
        Some(())
    }

    /// Removes the entries called `name` from the list.
    pub(super) fn take(&mut self, (key, list): &(Node, Node), name: &str) -> Option<()> {
        let items = editable(list)?;
        let ours: Vec<_> = (0..items.len()).filter(|at| items[*at].is_named(name)).collect();
        if !ours.is_empty() && ours.len() == items.len() {
            if list.style == Style::Flow {
                self.replace(list.span.clone(), "[]".to_owned());
                return Some(());
            }
            self.insert(behind_colon(self.text, key)?, " []".to_owned());
        }
        for at in ours {
            self.replace(self.item_range(key, items, at)?, String::new());
        }
        Some(())
    }

    /// Writes `entry` into an empty list.
    fn fill(&mut self, key: &Node, list: &Node, entry: &Node) -> Option<()> {
        let start = behind_colon(self.text, key)?;
        let range = start..list.span.end.max(start);
        if self.flow {
            self.replace(range, format!(" [{}]", print::flow(entry)));
        } else {
            self.replace(range, self.lines(self.indent, &print::item(entry)));
        }
        Some(())
    }

    /// Replaces the value `old` of `key` with the string `new`.
    pub(super) fn set(&mut self, (key, old): &(Node, Node), new: &Node) -> Option<()> {
        let start = behind_colon(self.text, key)?;
        let new = if self.flow { print::flow(new) } else { print::block(new).concat() };
        let header = self.text.get(start..old.span.start).unwrap_or_default();
        if old.span.is_empty() || header.contains(['|', '>']) {
            // A block scalar also has a header, `|` or `>`, which must go with its lines.
            self.replace(start..old.span.end, format!(" {new}"));
        } else {
            self.replace(old.span.clone(), new);
        }
        Some(())
    }

    /// Writes a new key and its value after the mapping's last pair, whose value is `last`.
    pub(super) fn add_pair(&mut self, root: &Node, last: &Node, key: &str, value: &Node) {
        if self.flow {
            let text = format!(", {}: {}", print::flow(&Node::text(key)), print::flow(value));
            self.insert(last.span.end, text);
        } else {
            let lines = print::block(&Node::map([(key, value.clone())]));
            self.insert(line_end(self.text, root.span.end), self.lines(self.indent, &lines));
        }
    }

    /// Returns the range to delete for an item. It includes the comma or line break before the
    /// item, so that the text after the list stays as it is.
    fn item_range(&self, key: &Node, items: &[Node], at: usize) -> Option<Range<usize>> {
        let item = &items[at];
        let previous = at.checked_sub(1).map(|at| items[at].span.end);
        if self.text[..item.span.start].trim_end().ends_with(['[', ',']) {
            return Some(match (previous, items.get(at + 1)) {
                (Some(end), _) => end..item.span.end,
                (None, Some(next)) => item.span.start..next.span.start,
                (None, None) => item.span.clone(),
            });
        }
        let start = self.dash(previous.unwrap_or(key.span.end), item)?;
        // The line break is the one that `lines` writes. Any further `\r` belongs to the line
        // before.
        let before = &self.text[..start];
        let before = before.strip_suffix(self.newline).or_else(|| before.strip_suffix('\n'))?;
        Some(before.len()..line_end(self.text, item.span.end))
    }

    /// Returns the lines of a new item, each with a line break before it, indented like the list's
    /// other items.
    fn item_lines(&self, key: &Node, items: &[Node], entry: &Node) -> Option<String> {
        let sibling = items.first()?;
        let start = self.dash(key.span.end, sibling)?;
        let line = &self.text[start..];
        let indent = &line[..line.len() - line.trim_start_matches(' ').len()];
        Some(self.lines(indent, &print::item(entry)))
    }

    /// Returns the start of the line that has the item's dash. The dash may be some lines above the
    /// item's first key, but not above `after`.
    fn dash(&self, after: usize, item: &Node) -> Option<usize> {
        let mut start = line_start(self.text, item.span.start);
        while start > after {
            let mut line = self.text[start..].trim_start_matches(' ').chars();
            if line.next() == Some('-') && line.next().is_none_or(char::is_whitespace) {
                return Some(start);
            }
            start = line_start(self.text, start - 1);
        }
        None
    }

    /// Joins the lines, each with a line break and `indent` before it.
    fn lines(&self, indent: &str, lines: &[String]) -> String {
        let newline = format!("{}{indent}", self.newline);
        format!("{newline}{}", lines.join(&newline))
    }

    fn insert(&mut self, at: usize, new: String) {
        self.replace(at..at, new);
    }

    fn replace(&mut self, range: Range<usize>, new: String) {
        self.made.push((range, new));
    }

    /// Returns the new text, or `None` if two edits overlap.
    pub(super) fn apply(mut self) -> Option<String> {
        // The sort is stable, so edits at one place keep the order in which they were added.
        self.made.sort_by_key(|(range, _)| range.start);
        let mut new = String::with_capacity(self.text.len());
        let mut done = 0;
        for (range, text) in &self.made {
            new.push_str(self.text.get(done..range.start)?);
            new.push_str(text);
            done = range.end;
        }
        new.push_str(self.text.get(done..)?);
        Some(new)
    }
}

/// Returns the items of a list, unless it is an alias: then its text is elsewhere.
fn editable(list: &Node) -> Option<&[Node]> {
    if list.style == Style::Alias { None } else { list.as_list() }
}

fn blank(text: &str) -> Option<&str> {
    text.bytes().all(|b| b == b' ').then_some(text)
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// Returns the end of the line that `at` is on, before its line break.
fn line_end(text: &str, at: usize) -> usize {
    let line = text[at..].split('\n').next().unwrap_or_default();
    at + line.strip_suffix('\r').unwrap_or(line).len()
}
