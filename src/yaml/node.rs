//! The tree of a YAML document, in which each node knows its place in the text.

use std::ops::Range;

/// How a collection is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// By indentation. Scalars, and nodes that come from no text, have this style too.
    Block,
    /// In brackets.
    Flow,
    /// As `*name`, a copy of a node elsewhere in the document.
    Alias,
}

/// A value and its place in the text. It has no `Debug`, because it may be a private key.
#[derive(Clone)]
pub(crate) struct Node {
    /// The bytes from its first to its last visible character. An absent value has an empty
    /// span somewhere after its key.
    pub(crate) span: Range<usize>,
    /// The line on which the node begins, counted from 1.
    pub(crate) line: usize,
    pub(crate) style: Style,
    /// The full tag, if the text has one.
    pub(crate) tag: Option<String>,
    pub(crate) kind: Kind,
}

/// What a value is.
#[derive(Clone)]
pub(crate) enum Kind {
    /// A string. If it is `typed`, readers may take it for a null, a boolean, a number or a date.
    Scalar { text: String, typed: bool },
    /// A sequence.
    List(Vec<Node>),
    /// The pairs of a mapping, in the order of the text.
    Map(Vec<(Node, Node)>),
}

impl Node {
    pub(crate) fn new(kind: Kind) -> Self {
        Self { span: 0..0, line: 1, style: Style::Block, tag: None, kind }
    }

    pub(crate) fn text(text: &str) -> Self {
        Self::new(Kind::Scalar { text: text.to_owned(), typed: false })
    }

    pub(crate) fn list(items: Vec<Self>) -> Self {
        Self::new(Kind::List(items))
    }

    pub(crate) fn map<const N: usize>(pairs: [(&str, Self); N]) -> Self {
        Self::new(Kind::Map(pairs.map(|(key, value)| (Self::text(key), value)).into()))
    }

    /// Returns the text of a scalar.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar { text, .. } => Some(text),
            Kind::List(_) | Kind::Map(_) => None,
        }
    }

    /// Returns the items of a sequence. A null counts as an empty sequence.
    pub(crate) fn as_list(&self) -> Option<&[Self]> {
        match &self.kind {
            Kind::List(items) => Some(items),
            _ if self.is_null() => Some(&[]),
            Kind::Scalar { .. } | Kind::Map(_) => None,
        }
    }

    /// Returns the pairs of a mapping.
    pub(crate) fn as_map(&self) -> Option<&[(Self, Self)]> {
        match &self.kind {
            Kind::Map(pairs) => Some(pairs),
            Kind::Scalar { .. } | Kind::List(_) => None,
        }
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(&self.kind, Kind::Scalar { text, typed: true }
            if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// Returns the pair of a mapping whose key is `key`.
    pub(crate) fn pair(&self, key: &str) -> Option<&(Self, Self)> {
        self.as_map()?.iter().find(|(k, _)| k.as_text() == Some(key))
    }

    /// Returns the value of a mapping under `key`.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        self.pair(key).map(|(_, value)| value)
    }

    /// Whether this is an entry of a kubeconfig list called `name`.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        self.get("name").and_then(Self::as_text) == Some(name)
    }

    /// Whether both nodes have the same value, however it is written.
    pub(crate) fn same_value(&self, other: &Self) -> bool {
        let kinds = || match (&self.kind, &other.kind) {
            (Kind::Scalar { text: a, typed: x }, Kind::Scalar { text: b, typed: y }) => {
                a == b && x == y
            }
            (Kind::List(a), Kind::List(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same_value(b))
            }
            (Kind::Map(a), Kind::Map(b)) => {
                a.len() == b.len()
                    && a.iter().zip(b).all(|(a, b)| a.0.same_value(&b.0) && a.1.same_value(&b.1))
            }
            _ => false,
        };
        // A null can be written in several ways.
        self.tag == other.tag && (self.is_null() && other.is_null() || kinds())
    }
}

/// Whether some reader of YAML, 1.1 or 1.2, may take the unquoted `word` for a null, a
/// boolean, a number or a date.
pub(crate) fn may_be_typed(word: &str) -> bool {
    let number = |b: u8| b.is_ascii_alphanumeric() || b"+-._:".contains(&b);
    let keyword = matches!(
        word.to_ascii_lowercase().as_str(),
        "" | "~" | "null" | "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n"
    );
    keyword
        || (word.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c))
            && word.bytes().all(number))
}
