//! The user's kubeconfig.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::harness::{Machine, OTHERS};

#[test]
fn the_kubeconfig_is_for_its_owner_alone_and_leads_to_the_published_port() {
    let machine = Machine::new().with_cluster("a 1 0");
    let mode = fs::metadata(machine.kubeconfig()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let publish = machine.docker.call("create ").flag("publish").unwrap().to_owned();
    let text = machine.kubeconfig_text();
    for line in [
        "current-context: mok-a".to_owned(),
        format!("server: https://{}", publish.strip_suffix(":6443/tcp").unwrap()),
        format!("certificate-authority-data: {}", machine.docker.words.ca_data),
        format!("client-key-data: {}", machine.docker.words.client_key_data),
    ] {
        assert!(text.contains(&line), "no '{line}' in\n{text}");
    }
}

#[test]
fn other_entries_of_the_kubeconfig_are_kept() {
    let machine = Machine::new();
    fs::create_dir(machine.path("home/.kube")).unwrap();
    fs::write(machine.kubeconfig(), OTHERS).unwrap();
    let machine = machine.with_cluster("a 1 0");
    let text = machine.kubeconfig_text();
    for line in OTHERS.lines().filter(|line| !line.starts_with("current-context")) {
        assert!(text.contains(line), "no '{line}' in\n{text}");
    }
    let outcome = machine.mokctl("delete cluster a").outcome();
    outcome.assert(outcome.code() == Some(0), "not deleted");
    let want = OTHERS.replace("current-context: work", "current-context: \"\"");
    assert_eq!(machine.kubeconfig_text(), want);
}

#[test]
fn the_variable_says_where_the_kubeconfig_is() {
    let machine = Machine::new();
    let path = machine.path("elsewhere");
    let run = machine.mokctl("create cluster a 1 0 -q");
    run.env("KUBECONFIG", path.display().to_string()).run();
    assert!(fs::read_to_string(path).unwrap().contains("mok-a"));
    assert!(!machine.kubeconfig().exists());
}
