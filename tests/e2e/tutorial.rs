//! Runs the tutorial as a reader does: each command of a chapter, whose output must be what the
//! chapter shows. `make docs-test` runs these tests alone.
//!
//! The cluster of every chapter is called `lab`. Here it has the name of the test's cluster, so
//! that no other test uses it, and it is removed however the chapter ends.

use std::fs;
use std::path::Path;
use std::time::Instant;

use regex::Regex;

use crate::cluster::Cluster;
use crate::console::{compare, steps};
use crate::engine::tell;
use crate::shell::Shell;

/// Runs `chapter`, and panics at the first command that fails or prints something else.
fn follow(chapter: &str) {
    let Some(cluster) = Cluster::named("lab") else { return };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/tutorial").join(chapter);
    let name = Regex::new(r"\blab\b").unwrap();
    let document = fs::read_to_string(path).unwrap();
    let steps = steps(&name.replace_all(&document, &cluster.name));
    assert!(!steps.is_empty(), "{chapter} has no commands");
    let mut shell = Shell::start(&cluster);
    for step in &steps {
        let begun = Instant::now();
        let (printed, status) = shell.run(&step.command);
        let here = format!("{chapter}:{}: $ {}", step.line, step.command);
        assert!(status == 0, "{here}\nexit status {status}, and it printed:\n{printed}");
        if let Err(difference) = compare(&step.shown, &printed) {
            panic!("{here}\n{difference}\nit printed:\n{printed}");
        }
        tell(&format!("{here} ({:.1} s)", begun.elapsed().as_secs_f64()));
    }
}

#[test]
fn the_node_image() {
    follow("1-node-image.md");
}

#[test]
fn one_node() {
    follow("2-one-node.md");
}

#[test]
fn a_second_node() {
    follow("3-second-node.md");
}

#[test]
fn three_problems() {
    follow("4-three-problems.md");
}

#[test]
fn the_state_machine() {
    follow("5-state-machine.md");
}

#[test]
fn several_masters() {
    follow("6-several-masters.md");
}

#[test]
#[ignore = "minutes, and needs the image of Kubernetes 1.36: make docs-test"]
fn an_upgrade() {
    follow("7-upgrade.md");
}
