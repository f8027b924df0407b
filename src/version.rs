//! The version of mokctl.

use serde_json::json;

/// The version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The commit that mokctl was built from, if it is known (`build.rs`).
pub const COMMIT: Option<&str> = {
    let commit = env!("MOKCTL_COMMIT");
    if commit.is_empty() { None } else { Some(commit) }
};

/// Returns the version as a line, `mokctl 0.1.0 (abc1234)`.
#[must_use]
pub fn line() -> String {
    let commit = COMMIT.map(|commit| format!(" ({commit})")).unwrap_or_default();
    format!("mokctl {VERSION}{commit}")
}

/// Returns the version as JSON.
#[must_use]
pub fn as_json() -> String {
    format!("{:#}", json!({ "version": VERSION, "commit": COMMIT }))
}
