//! Runs the examples of docs/recipes.md as they are, except for the cluster's name.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::cluster::Cluster;
use crate::engine::{self, shown};

/// Returns the commands of each example, by its heading.
fn recipes() -> Vec<(String, String)> {
    let document = include_str!("../../docs/recipes.md");
    let section = |text: &str| {
        let (heading, text) = text.split_once('\n').unwrap();
        let fences = text.split("\n```").collect::<Vec<_>>();
        let typed = fences.iter().filter_map(|part| {
            part.strip_prefix("sh\n").or_else(|| part.strip_prefix("bash\n")).map(str::to_owned)
        });
        (heading.to_owned(), typed.collect::<Vec<_>>().join("\n"))
    };
    document.split("\n## ").skip(1).map(section).collect()
}

#[test]
#[ignore = "slow, seven clusters one after the other: make e2e-full"]
fn each_recipe_works_as_it_is_written() {
    let Some(cluster) = Cluster::named("recipe") else { return };
    let recipes = recipes();
    assert_eq!(recipes.len(), 7);
    let programs = cluster.folder().join("bin");
    fs::create_dir(&programs).unwrap();
    // A machine without kubectl uses that of the master.
    let kubectl = format!(
        "#!/bin/sh\nshift 2\nexec docker exec --interactive {} kubectl \
         --kubeconfig=/etc/kubernetes/admin.conf \"$@\"\n",
        cluster.node("master-1")
    );
    fs::write(programs.join("kubectl"), kubectl).unwrap();
    fs::set_permissions(programs.join("kubectl"), fs::Permissions::from_mode(0o755)).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_mokctl"), programs.join("mokctl")).unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    for (heading, text) in recipes {
        engine::tell(&format!("{}: {heading}", cluster.name));
        let folder = cluster.folder().join(heading.replace(' ', "-"));
        fs::create_dir(&folder).unwrap();
        let mut shell = Command::new("bash");
        shell.args(["-euo", "pipefail", "-c", &text.replace("demo", &cluster.name)]);
        shell.current_dir(&folder).env("PATH", &path).env("KUBECONFIG", cluster.kubeconfig());
        let output = engine::output_of(shell, b"").unwrap();
        assert!(output.status.success(), "{}", shown(&heading, &output));
        engine::remove(&cluster.name).unwrap();
    }
}
