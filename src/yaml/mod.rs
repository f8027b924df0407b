//! Reads and prints YAML. A text is read as a tree that knows the place of each part, or as
//! plain values. Knows nothing about what the text means.

mod node;
mod parse;
mod print;
mod value;

use thiserror::Error;

pub(crate) use node::{Kind, Node, Style, may_be_typed};
pub(crate) use parse::{behind_colon, parse};
pub use print::print;
pub use value::values;

/// Why a text was refused. No message quotes a value: it may be a private key.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}: {reason}")]
pub struct TextError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub reason: String,
}

impl TextError {
    pub(crate) fn new(line: usize, reason: impl Into<String>) -> Self {
        Self { line, reason: reason.into() }
    }
}
