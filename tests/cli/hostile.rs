//! Values with a special meaning to a shell, docker or a terminal. Every value that a user can
//! give is tried.

use std::fs;

use crate::harness::Machine;

/// Hostile values, which would leave a trace if anything ran them.
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

/// Command lines in which `@` stands for the value.
const LINES: [&[&str]; 31] = [
    &["create", "cluster", "@", "1", "0"],
    &["create", "cluster", "a", "@", "0"],
    &["create", "cluster", "a", "1", "@"],
    &["create", "cluster", "a", "1", "0", "--subnet", "@"],
    &["create", "cluster", "a", "1", "0", "--api-port", "@"],
    &["create", "cluster", "a", "1", "0", "--image", "@"],
    &["create", "cluster", "a", "1", "0", "--k8sver", "@"],
    &["create", "cluster", "a", "--masters", "@"],
    &["create", "cluster", "a", "1", "--workers", "@"],
    &["create", "cluster", "a", "1", "0", "--publish", "@"],
    &["create", "cluster", "a", "1", "0", "--publish", "8080:@"],
    &["create", "cluster", "a", "1", "0", "--mount", "@"],
    &["create", "cluster", "a", "1", "0", "--mount", "/srv:@"],
    &["create", "cluster", "a", "1", "0", "--registry", "@"],
    &["create", "worker", "@"],
    &["create", "worker", "a", "@"],
    &["create", "master", "@"],
    &["delete", "cluster", "@"],
    &["delete", "worker", "@"],
    &["delete", "master", "@"],
    &["start", "cluster", "@"],
    &["stop", "cluster", "@"],
    &["get", "clusters", "@"],
    &["get", "nodes", "@"],
    &["get", "kubeconfig", "@"],
    &["get", "clusters", "--output", "@"],
    &["exec", "@"],
    &["load", "image", "@", "a"],
    &["load", "image", "a", "@"],
    &["completion", "@"],
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

/// The last word is not valid text.
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

/// Proxies come from the environment, and systemd reads them in the nodes.
#[test]
fn proxies_are_words_or_refused() {
    for word in HOSTILE {
        let machine = Machine::new();
        let outcome = machine.mokctl("create cluster a 1 0 -q").env("HTTP_PROXY", word).outcome();
        if word.bytes().all(|b| b.is_ascii_graphic() && b != b'\'') {
            let values = machine.docker.file("a-master-1", "/etc/mok/proxy.env");
            let line = format!("HTTP_PROXY=\"{word}\"");
            outcome.assert(values.lines().any(|found| found == line), "changed on its way");
        } else {
            outcome.assert(outcome.code() == Some(1), "taken");
            assert!(machine.docker.names().is_empty(), "{word}");
        }
        assert!(!machine.path("PWNED").exists(), "{word}");
    }
}

/// A path may contain anything, but it always stays one word, and nothing runs it.
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

/// Labels of an image are written by others, and their values are used in nodes.
#[test]
fn the_labels_of_an_image_are_no_commands() {
    let machine = Machine::new();
    let value = "x';touch PWNED;$(touch PWNED)`touch PWNED`";
    for label in ["kubernetes", "cri-socket", "skip-phases", "cgroup-driver", "cni"] {
        let labels = [
            ("schema", "1"),
            ("kubernetes", "v1.37.2"),
            ("cri-socket", "/run/x.sock"),
            ("skip-phases", ""),
            ("cgroup-driver", "cgroupfs"),
            ("cni", "static"),
        ];
        let labels = labels.map(|(name, good)| {
            format!("mok.image.{name}={}", if name == label { value } else { good })
        });
        machine.docker.add_image("odd:1", &labels);
        let stderr = format!(
            "mokctl: error: image odd:1 has label mok.image.{label}={value}, which this mokctl does \
             not know\n"
        );
        machine.mokctl("create cluster a 1 0 --image odd:1").stderr(stderr).code(1).run();
    }
    assert!(machine.docker.names().is_empty());
    assert!(!machine.path("PWNED").exists());
}
