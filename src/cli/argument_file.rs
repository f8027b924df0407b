//! Replaces `@FILE` on the command line with the lines of that file, one word a line, as
//! compilers do.

use std::ffi::OsString;
use std::io;
use std::path::Path;

use super::error::UsageError;
use super::parser::{Reached, read};
use super::words::Words;

/// A word that comes from a line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    word: String,
    file: String,
    number: usize,
}

/// A command line in which each `@FILE` has been replaced with the lines of that file.
#[derive(Debug, Default)]
pub(super) struct Expanded {
    pub(super) words: Vec<OsString>,
    lines: Vec<Line>,
}

impl Expanded {
    /// Replaces each `@FILE` in `line` with the lines of the text that `open` reads from it.
    /// Four places are left alone: the command and the subcommand, which are fixed words; the
    /// value of a flag, which may begin with `@`; and what follows `--`, which is not mokctl's.
    pub(super) fn of(
        line: &[OsString],
        open: impl Fn(&Path) -> io::Result<String>,
    ) -> Result<Self, UsageError> {
        let mut expanded = Self::default();
        for word in line {
            match word.to_str().and_then(|word| word.strip_prefix('@')) {
                Some(file) if !file.is_empty() && expanded.may_have_file() => {
                    let text = open(Path::new(file)).map_err(|error| UsageError::File {
                        file: file.to_owned(),
                        why: error.to_string(),
                    })?;
                    expanded.add(file, &text);
                }
                Some(_) | None => expanded.words.push(word.clone()),
            }
        }
        Ok(expanded)
    }

    fn may_have_file(&self) -> bool {
        let reached = read(&self.words, &mut Words::default());
        matches!(reached, Ok(Reached::End(state, None)) if state.row().is_some())
    }

    /// Adds a word for each line of `text`, except empty lines and those that begin with `#`.
    fn add(&mut self, file: &str, text: &str) {
        for (line, number) in text.lines().zip(1..) {
            let word = line.trim();
            if !word.is_empty() && !word.starts_with('#') {
                self.words.push(word.into());
                self.lines.push(Line { word: word.to_owned(), file: file.to_owned(), number });
            }
        }
    }

    /// Adds the file and the line number to a mistake that comes from a file's line.
    pub(super) fn blame(&self, mistake: UsageError) -> UsageError {
        let text = mistake.to_string();
        match self.lines.iter().rfind(|line| line.is_in(&text)) {
            Some(Line { file, number, .. }) => {
                UsageError::InFile { mistake: Box::new(mistake), file: file.clone(), line: *number }
            }
            None => mistake,
        }
    }
}

impl Line {
    /// Whether `message` is about this line: messages quote the wrong word or flag value, and
    /// name a flag whose value is missing.
    fn is_in(&self, message: &str) -> bool {
        let quotes = |word: &str| message.contains(&format!("'{word}'"));
        let value = self.word.split_once('=').map(|(_, value)| value);
        quotes(&self.word)
            || value.is_some_and(quotes)
            || (self.word.starts_with('-') && message.contains(&format!(" {}.", self.word)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# A small cluster.\n\n  1 \n0\n--label=worker:a=b c\n@other\n#--plain\n";

    fn expanded(line: &[&str]) -> Result<Vec<String>, UsageError> {
        let line: Vec<OsString> = line.iter().map(OsString::from).collect();
        let open = |path: &Path| match path.to_str() {
            Some("f") => Ok(FILE.to_owned()),
            _ => Err(io::ErrorKind::NotFound.into()),
        };
        let words = Expanded::of(&line, open)?.words;
        Ok(words.into_iter().map(|word| word.into_string().unwrap()).collect())
    }

    #[test]
    fn each_line_of_a_file_is_a_word() {
        let words = expanded(&["create", "cluster", "a", "@f", "-q"]).unwrap();
        let want = ["create", "cluster", "a", "1", "0", "--label=worker:a=b c", "@other", "-q"];
        assert_eq!(words, want);
    }

    #[test]
    fn words_of_the_original_values_and_what_is_not_ours_are_no_files() {
        for line in [
            &["@f"][..],
            &["create", "@f"],
            &["create", "cluster", "a", "--patches", "@f"],
            &["create", "cluster", "a", "--patches=@f"],
            &["exec", "a-lb", "--", "ls", "@f"],
            &["create", "cluster", "@"],
            &["xxx", "@f"],
            &["-h", "@f"],
        ] {
            assert_eq!(expanded(line).unwrap(), line);
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named() {
        let error = expanded(&["create", "cluster", "@none"]).unwrap_err();
        assert_eq!(error.to_string(), "Invalid @FILE, 'none': entity not found.");
    }
}
