//! Reads the `console` blocks of a document: commands, and the output that the document shows
//! for them. A command begins with `$ `, each further line of it with `> `; its output follows,
//! in which a line `...` stands for any number of lines.

use std::sync::LazyLock;

use regex::Regex;
use snapbox::{Assert, IntoData};

/// One command of a document.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// The line of the document.
    pub(crate) line: usize,
    /// The command, as a reader types it.
    pub(crate) command: String,
    /// The output that the document shows.
    pub(crate) shown: String,
}

/// Returns the commands of a document, in order.
pub(crate) fn steps(document: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut inside = false;
    for (at, line) in document.lines().enumerate() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if inside {
            read(line, at + 1, &mut steps);
        }
    }
    steps
}

/// Reads one line of a block: a new command, or a further line of the last command or of its
/// output.
fn read(text: &str, line: usize, steps: &mut Vec<Step>) {
    if let Some(command) = text.strip_prefix("$ ") {
        let (command, shown) = (command.to_owned(), String::new());
        steps.push(Step { line, command, shown });
        return;
    }
    let step = steps.last_mut().expect("a command comes before its output");
    match text.strip_prefix("> ") {
        Some(more) if step.shown.is_empty() => {
            step.command.push('\n');
            step.command.push_str(more);
        }
        Some(_) | None => {
            step.shown.push_str(text);
            step.shown.push('\n');
        }
    }
}

/// Replaces what differs from run to run; docs/tutorial/README.md tells readers about it.
static MASKS: LazyLock<[(Regex, &str); 11]> = LazyLock::new(|| {
    [
        // Printed only if the engine's host has cgroup v1.
        (r"(?m)^mokctl: warning: the engine's host has cgroup v1.*\n", ""),
        // The network is the first free one; the host part of an address depends on the node.
        (r"\b10\.213\.\d+\.", "10.213.N."),
        // Chosen by the engine.
        (r"\b(172\.\d+|192\.168)\.\d+\.", "172.N.N."),
        (r"\b127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
        (r"\b[a-z0-9]{6}\.[a-z0-9]{16}\b", "TOKEN"),
        (r"\b[0-9a-f]{12,64}\b", "ID"),
        // The random suffixes of pod names.
        (r"(-[b-df-hj-np-tv-xz24-9]{8,10})?-[b-df-hj-np-tv-xz24-9]{5}\b", "-SUFFIX"),
        (r"(?m)\b\d+(\.\d+)? (s|seconds|%)( |$|\)|\.|,)", "N $2$3"),
        (r"\b(\d+(\.\d+)?(ms|s|m|h|d))+\b", "AGE"),
        // Columns are as wide as their widest cell.
        (r" {2,}", " "),
        (r"(?m) +$", ""),
    ]
    .map(|(pattern, mask)| (Regex::new(pattern).unwrap(), mask))
});

fn masked(text: &str) -> String {
    let mask = |text: String, (pattern, mask): &(Regex, &str)| {
        pattern.replace_all(&text, *mask).into_owned()
    };
    let text = MASKS.iter().fold(format!("{}\n", text.trim_end()), mask);
    // A mask may leave nothing of a line.
    format!("{}\n", text.trim_end())
}

/// Compares `printed` with what the document shows. On a mismatch returns where they differ.
pub(crate) fn compare(shown: &str, printed: &str) -> Result<(), String> {
    // A backslash in the output is literal, not a Windows path separator.
    let assert = Assert::new().normalize_paths(false);
    let result = assert.try_eq(None, masked(printed).into_data(), masked(shown).into_data());
    result.map_err(|difference| difference.to_string())
}

#[test]
fn a_block_is_commands_with_what_they_print() {
    let document =
        "text\n```console\n$ one\n$ two \\\n> more\nout\n> out\n```\n$ no\n```text\n$ no\n```\n";
    let step = |line, command: &str, shown: &str| Step {
        line,
        command: command.to_owned(),
        shown: shown.to_owned(),
    };
    let want = [step(3, "one", ""), step(4, "two \\\nmore", "out\n> out\n")];
    assert_eq!(steps(document), want);
}

#[test]
fn what_differs_from_run_to_run_may_and_nothing_else() {
    for (shown, printed) in [
        ("a   10.213.1.11   Ready   12s", "longer   10.213.200.11   Ready   1m3s"),
        ("a .. ok (0.4 s)", "a .. ok (10.9 s)"),
        ("join 10.213.1.2:6443 --token abcdef.0123456789abcdef \\", {
            "join 10.213.7.2:6443 --token zzzzzz.zzzzzzzzzzzzzzzz \\"
        }),
        ("web-5d8f7c9d4b-x7k2p", "web-66b6c48dd5-bqmdz"),
        ("kube-proxy-x7k2p   1/1", "kube-proxy-9wzcb   1/1"),
        ("first\n...\nlast", "first\nbetween\nbetween\nlast"),
        ("first\n...", "first"),
        ("first", "mokctl: warning: the engine's host has cgroup v1: a\nfirst"),
        ("", "mokctl: warning: the engine's host has cgroup v1: a"),
        ("", ""),
    ] {
        let printed = printed.replace("longer", "a");
        assert_eq!(compare(shown, &printed), Ok(()), "{shown} | {printed}");
    }
    for (shown, printed) in [
        ("a   Ready", "a   NotReady"),
        ("a   10.213.1.11", "a   10.213.1.12"),
        ("", "more"),
        ("first\nlast", "first\nbetween\nlast"),
        ("first", "mokctl: warning: another\nfirst"),
        ("kube-proxy", "kube-other"),
        ("3 nodes", "2 nodes"),
    ] {
        assert!(compare(shown, printed).is_err(), "{shown} | {printed}");
    }
}
