//! The command line: turns words into a typed [`Command`] or a text. Reads neither files nor
//! the environment itself, and prints nothing.
//!
//! [`scan`] puts every word in its place. Then the words are checked and converted to values.
//! `docs/grammar.md` is the specification.

mod argument_file;
mod check;
mod command;
mod complete;
mod defaults;
#[cfg(test)]
mod diagram;
mod error;
pub mod flags;
mod man;
mod parser;
mod recovery;
mod shell;
mod state;
pub mod table;
mod takes;
mod usage;
pub mod verb;
mod words;

use std::ffi::OsString;
use std::io;
use std::path::Path;

use argument_file::Expanded;
use check::check;
pub use command::{Command, Detail, Format, Globals};
pub use complete::Candidates;
pub use defaults::Defaults;
pub use error::UsageError;
pub use parser::{Scan, Stop, scan};
pub use recovery::mokctl;
pub use shell::Shell;
use table::Row;
pub use takes::{Live, Takes};
pub use usage::{Topic, hint, usage};
pub use words::Words;

/// What a valid command line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parsed {
    /// The [`usage`] text on stdout, exit status 0.
    Usage,
    /// The help about the topic on stdout, exit status 0.
    Help(Topic),
    /// This text on stdout, exit status 0.
    Answer(String),
    /// The candidates for the next word, as lines for the shell on stdout, exit status 0.
    /// Folders and files are the shell's to complete: exit status 1 asks for folders, 2 for
    /// files.
    Complete(Shell, Candidates),
    /// Nothing on stdout, the [`hint`] on stderr, exit status 0.
    Nothing(Option<&'static str>),
    /// A command that must be run.
    Run(Globals, Command),
}

/// Parses the words after the program's name, like [`parse`]. Each `@FILE` is first replaced
/// with the lines of that file, which `open` reads.
pub fn parse_with_files(
    line: &[OsString],
    defaults: &Defaults,
    open: impl Fn(&Path) -> io::Result<String>,
) -> Result<Parsed, UsageError> {
    let expanded = Expanded::of(line, open)?;
    parse(&expanded.words, defaults).map_err(|mistake| expanded.blame(mistake))
}

/// Parses the words after the program's name, and the flags that `defaults` adds to them.
pub fn parse(line: &[OsString], defaults: &Defaults) -> Result<Parsed, UsageError> {
    let Scan { words, end } = scan(line, defaults);
    match end? {
        Stop::Usage => Ok(Parsed::Usage),
        Stop::Help(topic) => Ok(Parsed::Help(topic)),
        Stop::Nothing(command) => Ok(Parsed::Nothing(command)),
        Stop::Complete(row) => check(row, &words).map_err(|mistake| blame(row, words, mistake)),
    }
}

/// Adds the name of the environment variable to a mistake that goes away without its value.
fn blame(row: &Row, mut words: Words, mistake: UsageError) -> UsageError {
    for at in (0..words.defaults.len()).rev() {
        let (flag, _) = words.defaults.remove(at);
        if check(row, &words).as_ref() != Err(&mistake) {
            let variable = flag.spec().variable().unwrap_or_default();
            return UsageError::InVariable { mistake: Box::new(mistake), variable };
        }
    }
    mistake
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::cli::flags::FLAGS;
    use crate::cli::table::ROWS;

    /// Generates words of any kind, mostly ones that mean something to the parser.
    fn word() -> impl Strategy<Value = String> {
        let known: Vec<String> = ROWS
            .iter()
            .flat_map(|row| [row.command].into_iter().chain(row.subcommands.iter().copied()))
            .map(str::to_owned)
            .chain(FLAGS.iter().flat_map(|s| [format!("--{}", s.name), format!("--{}=1", s.name)]))
            .chain(["", "-h", "--", "a", "1", "0", "a-worker-1"].map(str::to_owned))
            .collect();
        prop_oneof![4 => proptest::sample::select(known), 1 => any::<String>()]
    }

    proptest! {
        #[test]
        fn parse_never_panics_and_every_mistake_has_its_line(
            line in proptest::collection::vec(word(), 0..9)
        ) {
            let line: Vec<OsString> = line.into_iter().map(OsString::from).collect();
            if let Err(error) = parse(&line, &Defaults::default()) {
                let text = error.render();
                prop_assert!(text.starts_with(usage()) && text.len() > usage().len() + 1);
            }
        }

        #[test]
        fn bytes_that_are_no_text_never_panic(
            line in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..9), 0..9)
        ) {
            use std::os::unix::ffi::OsStringExt;
            let line: Vec<OsString> = line.into_iter().map(OsString::from_vec).collect();
            let _ = parse(&line, &Defaults::default()).map_err(|error| error.render());
        }
    }
}
