//! Checks every message in the sources: that docs/errors.md lists it, and its form.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

use crate::layers::{repository, sources};

/// Placeholders: `{name}` in the sources (or several in a row), a word in capitals in the document,
/// and numbers in both.
static FILLED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(\{[^}]*\})+|\b[A-Z][A-Z0-9_]+|\b[A-Z]\b|\b[0-9]+").unwrap());

/// Returns the text of each source file without its tests. Strings that continue on the next line
/// are joined.
fn texts() -> BTreeMap<String, String> {
    let src = repository().join("src");
    let goes_on = Regex::new(r"\\\n\s*").unwrap();
    let text = |path: &Path| {
        let name = path.strip_prefix(&src).unwrap().display().to_string();
        let text = fs::read_to_string(path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        (name, goes_on.replace_all(code, "").into_owned())
    };
    sources(&src).iter().map(|path| text(path)).collect()
}

/// Returns the messages of all errors, each with its file, except those that only pass on another
/// error's message.
fn errors() -> Vec<(String, String)> {
    let attribute = Regex::new(r#"#\[error\(\s*"((?:[^"\\]|\\.)*)",?([^\]]*)\]"#).unwrap();
    let mut found = Vec::new();
    for (file, text) in texts() {
        for message in attribute.captures_iter(&text) {
            if !message[2].contains("sentence(.0)") {
                found.push((file.clone(), message[1].replace('\\', "")));
            }
        }
    }
    assert!(found.len() > 120, "only {} messages", found.len());
    found
}

/// Returns the strings between each match of `begin` and the next `end`.
fn strings(begin: &str, end: &str) -> Vec<String> {
    let begin = Regex::new(begin).unwrap();
    let string = Regex::new(r#""((?:[^"\\]|\\.)*)""#).unwrap();
    let mut found = Vec::new();
    for text in texts().values() {
        for place in begin.find_iter(text) {
            let rest = text[place.end()..].split(end).next().unwrap_or_default();
            found.extend(string.captures_iter(rest).map(|string| string[1].to_owned()));
        }
    }
    found
}

/// Replaces each placeholder of a message with `*`.
fn pattern(message: &str) -> String {
    FILLED.replace_all(message, "*").into_owned()
}

/// Returns the quoted texts of docs/errors.md.
fn quoted(document: &str) -> Vec<&str> {
    let quoted = Regex::new(r"`([^`\n]+)`").unwrap();
    quoted.captures_iter(document).map(|found| found.get(1).unwrap().as_str()).collect()
}

fn document() -> String {
    let fenced = Regex::new(r"(?s)```.*?```").unwrap();
    fenced.replace_all(include_str!("../../docs/errors.md"), "").into_owned()
}

#[test]
fn every_error_is_in_the_document() {
    let document = document();
    let documented: Vec<String> = quoted(&document).into_iter().map(pattern).collect();
    let mut missing: Vec<String> = errors().into_iter().map(|(_, message)| message).collect();
    missing.retain(|message| {
        let (message, reason) = (pattern(message), pattern(&format!("{message}: ")));
        !documented.iter().any(|text| *text == message || text.starts_with(&reason))
    });
    assert!(missing.is_empty(), "not in docs/errors.md:\n{}", missing.join("\n"));
}

/// A message without any fixed word could be neither looked up nor checked.
#[test]
fn no_error_consists_of_what_is_filled_in() {
    let word = Regex::new("[a-z]{3}").unwrap();
    let mut patterns = BTreeMap::new();
    for (_, message) in errors() {
        let pattern = pattern(&message);
        assert!(word.is_match(&pattern), "{message:?} is nothing but {pattern:?}");
        if let Some(other) = patterns.insert(pattern, message.clone()) {
            panic!("{message:?} cannot be told from {other:?}");
        }
    }
}

/// In a row that begins with messages, each fixed part must be in the sources or in the scripts of
/// a node.
#[test]
fn the_document_has_no_message_that_is_gone() {
    let mut sources: String = texts().into_values().collect();
    for folder in ["scripts", "manual", "snapshot", "upgrade"] {
        for file in fs::read_dir(repository().join("src/node").join(folder)).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "sh") {
                sources.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }
    let sources = sources.replace('\\', "");
    let document = document();
    let rows = document.lines().filter(|line| line.starts_with("| `"));
    let mut gone = Vec::new();
    for message in rows.flat_map(|row| quoted(row.split(" | ").next().unwrap_or_default())) {
        // A message of the engine.
        if message.starts_with("...") || message.starts_with("docker ") {
            continue;
        }
        // In the scripts, what is waited for is an argument.
        let own = message.strip_prefix("waited N s for ").unwrap_or(message);
        let pattern = pattern(&own.replace("...", "X"));
        let mut parts = pattern.split('*').map(str::trim);
        if !parts.all(|part| sources.contains(part)) {
            gone.push(message);
        }
    }
    assert!(gone.is_empty(), "only in docs/errors.md:\n{}", gone.join("\n"));
}

/// Whether a message fits the end of a line such as `error: WHAT: WHY` or `hint: WHAT`.
fn is_shaped(message: &str) -> bool {
    let first = message.chars().next().unwrap_or(' ');
    // Names keep their capitals.
    let name =
        ["Kubernetes", "MOKCTL_", "'", "{", "$"].iter().any(|name| message.starts_with(name));
    let end = message.ends_with(['.', '!', ' ', ',', ';']);
    let one_line = !message.contains(['\n', '\t']) && !message.contains("\\n");
    (first.is_lowercase() || name) && !end && one_line && !message.contains("  ")
}

#[test]
fn every_error_is_a_lower_case_line() {
    // Messages about the command line have the form of the original's.
    let errors = errors().into_iter().filter(|(file, _)| file != "cli/error.rs");
    for (file, message) in errors {
        assert!(is_shaped(&message), "{file}: {message:?}");
    }
}

#[test]
fn every_mistake_on_the_command_line_is_a_sentence() {
    let mistakes = errors().into_iter().filter(|(file, _)| file == "cli/error.rs");
    let mut count = 0;
    for (_, message) in mistakes.filter(|(_, message)| !message.starts_with("ERROR ")) {
        let first = message.starts_with(|c: char| c.is_uppercase() || c == '{');
        assert!(first && message.ends_with('.'), "{message:?}");
        count += 1;
    }
    assert!(count > 10, "only {count} mistakes");
}

#[test]
fn every_hint_and_warning_is_a_lower_case_line() {
    let hints = strings(r"fn (hint|remedy|recovery_hint)\(&self|fn node_hint\(", "\n    }\n");
    let remedies = strings(r"fn of_swarm\(", "\n}\n");
    let warnings = strings(r"\.warn\(", ");");
    assert!(hints.len() > 40 && remedies.len() > 1 && warnings.len() > 5, "not all are found");
    for message in hints.into_iter().chain(remedies).chain(warnings) {
        // Arguments, and text that only joins them.
        let joins = !message.contains(' ') || message.trim().len() < 3;
        assert!(joins || is_shaped(&message), "{message:?}");
    }
}

/// For example "Starting nodes".
#[test]
fn every_stage_is_a_gerund_and_an_object() {
    let call = r#"(?:Stage::new|\.stage|\.part|\.compile)\(\s*(?:&?format!\(\s*)?"([^"]*)""#;
    let call = Regex::new(call).unwrap();
    let texts: String = texts().into_values().collect();
    let titles: Vec<_> = call.captures_iter(&texts).map(|title| title[1].to_owned()).collect();
    assert!(titles.len() > 30, "only {} titles", titles.len());
    let title = Regex::new(r"^([A-Z][a-z]+ing|\{verb\}) [a-zA-Z{][^.]*[a-zA-Z}]$").unwrap();
    for text in titles {
        assert!(title.is_match(&text), "{text:?}");
    }
    for text in ["Finishing", "Create network", "creating network", "Creating network."] {
        assert!(!title.is_match(text), "{text:?}");
    }
}

/// A step is printed after "failed to".
#[test]
fn every_step_is_a_verb_and_an_object() {
    let steps = strings(r"impl fmt::Display for Step \{", "\n}\n");
    assert!(steps.len() > 20, "only {} steps", steps.len());
    for step in steps.iter().filter(|step| *step != ", ") {
        let is_verb = !step.starts_with("kubeadm") && step.split(' ').count() > 1;
        assert!(is_verb && is_shaped(step), "{step:?}");
    }
}

#[test]
fn a_message_of_another_shape_is_told() {
    for message in ["cluster {0} already exists", "'mokctl get nodes {0}' lists them", "{a} fails"]
    {
        assert!(is_shaped(message), "{message}");
    }
    for message in ["Cluster {0}", "it failed.", "one\\ntwo", "one  two", "", "so; "] {
        assert!(!is_shaped(message), "{message}");
    }
}
