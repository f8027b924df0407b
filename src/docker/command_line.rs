//! A command line in an error: shortened in the message, complete in the log file.

use std::fmt;

/// The length up to which a command line is shown whole, in bytes.
const LONGEST: usize = 100;
/// The length to which a longer command line is cut, in bytes.
const SHORT: usize = 60;

/// A command, shell-escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandLine(Box<Words>);

#[derive(Debug, PartialEq, Eq, Clone)]
struct Words {
    whole: String,
    /// The shortened form, if the command is longer than [`LONGEST`].
    short: Option<String>,
}

impl CommandLine {
    /// Returns the command line of a program and its arguments.
    pub(super) fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let words: Vec<&str> = words.into_iter().collect();
        let escape = |word: &&str| shell_escape::escape((*word).into()).into_owned();
        let whole = words.iter().map(escape).collect::<Vec<_>>().join(" ");
        if whole.len() <= LONGEST {
            return Self(Box::new(Words { whole, short: None }));
        }
        let matters = |word: &&&str| !word.starts_with('-') || word.starts_with("--name=");
        let mut short = String::new();
        for word in words.iter().filter(matters).map(escape) {
            if short.len() + word.len() > SHORT {
                break;
            }
            short = short + &word + " ";
        }
        Self(Box::new(Words { whole, short: Some(short + "...") }))
    }

    /// Returns the complete command if it is displayed only in part.
    #[must_use]
    pub fn whole_if_cut(&self) -> Option<&str> {
        self.0.short.as_ref().map(|_| self.0.whole.as_str())
    }
}

impl fmt::Display for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.short.as_ref().unwrap_or(&self.0.whole))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_command_is_cut_to_what_it_does_to_what() {
        let flags: Vec<_> = (0..40).map(|number| format!("--cap-add={number} x")).collect();
        let flags = flags.iter().map(String::as_str);
        let words = ["docker", "create", "--name=a-master-1"].into_iter().chain(flags);
        let line = CommandLine::new(words.chain(["local/mok:1"]));
        assert_eq!(line.to_string(), "docker create --name=a-master-1 'local/mok:1' ...");
        let whole = line.whole_if_cut().unwrap();
        assert!(whole.contains("'--cap-add=39 x' 'local/mok:1'"), "{whole}");
        let ids: Vec<_> = (0..9).map(|digit| digit.to_string().repeat(64)).collect();
        let line = CommandLine::new(["docker", "rm"].into_iter().chain(ids.iter().map(|id| &**id)));
        assert_eq!(line.to_string(), "docker rm ...");
    }

    #[test]
    fn a_short_command_is_shown_as_it_is() {
        let line = CommandLine::new(["docker", "rm", "--force", "a b"]);
        assert_eq!(
            (line.to_string().as_str(), line.whole_if_cut()),
            ("docker rm --force 'a b'", None)
        );
    }
}
