//! The commands, one row each. Adding or dropping a command begins with its row and its
//! [`Verb`]; the compiler then names the other places that must change. Knows no parser state.

mod rows;

pub use rows::ROWS;

use super::flags::Flag;
use super::takes::Takes;
use super::verb::Verb;
use super::words::Words;

/// When an option may be left out. The string completes "Please provide ...".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Never.
    Required(&'static str),
    /// When one of these flags is given.
    OrFlag(&'static str, &'static [Flag]),
    /// Never. Every further word is another value of the option.
    Many(&'static str),
    /// Always.
    Optional,
}

/// An option of a command: what the state OPTION, OPTION2 or OPTION3 takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// What the usage text calls the option.
    pub name: &'static str,
    /// When it may be left out.
    pub need: Need,
    /// What the word may be, for completion.
    pub takes: Takes,
}

/// The row of a command.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    /// The command's name in the program.
    pub verb: Verb,
    /// The word that COMMAND takes.
    pub command: &'static str,
    /// The words that SUBCOMMAND takes; all mean the same. If there are none, COMMAND goes
    /// straight to OPTION.
    pub subcommands: &'static [&'static str],
    /// What OPTION, OPTION2 and OPTION3 take, at most three. END comes after the last.
    pub options: &'static [Slot],
    /// What the usage text calls the words after `--`, which the command takes as they are.
    /// `None`: it takes none.
    pub rest: Option<&'static str>,
}

impl Row {
    /// Returns the words of the row, such as `create cluster`.
    #[must_use]
    pub fn title(&self) -> String {
        let words: Vec<_> =
            [self.command].iter().chain(self.subcommands.first()).copied().collect();
        words.join(" ")
    }

    /// Returns the row as the usage text shows it, such as `get cluster [NAME]`.
    #[must_use]
    pub fn format(&self) -> String {
        let option = |slot: &Slot| match slot.need {
            Need::Required(_) | Need::OrFlag(..) => format!(" {}", slot.name),
            Need::Many(_) => format!(" {}...", slot.name),
            Need::Optional => format!(" [{}]", slot.name),
        };
        let options: String = self.options.iter().map(option).collect();
        let rest = self.rest.map(|word| format!(" [-- {word}...]")).unwrap_or_default();
        format!("{}{options}{rest}", self.title())
    }

    /// Returns what completes "Please provide ..." for the first required option that is
    /// missing.
    pub(super) fn missing(&self, words: &Words) -> Option<&'static str> {
        self.options.iter().skip(words.options.len()).find_map(|slot| match slot.need {
            Need::Required(ask) | Need::Many(ask) => Some(ask),
            Need::OrFlag(ask, flags) => (!flags.iter().any(|f| words.has(*f))).then_some(ask),
            Need::Optional => None,
        })
    }
}

/// Returns the rows that begin with `command`: none if there is no such command.
pub fn rows_of(command: &str) -> impl Iterator<Item = &'static Row> {
    ROWS.iter().filter(move |row| row.command == command)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_rows_claim_the_same_words_or_the_same_verb() {
        let mut claimed = HashSet::new();
        let mut verbs = HashSet::new();
        for row in ROWS {
            assert!(verbs.insert(row.verb), "{:?}", row.verb);
            for subcommand in
                row.subcommands.iter().copied().chain(row.subcommands.is_empty().then_some(""))
            {
                assert!(claimed.insert((row.command, subcommand)), "{} {subcommand}", row.command);
            }
        }
    }

    #[test]
    fn a_command_has_subcommands_in_all_its_rows_or_is_one_row() {
        for row in ROWS.iter().filter(|row| row.subcommands.is_empty()) {
            assert_eq!(rows_of(row.command).count(), 1, "{}", row.command);
        }
    }

    #[test]
    fn there_is_a_state_for_every_option_and_nothing_after_many() {
        for row in ROWS {
            assert!(row.options.len() <= 3, "{}", row.title());
            let many = row.options.iter().position(|slot| matches!(slot.need, Need::Many(_)));
            assert!(many.is_none_or(|at| at + 1 == row.options.len()), "{}", row.title());
        }
    }

    #[test]
    fn an_option_that_may_be_left_out_is_never_followed_by_one_that_may_not() {
        for row in ROWS {
            let optional = |slot: &Slot| slot.need == Need::Optional;
            assert!(row.options.is_sorted_by_key(optional), "{}", row.title());
        }
    }

    #[test]
    fn the_grammar_document_has_the_same_rows() {
        let document = include_str!("../../../docs/grammar.md");
        let rows: Vec<String> = document
            .lines()
            .skip_while(|line| *line != "## Commands")
            .skip(4)
            .take_while(|line| !line.is_empty())
            .map(str::to_owned)
            .collect();
        let option = |row: &Row, n: usize| match row.options.get(n) {
            Some(Slot { name, need: Need::Optional, .. }) => format!("[{name}]"),
            Some(Slot { name, need: Need::Many(_), .. }) => format!("{name}..."),
            Some(Slot { name, need: Need::Required(_) | Need::OrFlag(..), .. }) => {
                (*name).to_owned()
            }
            None => String::new(),
        };
        let cells = |row: &Row| {
            let options = (0..3).map(|n| option(row, n));
            let words = [row.command.to_owned(), row.subcommands.join(", ")];
            let cells: Vec<String> = words.into_iter().chain(options).collect();
            format!("| {} |", cells.join(" | ")).replace("|  |", "| |").replace("|  |", "| |")
        };
        assert_eq!(rows, ROWS.iter().map(cells).collect::<Vec<_>>());
    }
}
