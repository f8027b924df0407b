//! Numbers on the command line: how they must be written, and between which limits.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use crate::cli::error::UsageError;

/// Parses a plain decimal number within `allowed`. "+1" and "01" are refused, although Rust
/// parses them.
pub(super) fn number<N: FromStr + Display + PartialOrd>(
    what: &'static str,
    word: &str,
    allowed: RangeInclusive<N>,
) -> Result<N, UsageError> {
    word.parse().ok().filter(|n: &N| n.to_string() == word && allowed.contains(n)).ok_or_else(
        || UsageError::Number {
            what,
            word: word.to_owned(),
            min: allowed.start().to_string(),
            max: allowed.end().to_string(),
        },
    )
}
