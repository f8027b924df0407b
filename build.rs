//! Sets `MOKCTL_COMMIT` to the commit that mokctl is built from. It is empty if this folder is not
//! a checkout, such as an unpacked archive.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rustc-env=MOKCTL_COMMIT={}", commit().unwrap_or_default());
    // The log gets a line whenever HEAD moves, in a linked worktree too. A missing file would
    // cause a rebuild each time, so it is not watched.
    let log = git(&["rev-parse", "--git-path", "logs/HEAD"]);
    let watched = log.filter(|log| Path::new(log).exists()).unwrap_or("build.rs".to_owned());
    println!("cargo::rerun-if-changed={watched}");
}

/// Returns the commit of this folder's repository, not of one that contains the folder.
fn commit() -> Option<String> {
    let inside = git(&["rev-parse", "--show-prefix"])?;
    if inside.is_empty() { git(&["rev-parse", "--short=7", "HEAD"]) } else { None }
}

/// Runs git and returns its output. The checkout may belong to another user.
fn git(words: &[&str]) -> Option<String> {
    let output = Command::new("git").args(["-c", "safe.directory=*"]).args(words).output().ok()?;
    let text = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
    Some(text.trim().to_owned())
}
