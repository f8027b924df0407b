//! Writes a [`Node`] as YAML. Knows how kubectl lays out a file; knows nothing about its meaning.

use crate::yaml::{Kind, Node, may_be_typed};

/// Returns the lines of `node` in block style, laid out as kubectl does.
pub(super) fn block(node: &Node) -> Vec<String> {
    match &node.kind {
        Kind::Map(pairs) if is_open(node) => pairs.iter().flat_map(|(k, v)| pair(k, v)).collect(),
        Kind::List(items) if is_open(node) => items.iter().flat_map(item).collect(),
        _ => vec![inline(node, word)],
    }
}

/// Returns the lines of one item of a list in block style.
pub(super) fn item(node: &Node) -> Vec<String> {
    let dash = |(number, line)| format!("{}{line}", if number == 0 { "- " } else { "  " });
    block(node).into_iter().enumerate().map(dash).collect()
}

/// Returns `node` on one line, in brackets and with quoted strings. What was JSON stays JSON.
pub(super) fn flow(node: &Node) -> String {
    inline(node, quote)
}

fn pair(key: &Node, value: &Node) -> Vec<String> {
    let key = inline(key, word);
    if !is_open(value) {
        return vec![format!("{key}: {}", inline(value, word))];
    }
    // kubectl does not indent the dashes of a list below its key.
    let indent = if value.as_map().is_some() { "  " } else { "" };
    let lines = block(value).into_iter().map(|line| format!("{indent}{line}"));
    [format!("{key}:")].into_iter().chain(lines).collect()
}

/// Whether the node gets its own lines in block style, instead of following its key.
fn is_open(node: &Node) -> bool {
    node.tag.is_none()
        && match &node.kind {
            Kind::Scalar { .. } => false,
            Kind::List(items) => !items.is_empty(),
            Kind::Map(pairs) => !pairs.is_empty(),
        }
}

fn inline(node: &Node, string: fn(&str) -> String) -> String {
    let tag = node.tag.as_ref().map(|tag| format!("!<{tag}> ")).unwrap_or_default();
    let value = match &node.kind {
        Kind::Scalar { text, typed: true } if text.is_empty() => "null".to_owned(),
        Kind::Scalar { text, typed: true } => text.clone(),
        Kind::Scalar { text, typed: false } => string(text),
        Kind::List(items) => {
            let items: Vec<_> = items.iter().map(|item| inline(item, string)).collect();
            format!("[{}]", items.join(", "))
        }
        Kind::Map(pairs) => {
            let pair =
                |(k, v): &(Node, Node)| format!("{}: {}", inline(k, string), inline(v, string));
            let pairs: Vec<_> = pairs.iter().map(pair).collect();
            format!("{{{}}}", pairs.join(", "))
        }
    };
    format!("{tag}{value}")
}

/// Returns the string unquoted, unless some reader might take it for something else.
fn word(text: &str) -> String {
    let bare = |b: u8| b.is_ascii_alphanumeric() || b"-_./+=@:".contains(&b);
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(bare)
        && !text.ends_with(':')
        && !may_be_typed(text);
    if plain { text.to_owned() } else { quote(text) }
}

/// Returns the string in quotes, as JSON: every JSON string is a YAML string.
fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
