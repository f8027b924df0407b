//! The state machine: which state takes which word. Knows nothing about flags, and checks each
//! word without knowing whether another one follows.

use super::error::UsageError;
use super::table::{Need, Row, Slot, rows_of};
use super::words::Words;

/// The state of the parser: what the next word must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// The command.
    Command,
    /// The subcommand of this command.
    Subcommand(&'static str),
    /// The first option of this row.
    Option(&'static Row),
    /// The second option of this row.
    Option2(&'static Row),
    /// The third option of this row.
    Option3(&'static Row),
    /// Nothing: this row has all it takes.
    End(&'static Row),
}

impl State {
    /// Puts `word` in its place in `words` and returns the state after it, or refuses it. There
    /// is no other transition.
    pub(super) fn next(self, word: &str, words: &mut Words) -> Result<Self, UsageError> {
        match self {
            Self::Command => {
                let row = rows_of(word)
                    .next()
                    .ok_or_else(|| UsageError::InvalidCommand(word.to_owned()))?;
                words.command = Some(word.to_owned());
                if row.subcommands.is_empty() {
                    Ok(Self::taking(row, 0))
                } else {
                    Ok(Self::Subcommand(row.command))
                }
            }
            Self::Subcommand(command) => {
                let row = rows_of(command).find(|row| row.subcommands.contains(&word)).ok_or_else(
                    || UsageError::InvalidSubcommand { command, word: word.to_owned() },
                )?;
                words.subcommand = Some(word.to_owned());
                Ok(Self::taking(row, 0))
            }
            Self::Option(row) => Ok(Self::after(row, 0, word, words)),
            Self::Option2(row) => Ok(Self::after(row, 1, word, words)),
            Self::Option3(row) => Ok(Self::after(row, 2, word, words)),
            Self::End(_) => {
                Err(UsageError::Unexpected { word: word.to_owned(), title: words.title() })
            }
        }
    }

    /// Returns the row, once the words so far have selected one.
    pub(super) fn row(self) -> Option<&'static Row> {
        match self {
            Self::Command | Self::Subcommand(_) => None,
            Self::Option(row) | Self::Option2(row) | Self::Option3(row) | Self::End(row) => {
                Some(row)
            }
        }
    }

    /// Returns the option that the next word is for, if it is for one.
    pub(super) fn slot(self) -> Option<&'static Slot> {
        match self {
            Self::Command | Self::Subcommand(_) | Self::End(_) => None,
            Self::Option(row) => row.options.first(),
            Self::Option2(row) => row.options.get(1),
            Self::Option3(row) => row.options.get(2),
        }
    }

    /// Returns what docs/grammar.md calls the state.
    #[cfg(test)]
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Command => "COMMAND",
            Self::Subcommand(_) => "SUBCOMMAND",
            Self::Option(_) => "OPTION",
            Self::Option2(_) => "OPTION2",
            Self::Option3(_) => "OPTION3",
            Self::End(_) => "END",
        }
    }

    /// Takes `word` as the `n`th option, counted from 0, and returns the state after it.
    fn after(row: &'static Row, n: usize, word: &str, words: &mut Words) -> Self {
        words.options.push(word.to_owned());
        let stays = row.options.get(n).is_some_and(|slot| matches!(slot.need, Need::Many(_)));
        Self::taking(row, if stays { n } else { n + 1 })
    }

    /// Returns the state that takes the `n`th option, or `End` if the row has none.
    fn taking(row: &'static Row, n: usize) -> Self {
        let states = [Self::Option(row), Self::Option2(row), Self::Option3(row)];
        states.into_iter().zip(row.options).nth(n).map_or(Self::End(row), |(state, _)| state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the names of the states that `line` goes through.
    fn path(line: &str) -> Vec<&'static str> {
        let mut words = Words::default();
        let mut state = State::Command;
        let mut path = Vec::new();
        for word in line.split_whitespace() {
            state = state.next(word, &mut words).unwrap();
            path.push(state.name());
        }
        path
    }

    #[test]
    fn every_command_goes_the_way_that_its_row_says() {
        for (line, states) in [
            ("create cluster a 1 0", "SUBCOMMAND OPTION OPTION2 OPTION3 END"),
            ("delete cluster a", "SUBCOMMAND OPTION END"),
            ("create worker a 2", "SUBCOMMAND OPTION OPTION2 END"),
            ("create master a", "SUBCOMMAND OPTION END"),
            ("get clusters a", "SUBCOMMAND OPTION END"),
            ("get images", "SUBCOMMAND END"),
            ("exec a-master-1", "OPTION END"),
            ("load image a b c d", "SUBCOMMAND OPTION OPTION2 OPTION2 OPTION2 OPTION2"),
            ("help create cluster", "OPTION OPTION2 END"),
            ("version", "END"),
        ] {
            assert_eq!(path(line).join(" "), states, "{line}");
        }
    }
}
