//! What was said on the command line, as it was said and in its place. Knows
//! nothing about what the words mean.

use std::ffi::OsString;

use super::flags::Flag;

/// The words that the parser has read, none of them checked yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// The word that COMMAND took.
    pub command: Option<String>,
    /// The word that SUBCOMMAND took.
    pub subcommand: Option<String>,
    /// The words that OPTION, OPTION2 and OPTION3 took.
    pub options: Vec<String>,
    /// The flags, with their values.
    pub flags: Vec<(Flag, Option<String>)>,
    /// The flags that the environment says, none of them given.
    pub defaults: Vec<(Flag, Option<String>)>,
    /// The words after `--`; none without one.
    pub rest: Vec<OsString>,
}

impl Words {
    /// Whether `flag` was given, or is a default.
    #[must_use]
    pub fn has(&self, flag: Flag) -> bool {
        self.flags.iter().chain(&self.defaults).any(|(given, _)| *given == flag)
    }

    /// The value of `flag`; the last one given counts.
    #[must_use]
    pub fn value(&self, flag: Flag) -> Option<&str> {
        let given = self.flags.iter().rev().chain(&self.defaults);
        given.into_iter().find(|(given, _)| *given == flag)?.1.as_deref()
    }

    /// All values of `flag`, in the order of the command line; its default where it
    /// was not given.
    pub fn values(&self, flag: Flag) -> impl Iterator<Item = &str> {
        let is_given = self.flags.iter().any(|(given, _)| *given == flag);
        let words = if is_given { &self.flags } else { &self.defaults };
        let values = words.iter().filter(move |(given, _)| *given == flag);
        values.filter_map(|(_, value)| value.as_deref())
    }

    /// The `n`th option, counted from 0.
    #[must_use]
    pub fn option(&self, n: usize) -> Option<&str> {
        self.options.get(n).map(String::as_str)
    }

    /// COMMAND and SUBCOMMAND as they were said: `get clusters`.
    #[must_use]
    pub fn title(&self) -> String {
        let words: Vec<_> =
            self.command.iter().chain(&self.subcommand).map(String::as_str).collect();
        words.join(" ")
    }
}
