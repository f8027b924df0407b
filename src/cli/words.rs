//! The words of the command line as they were typed, each in its place. Knows nothing about
//! what they mean.

use std::ffi::OsString;

use super::flags::Flag;

/// The words that the parser has read. None of them is checked yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// The word that COMMAND took.
    pub command: Option<String>,
    /// The word that SUBCOMMAND took.
    pub subcommand: Option<String>,
    /// The words that OPTION, OPTION2 and OPTION3 took.
    pub options: Vec<String>,
    /// The flags that were given, with their values.
    pub flags: Vec<(Flag, Option<String>)>,
    /// The flags that were not given but have a default from the environment.
    pub defaults: Vec<(Flag, Option<String>)>,
    /// The words after `--`. Empty if there is no `--`.
    pub rest: Vec<OsString>,
}

impl Words {
    /// Whether `flag` was given or has a default.
    #[must_use]
    pub fn has(&self, flag: Flag) -> bool {
        self.flags.iter().chain(&self.defaults).any(|(given, _)| *given == flag)
    }

    /// Returns the value of `flag`: the last one given, or its default.
    #[must_use]
    pub fn value(&self, flag: Flag) -> Option<&str> {
        let given = self.flags.iter().rev().chain(&self.defaults);
        given.into_iter().find(|(given, _)| *given == flag)?.1.as_deref()
    }

    /// Returns all values of `flag`, in the order of the command line, or its default if it was
    /// not given.
    pub fn values(&self, flag: Flag) -> impl Iterator<Item = &str> {
        let is_given = self.flags.iter().any(|(given, _)| *given == flag);
        let words = if is_given { &self.flags } else { &self.defaults };
        let values = words.iter().filter(move |(given, _)| *given == flag);
        values.filter_map(|(_, value)| value.as_deref())
    }

    /// Returns the `n`th option, counted from 0.
    #[must_use]
    pub fn option(&self, n: usize) -> Option<&str> {
        self.options.get(n).map(String::as_str)
    }

    /// Returns COMMAND and SUBCOMMAND as they were typed, such as `get clusters`.
    #[must_use]
    pub fn title(&self) -> String {
        let words: Vec<_> =
            self.command.iter().chain(&self.subcommand).map(String::as_str).collect();
        words.join(" ")
    }
}
