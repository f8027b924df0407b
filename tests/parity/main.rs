//! The differential test: mokctl's parser and the original script get the same command lines and
//! must answer the same, word for word.
//!
//! The original is `../shared/seed/mokctl.sh`, or the file that `MOKCTL_ORACLE` names. Without
//! it, its recorded answers are compared; in CI only if `MOKCTL_PARITY=recorded` allows that.
//! `MOKCTL_RECORD=1 cargo test --test parity` records them again.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod corpus;
mod lines;
mod oracle;
mod outcome;
mod recording;

use std::io::Write as _;

use corpus::CORPUS;
use mokctl::cli::flags::FLAGS;
use mokctl::cli::table::ROWS;
use mokctl::cli::usage;
use outcome::{Line, Outcome, line};

#[test]
fn every_line_is_answered_as_the_original_answers_it() {
    let mut differences = Vec::new();
    for (line, theirs) in &CORPUS.compared {
        let ours = Outcome::ours(line);
        if ours != *theirs {
            differences.push(format!("{line:?}\n  theirs: {theirs:?}\n  ours:   {ours:?}"));
        }
    }
    let (lines, count) = (CORPUS.compared.len(), differences.len());
    // The harness captures `println!` of a test that passes; the number must be seen all the same.
    writeln!(
        std::io::stderr(),
        "parity: {lines} lines compared with {}, {count} differences",
        CORPUS.source
    )
    .unwrap();
    assert!(lines >= 20_000, "only {lines} lines");
    differences.truncate(20);
    assert!(count == 0, "{count} of {lines} lines differ:\n{}", differences.join("\n"));
}

#[test]
fn the_usage_text_holds_every_line_of_the_originals_in_order() {
    let mut ours = usage().lines();
    let mut delete = false;
    for line in CORPUS.usage.lines() {
        delete |= line == "delete SUBCOMMANDs:";
        // The one line that differs: in the original it is a copy of the line above.
        let wanted = match line {
            "  cluster - Create a local kubernetes cluster." if delete => {
                "  cluster - Delete a local kubernetes cluster."
            }
            _ => line,
        };
        assert!(ours.any(|line| line == wanted), "{wanted:?} is missing or out of order");
    }
}

#[test]
fn new_commands_claim_only_lines_that_the_original_refused() {
    let mut claimed = CORPUS.claimed.iter();
    for row in ROWS {
        for subcommand in row.subcommands.iter().copied().chain([""]) {
            let (line, theirs) = claimed.next().unwrap();
            assert_eq!(*line, [row.command, subcommand].map(str::to_owned));
            let original = ["create", "delete"].contains(&row.command);
            let refusal = if !original {
                format!("Invalid COMMAND, '{}'.\n\n", row.command)
            } else if !["cluster", ""].contains(&subcommand) {
                format!("Invalid SUBCOMMAND for {}, '{subcommand}'.\n\n", row.command)
            } else {
                continue;
            };
            assert_eq!((theirs.status, theirs.tail.as_str()), (1, refusal.as_str()), "{line:?}");
            assert_ne!(Outcome::ours(line).tail, refusal, "{line:?}");
        }
    }
    assert!(claimed.next().is_none());
}

#[test]
fn known_flags_claim_words_that_the_original_took_for_ordinary_ones() {
    for (line, theirs) in &CORPUS.flagged {
        let flag = line.last().unwrap();
        let unexpected = format!(
            "ERROR No more options expected, '{flag}' is unexpected for 'create cluster'\n"
        );
        assert_eq!((theirs.status, theirs.tail.as_str()), (1, unexpected.as_str()), "{line:?}");
        assert_ne!(Outcome::ours(line).tail, unexpected, "{line:?}");
    }
    assert!(CORPUS.flagged.len() > FLAGS.len());
}

#[test]
fn a_word_is_never_split_or_globbed_as_the_original_does_by_accident() {
    let theirs = |words: &[&str]| {
        let line: Line = line(words);
        let found = CORPUS.accidents.iter().find(|(l, _)| *l == line);
        found.map(|(_, outcome)| outcome.clone()).unwrap()
    };
    let ours = |words: &[&str]| Outcome::ours(&line(words));

    // The original splits a word that is no command into one that is, and then does nothing.
    for word in ["create cluster", " ", "create "] {
        assert_eq!((theirs(&[word]).status, theirs(&[word]).tail.as_str()), (0, ""));
        assert_eq!(ours(&[word]).tail, format!("Invalid COMMAND, '{word}'.\n\n"));
    }
    for word in ["cluster x", "\t"] {
        assert_eq!(theirs(&["create", word]).status, 0);
        let refusal = format!("Invalid SUBCOMMAND for create, '{word}'.\n\n");
        assert_eq!(ours(&["create", word]).tail, refusal);
    }
    // The original cuts a name at a blank, or replaces it with the name of a file.
    for (word, name) in [("a b", "a"), ("*", "file"), ("f?le", "file"), ("[f]ile", "file")] {
        let words = ["create", "cluster", word, "1", "0"];
        assert_eq!(theirs(&words).name, name);
        assert_eq!(ours(&words).name, word);
    }
    // To the original a name of blanks is empty, but it advances the state.
    let words = ["create", "cluster", " ", "1", "0"];
    assert_eq!(theirs(&words).tail, "Please provide the Cluster NAME to create.\n");
    assert_eq!((ours(&words).name.as_str(), ours(&words).status), (" ", 0));
}

#[test]
fn the_recording_holds_what_the_original_says() {
    assert!(CORPUS.is_recorded, "out of date: MOKCTL_RECORD=1 cargo test --test parity");
}
