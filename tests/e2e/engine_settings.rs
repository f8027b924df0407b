//! Settings of an engine's `daemon.json`, each tried on a separate engine: a cluster is created
//! all the same, or one line says why it cannot be.

use std::fs;

use crate::cluster::Cluster;
use crate::engine::{shown, tell};
use crate::second_engine::SecondEngine;

/// Settings with which a cluster is created.
const HARMLESS: [&str; 10] = [
    r#"{"live-restore": true}"#,
    r#"{"log-driver": "none"}"#,
    r#"{"log-driver": "syslog"}"#,
    r#"{"default-ulimits": {"nofile": {"Name": "nofile", "Hard": 256, "Soft": 128}}}"#,
    r#"{"default-address-pools": [{"base": "10.213.0.0/16", "size": 24}]}"#,
    r#"{"bridge": "none"}"#,
    r#"{"iptables": false}"#,
    r#"{"icc": false}"#,
    r#"{"init": true}"#,
    r#"{"no-new-privileges": true}"#,
];

#[test]
#[ignore = "slow, ten clusters: make e2e-full"]
fn defaults_of_the_engine_are_survived_or_named() {
    let Some(cluster) = Cluster::named("settings") else { return };
    let engine = SecondEngine::near();
    let mokctl = |words: &[&str]| cluster.mokctl_with(words, &[("DOCKER_HOST", &engine.host)]);
    let create = ["create", "cluster", &cluster.name, "1", "0"];
    for settings in HARMLESS {
        engine.restart_with(settings);
        let output = mokctl(&create);
        assert!(output.status.success(), "{}", shown(settings, &output));
        let output = mokctl(&["delete", "cluster", &cluster.name, "--yes"]);
        assert!(output.status.success(), "{}", shown(settings, &output));
        tell(&format!("{}: {settings}", cluster.name));
    }
    // With this setting the engine has another image store.
    engine.restart_with(r#"{"userns-remap": "default"}"#);
    engine.load_image();
    let output = mokctl(&create);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("maps users (userns-remap)"), "{said}");
    fs::remove_file(engine.folder.join("daemon.json")).unwrap();
}
