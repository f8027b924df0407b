//! Tells the program which commit it is built from, in `MOKCTL_COMMIT`: empty
//! where this folder is no checkout, such as an unpacked archive. Has what tests start linked so
//! that it starts quickly.

use std::env;
use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rustc-env=MOKCTL_COMMIT={}", commit().unwrap_or_default());
    // The log has a line more whenever HEAD moves, in a linked worktree too. A file
    // that is not there would have everything built anew each time.
    let log = git(&["rev-parse", "--git-path", "logs/HEAD"]);
    let watched = log.filter(|log| Path::new(log).exists()).unwrap_or("build.rs".to_owned());
    println!("cargo::rerun-if-changed={watched}");
    link_for_tests();
}

/// Tests start the unoptimised program and their fake engine some thousand times. A program at a
/// fixed address need not adjust its pointers first, which had been half of a start's page faults
/// (`perf stat`: 320, now 167). What users run is linked as rustc does it.
fn link_for_tests() {
    let is = |name, value| env::var(name).is_ok_and(|it| it == value);
    if is("PROFILE", "debug") && is("CARGO_CFG_TARGET_OS", "linux") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
        println!("cargo::rustc-link-arg-examples=-no-pie");
    }
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
