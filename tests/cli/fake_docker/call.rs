//! A call of the client, as it was recorded.

use std::collections::BTreeMap;

/// One call, as it came.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) number: usize,
    pub(crate) argv: Vec<String>,
    pub(crate) stdin: Option<Vec<u8>>,
    /// As the shell writes it.
    pub(crate) environment: String,
    /// Its place among all starts and ends.
    pub(crate) started: usize,
    /// None where the client was killed.
    pub(crate) ended: Option<usize>,
    pub(crate) status: Option<i32>,
}

impl Call {
    pub(crate) fn line(&self) -> String {
        self.argv.join(" ")
    }

    /// The command without its flags, such as `create`, `network ls`, `exec`.
    pub(crate) fn verb(&self) -> String {
        let words = match self.argv.first().map(String::as_str) {
            Some("container" | "context" | "image" | "network") => 2,
            _ => 1,
        };
        self.argv[..words.min(self.argv.len())].join(" ")
    }

    /// The value of a variable that has no quotes in it.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        let start = format!("export {name}='");
        self.environment.lines().find_map(|line| line.strip_prefix(&start)?.strip_suffix('\''))
    }

    /// The argument of `--NAME=`, wherever it stands.
    pub(crate) fn flag(&self, name: &str) -> Option<&str> {
        let start = format!("--{name}=");
        self.argv.iter().find_map(|word| word.strip_prefix(start.as_str()))
    }

    pub(crate) fn labels(&self) -> BTreeMap<&str, &str> {
        let labels = self.argv.iter().filter_map(|word| word.strip_prefix("--label="));
        labels.filter_map(|label| label.split_once('=')).collect()
    }
}
