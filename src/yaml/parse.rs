//! Reads YAML into trees of [`Node`]. Knows the events of saphyr's parser and what is odd about
//! their positions. Knows nothing about what the text means.

use std::collections::HashMap;
use std::ops::Range;
use std::str::Chars;

use saphyr_parser::{BufferedInput, Event, Parser, ScalarStyle, ScanError, Span, Tag};

use super::TextError;
use super::node::{Kind, Node, Style, may_be_typed};

/// How deeply collections may be nested. The limit is there because the tree is walked by
/// recursion.
const MAX_DEPTH: usize = 100;

/// How many nodes a text may have, with each alias counted as a copy. Without a limit, a few
/// lines of aliases of aliases would fill the memory.
const MAX_NODES: usize = 100_000;

/// Returns the root of each document in `text`.
pub(crate) fn parse(text: &str) -> Result<Vec<Node>, TextError> {
    let offsets = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let mut reader = Reader {
        text,
        offsets,
        // Not `new_from_str`: its input counts the bytes of a directive, not the characters.
        events: Parser::new_from_iter(text.chars()),
        anchors: HashMap::new(),
        nodes: 0,
    };
    let mut documents = Vec::new();
    loop {
        let (event, _) = reader.next()?;
        match event {
            Event::DocumentStart(_) => {
                let (event, span) = reader.next()?;
                documents.push(reader.node(event, span, 0)?);
                reader.anchors.clear();
            }
            Event::StreamEnd => return Ok(documents),
            _ => {}
        }
    }
}

struct Reader<'t> {
    text: &'t str,
    /// The byte offset of each character. The parser counts characters, `span` counts bytes.
    offsets: Vec<usize>,
    events: Parser<'t, BufferedInput<Chars<'t>>>,
    /// The node that each anchor stands for, and how many nodes it consists of.
    anchors: HashMap<usize, (Node, usize)>,
    nodes: usize,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Result<(Event<'t>, Span), TextError> {
        let refused = |error: ScanError| TextError::new(error.marker().line(), error.info().trim());
        match self.events.next_event() {
            Some(event) => event.map_err(refused),
            None => Err(TextError::new(1, "the YAML ends too early")),
        }
    }

    /// Reads the node that begins with `event`.
    fn node(&mut self, event: Event<'t>, span: Span, depth: usize) -> Result<Node, TextError> {
        let line = span.start.line();
        let before = self.nodes;
        self.nodes += 1;
        if depth > MAX_DEPTH {
            return Err(TextError::new(line, "nested too deeply"));
        }
        let mut place = self.bytes(span);
        let opened_by_bracket = self.text[place.clone()].ends_with(['[', '{']);
        let (kind, anchor, tag) = match event {
            Event::Alias(id) => {
                let Some((node, size)) = self.anchors.get(&id) else {
                    return Err(TextError::new(line, "an alias that stands for itself"));
                };
                self.nodes += size;
                if self.nodes > MAX_NODES {
                    return Err(TextError::new(line, "too many aliases"));
                }
                return Ok(Node { span: place, line, style: Style::Alias, ..node.clone() });
            }
            Event::Scalar(text, style, anchor, tag) => {
                let typed = style == ScalarStyle::Plain && may_be_typed(&text);
                if let Some(quote) = quote(style) {
                    place.end = place.start + quoted_len(&self.text[place.clone()], quote);
                }
                (Kind::Scalar { text: text.into_owned(), typed }, anchor, tag)
            }
            Event::SequenceStart(anchor, tag) => {
                let mut items = Vec::new();
                let end = loop {
                    let (event, span) = self.next()?;
                    if event == Event::SequenceEnd {
                        // Right after the bracket: the event's span includes a comment after it.
                        break self.bytes(span).start + 1;
                    }
                    items.push(self.node(event, span, depth + 1)?);
                };
                let last = items.last().map_or(place.end, |item| item.span.end);
                place.end = if opened_by_bracket { end } else { last };
                (Kind::List(items), anchor, tag)
            }
            Event::MappingStart(anchor, tag) => {
                let mut pairs = Vec::new();
                let end = loop {
                    let (event, span) = self.next()?;
                    if event == Event::MappingEnd {
                        // Right after the bracket: the event's span includes a comment after it.
                        break self.bytes(span).start + 1;
                    }
                    let key = self.node(event, span, depth + 1)?;
                    let (event, span) = self.next()?;
                    let mut value = self.node(event, span, depth + 1)?;
                    if value.span.is_empty() {
                        // The parser places an absent value in front of the colon, or, if there is
                        // no colon, far after the key.
                        let at = behind_colon(self.text, &key).unwrap_or(key.span.end);
                        value.span = at..at;
                    }
                    pairs.push((key, value));
                };
                let last =
                    pairs.last().map_or(place.end, |(key, value)| value.span.end.max(key.span.end));
                place.end = if opened_by_bracket { end } else { last };
                (Kind::Map(pairs), anchor, tag)
            }
            _ => return Err(TextError::new(line, "a value is missing")),
        };
        let collection = !matches!(kind, Kind::Scalar { .. });
        let style = if opened_by_bracket && collection { Style::Flow } else { Style::Block };
        let node = Node { span: place, line, style, tag: tag.map(|tag| full_tag(&tag)), kind };
        if anchor != 0 {
            self.anchors.insert(anchor, (node.clone(), self.nodes - before));
        }
        Ok(node)
    }

    /// Converts a span to bytes, without the blanks and line breaks at its end: the parser counts
    /// the line breaks after a block scalar as part of it.
    fn bytes(&self, span: Span) -> Range<usize> {
        let byte = |index: usize| self.offsets.get(index).copied().unwrap_or(self.text.len());
        let (start, end) = (byte(span.start.index()), byte(span.end.index()));
        match self.text.get(start..end) {
            Some(text) => start..start + text.trim_end().len(),
            None => start..start,
        }
    }
}

/// Returns the place right after the colon that follows `key`, if one does.
pub(crate) fn behind_colon(text: &str, key: &Node) -> Option<usize> {
    let rest = text[key.span.end..].trim_start_matches([' ', '\t']);
    rest.starts_with(':').then(|| text.len() - rest.len() + 1)
}

fn quote(style: ScalarStyle) -> Option<char> {
    match style {
        ScalarStyle::SingleQuoted => Some('\''),
        ScalarStyle::DoubleQuoted => Some('"'),
        ScalarStyle::Plain | ScalarStyle::Literal | ScalarStyle::Folded => None,
    }
}

/// Returns where the quoted string at the beginning of `text` ends. An anchor or a tag may
/// precede it. The parser counts the blanks and the comment after the string as part of it.
fn quoted_len(text: &str, quote: char) -> usize {
    let mut chars = text.char_indices().skip_while(|(_, c)| *c != quote).skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        let is_escape = if quote == '"' {
            c == '\\'
        } else {
            c == quote && chars.peek().is_some_and(|(_, next)| *next == quote)
        };
        if is_escape {
            chars.next();
        } else if c == quote {
            return at + 1;
        }
    }
    text.len()
}

fn full_tag(tag: &Tag) -> String {
    format!("{}{}", tag.handle, tag.suffix)
}
