//! The generated part of a document, between two markers.

use std::fs;
use std::path::Path;

/// Puts `text` between `<!-- NAME: begin -->` and `<!-- NAME: end -->`.
pub(crate) fn replace(document: &Path, name: &str, text: &str) -> Result<(), String> {
    let wrong = |error: String| format!("{}: {error}", document.display());
    let old = fs::read_to_string(document).map_err(|error| wrong(error.to_string()))?;
    let new = between(&old, name, text).ok_or_else(|| wrong(format!("has no marks for {name}")))?;
    fs::write(document, new).map_err(|error| wrong(error.to_string()))
}

/// Returns `old` with `text` between its markers, or `None` if it has no markers.
pub(crate) fn between(old: &str, name: &str, text: &str) -> Option<String> {
    let (before, rest) = old.split_once(&format!("<!-- {name}: begin -->\n"))?;
    let (_, after) = rest.split_once(&format!("<!-- {name}: end -->\n"))?;
    Some(format!("{before}<!-- {name}: begin -->\n{text}<!-- {name}: end -->\n{after}"))
}
