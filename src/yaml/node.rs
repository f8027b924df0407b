//! The tree that a YAML document says, with the place in the text that says
//! each part.

use std::ops::Range;

/// How a collection is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// By indentation; also every scalar, and what was never written.
    Block,
    /// In brackets.
    Flow,
    /// As `*name`, a copy of what stands elsewhere.
    Alias,
}

/// One value. It has no `Debug`: it may be a key.
#[derive(Clone)]
pub(crate) struct Node {
    /// The bytes of the text from the first to the last visible character. An
    /// absent value has an empty span somewhere behind its key.
    pub(crate) span: Range<usize>,
    /// The line on which it begins, counted from 1.
    pub(crate) line: usize,
    pub(crate) style: Style,
    /// The full tag, where one is written.
    pub(crate) tag: Option<String>,
    pub(crate) kind: Kind,
}

/// What a value is.
#[derive(Clone)]
pub(crate) enum Kind {
    /// A string, or what a reader may take for something else when `typed`.
    Scalar { text: String, typed: bool },
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, in the order it is written.
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

    /// The string that this is.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar { text, .. } => Some(text),
            Kind::List(_) | Kind::Map(_) => None,
        }
    }

    /// The items of a sequence, which may be absent: none.
    pub(crate) fn as_list(&self) -> Option<&[Self]> {
        match &self.kind {
            Kind::List(items) => Some(items),
            _ if self.is_null() => Some(&[]),
            Kind::Scalar { .. } | Kind::Map(_) => None,
        }
    }

    /// The pairs of a mapping.
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

    /// The key and value of a mapping, by the key.
    pub(crate) fn pair(&self, key: &str) -> Option<&(Self, Self)> {
        self.as_map()?.iter().find(|(k, _)| k.as_text() == Some(key))
    }

    /// The value of a mapping under `key`.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        self.pair(key).map(|(_, value)| value)
    }

    /// Whether this is an entry of a kubeconfig list called `name`.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        self.get("name").and_then(Self::as_text) == Some(name)
    }

    /// Whether both say the same, however it is written.
    pub(crate) fn says(&self, other: &Self) -> bool {
        let kinds = || match (&self.kind, &other.kind) {
            (Kind::Scalar { text: a, typed: x }, Kind::Scalar { text: b, typed: y }) => {
                a == b && x == y
            }
            (Kind::List(a), Kind::List(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.says(b))
            }
            (Kind::Map(a), Kind::Map(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.0.says(&b.0) && a.1.says(&b.1))
            }
            _ => false,
        };
        // Nothing can be said in several ways.
        self.tag == other.tag && (self.is_null() && other.is_null() || kinds())
    }
}

/// Whether some reader of YAML, 1.1 or 1.2, may take the bare word for a
/// null, a boolean, a number or a date.
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
