use std::os::unix::ffi::OsStringExt;

use super::*;
use crate::cli::verb::Verb;

fn read(line: &[&str]) -> Scan {
    scan(&line.iter().map(OsString::from).collect::<Vec<_>>(), &Defaults::default())
}

/// Returns where `line`, split at blanks, ends: the verb of a complete command, another stop,
/// or the message.
fn end(line: &str) -> String {
    match read(&line.split(' ').collect::<Vec<_>>()).end {
        Ok(Stop::Complete(row)) => format!("{:?}", row.verb),
        Ok(stop) => format!("{stop:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn words_and_mistakes_are_told_in_the_voice_of_the_original() {
    for (line, want) in [
        ("", "Nothing(None)"),
        ("create", "Nothing(Some(\"create\"))"),
        ("get", "Nothing(Some(\"get\"))"),
        ("xxx", "Invalid COMMAND, 'xxx'."),
        ("-- create", "Invalid COMMAND, '--'."),
        ("create xxx", "Invalid SUBCOMMAND for create, 'xxx'."),
        ("start clusters", "Invalid SUBCOMMAND for start, 'clusters'."),
        ("create cluster", "Please provide the Cluster NAME to create."),
        ("create cluster a", "Please provide the number of Masters to create."),
        ("create cluster a 1", "Please provide the number of Workers to create."),
        ("create cluster a 1 0", "CreateCluster"),
        ("create cluster -- 1 0", "CreateCluster"),
        ("create worker", "Please provide the Cluster NAME to create Workers in."),
        ("create worker a", "CreateWorker"),
        ("create worker a 2", "CreateWorker"),
        ("create master", "Please provide the Cluster NAME to create a Master in."),
        ("create snapshot", "Please provide the Cluster NAME to save."),
        ("create snapshot a", "Please provide the SNAPSHOT to create."),
        ("create snapshot a s", "CreateSnapshot"),
        ("delete snapshot", "Please provide the SNAPSHOT to delete."),
        ("restore cluster", "Please provide the Cluster NAME to restore."),
        ("restore cluster a", "Please provide the SNAPSHOT to restore it from."),
        ("upgrade cluster", "Please provide the Cluster NAME to upgrade."),
        ("upgrade cluster a", "UpgradeCluster"),
        ("get snapshots", "GetSnapshots"),
        ("export snapshot s", "Please provide the FILE to export the snapshot to."),
        ("load snapshot", "Please provide the FILE to load the snapshot from."),
        ("delete cluster", "Please provide the Cluster NAME to delete."),
        ("delete worker", "Please provide the Worker NODE to delete."),
        ("delete master", "Please provide the Master NODE to delete."),
        ("get cluster", "GetClusters"),
        ("get clusters", "GetClusters"),
        ("get nodes", "Please provide the Cluster NAME to get the nodes of."),
        ("get kubeconfig", "Please provide the Cluster NAME to get the kubeconfig of."),
        ("get images", "GetImages"),
        ("start cluster", "Please provide the Cluster NAME to start."),
        ("stop cluster", "Please provide the Cluster NAME to stop."),
        ("build image", "BuildImage"),
        ("load image", "Please provide the Cluster NAME to load images into."),
        ("load image a", "Please provide the IMAGE to load."),
        ("load image a b c", "LoadImage"),
        ("export logs", "Please provide the Cluster NAME to export the logs of."),
        ("export logs a", "ExportLogs"),
        ("exec", "Exec"),
        ("version", "Version"),
        ("completion", "Please provide the SHELL to complete in."),
        ("completion zsh -- create -h", "Completion"),
        ("man", "Man"),
        ("help", "Help"),
    ] {
        assert_eq!(end(line), want, "{line}");
    }
}

#[test]
fn a_word_after_the_end_names_the_command_as_it_was_said() {
    for (line, title) in [
        ("create cluster a 1 0", "create cluster"),
        ("create worker a 1", "create worker"),
        ("get clusters a", "get clusters"),
        ("start cluster a", "start cluster"),
        ("exec a", "exec"),
        ("version", "version"),
    ] {
        let want = format!("ERROR No more options expected, 'x' is unexpected for '{title}'");
        assert_eq!(end(&format!("{line} x")), want);
    }
}

#[test]
fn usage_is_given_wherever_h_stands_unless_a_mistake_came_first() {
    for line in ["-h", "create -h", "create cluster a 1 0 -h", "create -h xxx", "version -h"] {
        assert_eq!(end(line), "Usage", "{line}");
    }
    assert_eq!(end("create cluster a --masters -h"), "Usage");
    assert_eq!(end("xxx -h"), "Invalid COMMAND, 'xxx'.");
}

#[test]
fn help_is_about_the_command_so_far() {
    let help = |line| format!("{:?}", end(line));
    assert_eq!(end("--help create"), "Usage");
    assert!(help("create --help").contains("create"));
    assert!(help("get clusters --help").contains("cluster"));
    assert_eq!(help("create --help"), help("create --masters --help"));
}

#[test]
fn flags_are_lifted_out_wherever_they_stand() {
    let plain = read(&["create", "cluster", "a", "1", "0"]);
    for at in 0..=5 {
        let mut line = vec!["create", "cluster", "a", "1", "0"];
        line.splice(at..at, ["--subnet", "10.0.0.0/16", "-p"]);
        let scan = read(&line);
        assert_eq!(scan.end, plain.end);
        assert_eq!(scan.words.options, plain.words.options);
        assert_eq!(scan.words.value(Flag::Subnet), Some("10.0.0.0/16"));
        assert!(scan.words.has(Flag::Plain));
    }
}

#[test]
fn a_flag_in_the_wrong_place_or_shape_is_refused() {
    for (line, want) in [
        ("delete cluster a --with-lb", "Invalid FLAG for delete cluster, '--with-lb'."),
        ("--masters 1 get clusters", "Invalid FLAG for get clusters, '--masters'."),
        ("create cluster a 1 0 --subnet", "Please provide the CIDR of --subnet."),
        ("create cluster a 1 0 --subnet=", "Please provide the CIDR of --subnet."),
        ("create cluster a 1 0 --subnet  x", "Please provide the CIDR of --subnet."),
        ("create cluster a --masters --plain 1", "Please provide the N of --masters."),
        ("version --plain=no", "Invalid value for --plain, 'no': none is allowed."),
        ("create cluster a 1 0 --frob", {
            "ERROR No more options expected, '--frob' is unexpected for 'create cluster'"
        }),
    ] {
        assert_eq!(end(line), want, "{line}");
    }
}

#[test]
fn the_numbers_may_come_by_flag() {
    for line in [
        "create cluster a --masters 1 --workers 0",
        "create cluster a --masters=3",
        "create cluster --masters 1 a",
        "create cluster a 1 --workers 2",
        "create cluster a 1 --masters 1",
    ] {
        assert_eq!(end(line), "CreateCluster", "{line}");
    }
    let masters = "Please provide the number of Masters to create.";
    assert_eq!(end("create cluster a --workers 2"), masters);
    assert_eq!(end("create cluster a --with-lb"), masters);
}

#[test]
fn every_word_after_two_dashes_belongs_to_the_command_to_run() {
    let rest = ["ls", "-h", "", "--plain", "--"];
    let scan = read(&[&["exec", "--quiet", "a-lb", "--"], &rest[..]].concat());
    assert_eq!(scan.words.rest, rest);
    assert_eq!(scan.words.options, ["a-lb"]);
    assert!(scan.words.has(Flag::Quiet) && !scan.words.has(Flag::Plain));
    assert!(matches!(scan.end, Ok(Stop::Complete(row)) if row.verb == Verb::Exec));
}

#[test]
fn a_word_that_is_not_utf8_is_a_mistake_at_its_place() {
    let none = Defaults::default();
    let bad = OsString::from_vec(vec![b'a', 0xff]);
    let line = |words: [&str; 2]| [words[0].into(), bad.clone(), words[1].into()];
    assert_eq!(
        scan(&line(["create", "-h"]), &none).end,
        Err(UsageError::NotUtf8("a\u{fffd}".to_owned()))
    );
    assert_eq!(scan(&line(["-h", "-h"]), &none).end, Ok(Stop::Usage));
    let run = ["exec".into(), "--".into(), bad.clone()];
    assert_eq!(scan(&run, &none).words.rest, [bad]);
}
