//! A recorded call of the fake docker.

use std::collections::BTreeMap;

/// A recorded call.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) number: usize,
    pub(crate) argv: Vec<String>,
    pub(crate) stdin: Option<Vec<u8>>,
    /// The environment, in the shell's format.
    pub(crate) environment: String,
    /// The position of its start among all starts and ends.
    pub(crate) started: usize,
    /// The position of its end. `None` if the client was killed.
    pub(crate) ended: Option<usize>,
    pub(crate) status: Option<i32>,
}

impl Call {
    pub(crate) fn line(&self) -> String {
        self.argv.join(" ")
    }

    /// Returns the command without flags, such as `create`, `network ls`, `exec`.
    pub(crate) fn verb(&self) -> String {
        let words = match self.argv.first().map(String::as_str) {
            Some("container" | "context" | "image" | "network") => 2,
            _ => 1,
        };
        self.argv[..words.min(self.argv.len())].join(" ")
    }

    /// Returns the value of an environment variable, which must have no quotes.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        let start = format!("export {name}='");
        self.environment.lines().find_map(|line| line.strip_prefix(&start)?.strip_suffix('\''))
    }

    /// Returns the value of the flag `--NAME=VALUE`.
    pub(crate) fn flag(&self, name: &str) -> Option<&str> {
        let start = format!("--{name}=");
        self.argv.iter().find_map(|word| word.strip_prefix(start.as_str()))
    }

    pub(crate) fn labels(&self) -> BTreeMap<&str, &str> {
        let labels = self.argv.iter().filter_map(|word| word.strip_prefix("--label="));
        labels.filter_map(|label| label.split_once('=')).collect()
    }
}
