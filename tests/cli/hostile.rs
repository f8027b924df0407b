//! Values that a shell, docker or a terminal would take for something else. Every
//! value that a user can give is tried.

use std::fs;

use crate::harness::Machine;

/// What each would leave behind, were it run.
const HOSTILE: [&str; 12] = [
    "a;touch PWNED",
    "$(touch PWNED)",
    "`touch PWNED`",
    "a\ntouch PWNED",
    "a|touch PWNED",
    "a' 'b",
    "../../a",
    "-v",
    "--privileged",
    "--volume=/:/host",
    "a\u{1b}[2J",
    "ä\u{202e}",
];

/// Command lines with `@` for the value.
const LINES: [&[&str]; 23] = [
    &["create", "cluster", "@", "1", "0"],
    &["create", "cluster", "a", "@", "0"],
    &["create", "cluster", "a", "1", "@"],
    &["create", "cluster", "a", "1", "0", "--subnet", "@"],
    &["create", "cluster", "a", "1", "0", "--api-port", "@"],
    &["create", "cluster", "a", "1", "0", "--image", "@"],
    &["create", "cluster", "a", "1", "0", "--k8sver", "@"],
    &["create", "cluster", "a", "--masters", "@"],
    &["create", "cluster", "a", "1", "--workers", "@"],
    &["create", "worker", "@"],
    &["create", "worker", "a", "@"],
    &["create", "master", "@"],
    &["delete", "cluster", "@"],
    &["delete", "worker", "@"],
    &["delete", "master", "@"],
    &["start", "cluster", "@"],
    &["stop", "cluster", "@"],
    &["get", "nodes", "@"],
    &["get", "kubeconfig", "@"],
    &["get", "clusters", "--output", "@"],
    &["exec", "@"],
    &["load", "image", "a", "@"],
    &["export", "logs", "@"],
];

#[test]
fn no_hostile_word_gets_past_the_command_line() {
    let machine = Machine::new();
    for word in HOSTILE {
        for line in LINES {
            let words: Vec<_> = line.iter().map(|w| if *w == "@" { word } else { *w }).collect();
            let outcome = machine.mokctl_words(&words).outcome();
            outcome.assert(outcome.code() == Some(1), "taken");
            outcome.assert(!outcome.stdout.is_empty() && outcome.stderr.is_empty(), "not told so");
        }
    }
    assert!(machine.docker.calls().is_empty(), "{}", machine.docker.log());
    assert!(!machine.path("PWNED").exists());
}

/// A word that is no text at all, at the end of a line.
#[test]
fn bytes_that_are_no_text_are_refused() {
    let machine = Machine::new();
    for line in LINES.iter().filter(|line| line.last() == Some(&"@")) {
        let script = r#"exec "$@" "$(printf 'a\377')""#;
        let run = machine.mokctl_words(&line[..line.len() - 1]);
        let outcome = run.under(&["sh", "-c", script, "sh"]).outcome();
        outcome.assert(outcome.code() == Some(1), "taken");
        outcome.assert(!outcome.stdout.is_empty() && outcome.stderr.is_empty(), "not told so");
    }
    assert!(machine.docker.calls().is_empty(), "{}", machine.docker.log());
}

/// Where a path may be anything, it is one word and nothing runs it.
#[test]
fn paths_are_words() {
    let machine = Machine::new();
    let odd = machine.path("$(touch PWNED);'\n-x");
    fs::create_dir(&odd).unwrap();
    let kubeconfig = odd.join("config").display().to_string();
    machine.mokctl("create cluster a 1 1 -q").env("KUBECONFIG", &kubeconfig).run();
    assert!(fs::read_to_string(odd.join("config")).unwrap().contains("mok-a"));
    machine.mokctl("delete cluster a -q").env("KUBECONFIG", &kubeconfig).run();
    assert!(!fs::read_to_string(odd.join("config")).unwrap().contains("mok-a"));
    assert!(!machine.path("PWNED").exists());

    let program = odd.join("docker").display().to_string();
    std::os::unix::fs::symlink(machine.docker.client(), &program).unwrap();
    let outcome = machine.mokctl("delete cluster a").env("MOKCTL_DOCKER", &program).outcome();
    outcome.assert(outcome.code() == Some(1), "deleted");
    assert!(!machine.path("PWNED").exists());
}

/// The label of an image is somebody else's text, and it goes into the nodes.
#[test]
fn the_labels_of_an_image_reach_a_node_as_data() {
    let machine = Machine::new();
    let label = |phases: &str| {
        [
            "mok.image.schema=1".to_owned(),
            "mok.image.kubernetes=v1.20.2".into(),
            "mok.image.cri-socket=/run/x.sock".into(),
            format!("mok.image.skip-phases={phases}"),
            "mok.image.cgroup-driver=cgroupfs".into(),
            "mok.image.cni=static".into(),
        ]
    };
    machine.docker.add_image("odd:1", &label("x';touch PWNED;$(touch PWNED)`touch PWNED`"));
    machine.mokctl("create cluster a 1 0 -q --image odd:1").run();
    let values = machine.docker.file("a-master-1", "/root/mok/mok.env");
    fs::write(machine.path("mok.env"), values).unwrap();
    // As the scripts do.
    let script = ". ./mok.env; printf %s \"$SKIP_INIT_PHASES\"";
    let mut shell = std::process::Command::new("sh");
    let output = shell.args(["-c", script]).current_dir(machine.path("")).output().unwrap();
    let read = String::from_utf8(output.stdout).unwrap();
    assert_eq!(read, "x';touch PWNED;$(touch PWNED)`touch PWNED`");
    assert!(!machine.path("PWNED").exists());
}
