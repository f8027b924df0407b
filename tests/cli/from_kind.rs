//! Runs every block of commands in the documents for users of other tools.

use std::process::Command;

use crate::upgrade;

/// A certificate for the examples.
const CA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/node/pki/testdata/ca.crt");

/// Returns the shell blocks of `document`.
fn blocks(document: &str) -> Vec<&str> {
    let parts = document.split("```sh\n").skip(1);
    parts.map(|rest| rest.split("```").next().unwrap()).collect()
}

#[track_caller]
fn run(block: &str) {
    let machine = upgrade::machine();
    let (words, env) = machine.mokctl("version").into_parts();
    let program = words[0].rsplit_once('/').unwrap().0;
    let mut shell = Command::new("bash");
    shell
        .args(["-euo", "pipefail", "-c", block])
        .env_clear()
        .envs([("CA", CA), ("SSL_CERT_FILE", CA)])
        .current_dir(machine.path("."));
    for (name, value) in env {
        let value = if name == "PATH" { format!("{program}:{value}") } else { value };
        shell.env(name, value);
    }
    let output = shell.output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{block}\n{stderr}\n{}", machine.docker.log());
    assert!(!stderr.contains("warning"), "{block}\n{stderr}");
}

#[test]
fn every_example_for_users_of_kind_works() {
    let blocks = blocks(include_str!("../../docs/from-kind.md"));
    assert!(blocks.len() > 6, "only {} blocks", blocks.len());
    blocks.into_iter().for_each(run);
}

#[test]
fn every_example_of_nodes_works() {
    let blocks = blocks(include_str!("../../docs/nodes.md"));
    assert!(blocks.len() > 1, "only {} blocks", blocks.len());
    blocks.into_iter().for_each(run);
}

#[test]
fn every_example_of_registries_works() {
    let blocks = blocks(include_str!("../../docs/registries.md"));
    assert!(blocks.len() > 3, "only {} blocks", blocks.len());
    blocks.into_iter().for_each(run);
}

#[test]
fn every_cluster_of_the_recipes_is_made() {
    let blocks = blocks(include_str!("../../docs/recipes.md"));
    assert!(blocks.len() > 5, "only {} blocks", blocks.len());
    blocks.into_iter().for_each(run);
}
