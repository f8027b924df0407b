//! The outcome of a command line in a form that can be compared. The usage texts differ, so only
//! whether one was printed counts.

use std::ffi::OsString;

use mokctl::cli::{Defaults, Parsed, Stop, UsageError, parse, scan, usage};

/// The words of a command line.
pub(crate) type Line = Vec<String>;

/// The outcome of a [`Line`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// The exit status.
    pub(crate) status: u8,
    /// Whether the usage text was printed.
    pub(crate) usage: bool,
    /// What was printed on stdout after the usage text.
    pub(crate) tail: String,
    /// The variable COMMAND.
    pub(crate) command: String,
    /// The variable SUBCOMMAND.
    pub(crate) subcommand: String,
    /// The variable `CREATE_CLUSTER_NAME` or `DELETE_CLUSTER_NAME`.
    pub(crate) name: String,
    /// The variable `NUM_MASTERS`.
    pub(crate) masters: String,
    /// The variable `NUM_WORKERS`.
    pub(crate) workers: String,
}

impl Outcome {
    /// Returns the outcome of `line` in mokctl's parser. A complete command is not run here, nor
    /// in the original; checks of values exist in mokctl alone, so they are left out.
    pub(crate) fn ours(line: &Line) -> Self {
        let line: Vec<OsString> = line.iter().map(OsString::from).collect();
        // Without mokctl's environment variables, which the original does not have.
        let none = Defaults::default();
        let scan = scan(&line, &none);
        assert_same_end(&scan.end, &parse(&line, &none));
        let (status, stdout) = match &scan.end {
            Ok(Stop::Usage) => (0, usage().to_owned()),
            Ok(Stop::Help(topic)) => (0, topic.text()),
            Ok(Stop::Nothing(_) | Stop::Complete(_)) => (0, String::new()),
            Err(error) => (1, error.render()),
        };
        let (usage, tail) = split(&stdout, usage());
        let option = |n| scan.words.option(n).unwrap_or_default().to_owned();
        Self {
            status,
            usage,
            tail,
            name: option(0),
            masters: option(1),
            workers: option(2),
            command: scan.words.command.unwrap_or_default(),
            subcommand: scan.words.subcommand.unwrap_or_default(),
        }
    }

    /// Whether further words could change the outcome.
    pub(crate) fn is_open(&self) -> bool {
        self.tail.starts_with("Please provide") || (!self.usage && self.status == 0)
    }
}

/// Removes `usage` from the front of `stdout`.
pub(crate) fn split(stdout: &str, usage: &str) -> (bool, String) {
    match stdout.strip_prefix(usage) {
        Some(tail) => (true, tail.to_owned()),
        None => (false, stdout.to_owned()),
    }
}

/// Converts `words` to a [`Line`].
pub(crate) fn line(words: &[&str]) -> Line {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// `parse` adds nothing to `scan` but values and refusals of values.
fn assert_same_end(scanned: &Result<Stop, UsageError>, parsed: &Result<Parsed, UsageError>) {
    let same = match (scanned, parsed) {
        (Err(a), Err(b)) => a == b,
        (Ok(Stop::Help(a)), Ok(Parsed::Help(b))) => a == b,
        (Ok(Stop::Nothing(a)), Ok(Parsed::Nothing(b))) => a == b,
        (Ok(Stop::Complete(_)), _) | (Ok(Stop::Usage), Ok(Parsed::Usage)) => true,
        _ => false,
    };
    assert!(same, "{scanned:?} became {parsed:?}");
}
