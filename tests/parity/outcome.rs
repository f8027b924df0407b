//! What comes of a command line, with the original's usage text and with ours
//! reduced to whether it was printed.

use std::ffi::OsString;

use mokctl::cli::{Defaults, Parsed, Stop, UsageError, parse, scan, usage};

/// The words of a command line.
pub(crate) type Line = Vec<String>;

/// What comes of a [`Line`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// The exit status.
    pub(crate) status: u8,
    /// Whether the usage text was printed.
    pub(crate) usage: bool,
    /// What was printed on stdout after it.
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
    /// What our parser makes of `line`. A command that is complete does
    /// nothing here, as in the original; the checks of its values are ours.
    pub(crate) fn ours(line: &Line) -> Self {
        let line: Vec<OsString> = line.iter().map(OsString::from).collect();
        // None of the variables is set: what the original cannot know.
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

    /// Whether further words can make a difference.
    pub(crate) fn is_open(&self) -> bool {
        self.tail.starts_with("Please provide") || (!self.usage && self.status == 0)
    }
}

/// Takes `usage` off the front of `stdout`.
pub(crate) fn split(stdout: &str, usage: &str) -> (bool, String) {
    match stdout.strip_prefix(usage) {
        Some(tail) => (true, tail.to_owned()),
        None => (false, stdout.to_owned()),
    }
}

/// `words` as a [`Line`].
pub(crate) fn line(words: &[&str]) -> Line {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// What `parse` says beyond `scan` are values and refusals of values alone.
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
