//! `export snapshot` and `load snapshot`: from one engine to another.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::harness::Machine;

fn exported() -> Machine {
    let machine = Machine::new().with_cluster("a 1 1");
    machine.mokctl("create snapshot a s -q").run();
    let stderr = "Exporting snapshot s .. ok (0.0 s)\n";
    machine.mokctl("export snapshot s s.tgz").stdout("s.tgz\n").stderr(stderr).run();
    machine
}

#[test]
fn a_snapshot_goes_to_another_engine_and_its_cluster_with_it() {
    let machine = exported();
    let mode = fs::metadata(machine.path("s.tgz")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let other = Machine::new();
    fs::copy(machine.path("s.tgz"), other.path("s.tgz")).unwrap();
    let stderr = "Checking s.tgz .. ok (0.0 s)\nLoading snapshot s .. ok (0.0 s)\n";
    other.mokctl("load snapshot s.tgz").stdout("s\n").stderr(stderr).run();
    // The file is sent on standard input: a client from a snap cannot read most paths.
    assert_eq!(other.docker.call("load").line(), "load --quiet");
    assert_eq!(other.docker.images(), machine.docker.images());
    other.mokctl("restore cluster a s -q").run();
    assert_eq!(other.docker.names(), machine.docker.names());
}

#[test]
fn a_file_that_cannot_be_used_is_refused_before_the_engine_sees_it() {
    let machine = exported();
    machine.mokctl("delete snapshot s -q").run();
    let good = fs::read(machine.path("s.tgz")).unwrap();
    let refused = |bytes: &[u8], why: &str| {
        fs::write(machine.path("bad.tgz"), bytes).unwrap();
        let outcome = machine.mokctl("load snapshot bad.tgz").outcome();
        let error = format!("mokctl: error: cannot load bad.tgz: {why}\n");
        outcome
            .assert(outcome.stderr.ends_with(&error) && outcome.code() == Some(1), "not refused");
        assert!(machine.docker.calls().iter().all(|call| call.verb() != "load"));
    };
    refused(b"text", "not a snapshot that mokctl exported");
    refused(b"", "not a snapshot that mokctl exported");
    refused(&good[..good.len() - 9], "checksum mismatch: the file is damaged");
    let outcome = machine.mokctl("load snapshot none.tgz").outcome();
    let error = "mokctl: error: cannot load none.tgz: it cannot be read: No such file";
    outcome.assert(outcome.stderr.contains(error), "not refused");
    machine.docker.remove_images();
    let outcome = machine.mokctl("load snapshot s.tgz").outcome();
    let error = "(local/mok-debian-13:v1.37.2), on which the snapshot is based\nhint: copy it: ";
    outcome.assert(outcome.stderr.contains(error), "the node image is not missed");
}

#[test]
fn a_snapshot_that_is_there_is_not_overwritten() {
    let machine = exported();
    let stderr = "Checking s.tgz .. ok (0.0 s)\nmokctl: error: snapshot s already exists\n\
        hint: 'mokctl delete snapshot s' removes it\n";
    machine.mokctl("load snapshot s.tgz").stderr(stderr).code(1).run();
}

#[test]
fn a_failed_export_leaves_no_file_and_a_failed_load_no_image() {
    let machine = exported();
    machine.docker.on("save *").fails(1, "Error response from daemon: no space left");
    let outcome = machine.mokctl("export snapshot s t.tgz").outcome();
    outcome
        .assert(outcome.code() == Some(1) && outcome.stderr.contains("no space left"), "no error");
    let files = fs::read_dir(machine.path("")).unwrap();
    let names: Vec<_> = files.map(|entry| entry.unwrap().file_name()).collect();
    assert!(names.iter().all(|name| !name.to_string_lossy().starts_with(".tmp")), "{names:?}");
    assert!(!machine.path("t.tgz").exists());

    machine.mokctl("delete snapshot s -q").run();
    machine.docker.on("load *").is_killed();
    let outcome = machine.mokctl("load snapshot s.tgz").outcome();
    outcome.assert(outcome.code() == Some(1), "no error");
    assert_eq!(machine.docker.images().len(), 1, "something is left");
}
