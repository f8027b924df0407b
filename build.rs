//! Tells the program which commit it is built from, in `MOKCTL_COMMIT`: empty
//! where this folder is no checkout, such as an unpacked archive.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rustc-env=MOKCTL_COMMIT={}", commit().unwrap_or_default());
    // The log has a line more whenever HEAD moves, in a linked worktree too. A file
    // that is not there would have everything built anew each time.
    let log = git(&["rev-parse", "--git-path", "logs/HEAD"]);
    let watched = log.filter(|log| Path::new(log).exists()).unwrap_or("build.rs".to_owned());
    println!("cargo::rerun-if-changed={watched}");
}

/// The commit of this folder's own repository, not of one that it lies in.
fn commit() -> Option<String> {
    let inside = git(&["rev-parse", "--show-prefix"])?;
    if inside.is_empty() { git(&["rev-parse", "--short=7", "HEAD"]) } else { None }
}

/// What git answers; a checkout may be another user's.
fn git(words: &[&str]) -> Option<String> {
    let output = Command::new("git").args(["-c", "safe.directory=*"]).args(words).output().ok()?;
    let text = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
    Some(text.trim().to_owned())
}
