//! The loop over the words of the command line. It takes the flags out, hands the other words
//! to the state machine, and checks at the end whether a word is missing.

use std::ffi::{OsStr, OsString};

use super::defaults::Defaults;
use super::error::UsageError;
use super::flags::{self, FLAGS, Flag, FlagSpec};
use super::state::State;
use super::table::Row;
use super::usage::Topic;
use super::words::Words;

/// The kind of a word, before the state machine sees it.
enum Token<'a> {
    /// An empty word, which is skipped.
    Nothing,
    /// `-h`.
    Usage,
    /// `--help`.
    Help,
    /// `--`, in a command that takes the words after it as they are.
    Rest(&'static Row),
    /// A flag without a value.
    Switch(Flag),
    /// A flag whose value is the next word.
    Wants(&'static FlagSpec),
    /// A flag with its value after `=`.
    Given(Flag, &'a str),
    /// Any other word.
    Word(&'a str),
}

impl<'a> Token<'a> {
    fn classify(word: &'a OsStr, state: State) -> Result<Self, UsageError> {
        let word = word
            .to_str()
            .ok_or_else(|| UsageError::NotUtf8(word.to_string_lossy().into_owned()))?;
        match word {
            "" => return Ok(Self::Nothing),
            "-h" => return Ok(Self::Usage),
            "--" => {
                if let Some(row) = state.row().filter(|row| row.rest.is_some()) {
                    return Ok(Self::Rest(row));
                }
            }
            _ => {}
        }
        let Some((spec, value)) = flags::find(word) else { return Ok(Self::Word(word)) };
        match (spec.value, value) {
            (None, None) if spec.flag == Flag::Help => Ok(Self::Help),
            (None, None) => Ok(Self::Switch(spec.flag)),
            (None, Some(value)) => Err(UsageError::FlagWithValue { spec, value: value.to_owned() }),
            (Some(_), None) => Ok(Self::Wants(spec)),
            (Some(_), Some("")) => Err(UsageError::FlagWithoutValue(spec)),
            (Some(_), Some(value)) => Ok(Self::Given(spec.flag, value)),
        }
    }
}

/// Where a command line without mistakes ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// At `-h`.
    Usage,
    /// At `--help`, with the command before it.
    Help(Topic),
    /// Before the command, or, if the command is given, before its subcommand.
    Nothing(Option<&'static str>),
    /// After all words that the command needs.
    Complete(&'static Row),
}

/// A command line that was read up to its end or its first mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// The words in their places.
    pub words: Words,
    /// Where it ended, or the mistake.
    pub end: Result<Stop, UsageError>,
}

/// Reads `line` from left to right, up to `-h`, `--help` or the first mistake. `defaults` adds
/// flags that the line does not give.
#[must_use]
pub fn scan(line: &[OsString], defaults: &Defaults) -> Scan {
    let mut words = Words::default();
    let end = read(line, &mut words).and_then(|reached| finish(reached, &mut words, defaults));
    Scan { words, end }
}

/// How far the words of a line have been read.
#[derive(Debug)]
pub(super) enum Reached {
    /// Up to `-h` or `--help`.
    Stop(Stop),
    /// To the end. If there is a flag, the next word would be its value; otherwise the state
    /// would take the next word.
    End(State, Option<&'static FlagSpec>),
    /// Past `--`. The further words are the command's, as they are.
    Rest(&'static Row),
}

/// Reads `line` into `words`. After a mistake, `words` keeps what was read before it.
pub(super) fn read(line: &[OsString], words: &mut Words) -> Result<Reached, UsageError> {
    let mut state = State::Command;
    // The flag before this word, if it still needs its value.
    let mut wants: Option<&'static FlagSpec> = None;
    for (at, word) in line.iter().enumerate() {
        match (wants.take(), Token::classify(word, state)?) {
            // A user who asks for help is not told about a missing value first.
            (_, Token::Usage) => return Ok(Reached::Stop(Stop::Usage)),
            (_, Token::Help) => return Ok(Reached::Stop(help(state))),
            (Some(spec), Token::Word(value)) => {
                words.flags.push((spec.flag, Some(value.to_owned())));
            }
            (
                Some(spec),
                Token::Nothing
                | Token::Rest(_)
                | Token::Switch(_)
                | Token::Wants(_)
                | Token::Given(..),
            ) => return Err(UsageError::FlagWithoutValue(spec)),
            (None, Token::Nothing) => {}
            (None, Token::Rest(row)) => {
                words.rest = line[at + 1..].to_vec();
                return Ok(Reached::Rest(row));
            }
            (None, Token::Switch(flag)) => words.flags.push((flag, None)),
            (None, Token::Wants(spec)) => wants = Some(spec),
            (None, Token::Given(flag, value)) => words.flags.push((flag, Some(value.to_owned()))),
            (None, Token::Word(word)) => state = state.next(word, words)?,
        }
    }
    Ok(Reached::End(state, wants))
}

/// Returns the stop for `--help`: help about the command so far.
fn help(state: State) -> Stop {
    match state {
        State::Command => Stop::Usage,
        State::Subcommand(command) => Stop::Help(Topic::new(command, None)),
        State::Option(row) | State::Option2(row) | State::Option3(row) | State::End(row) => {
            Stop::Help(Topic::new(row.command, row.subcommands.first().copied()))
        }
    }
}

/// Adds the defaults after the last word, and checks that the command is complete and takes
/// all of the flags.
fn finish(reached: Reached, words: &mut Words, defaults: &Defaults) -> Result<Stop, UsageError> {
    let row = match reached {
        Reached::Stop(stop) => return Ok(stop),
        Reached::End(_, Some(spec)) => return Err(UsageError::FlagWithoutValue(spec)),
        Reached::End(State::Command, None) => return Ok(Stop::Nothing(None)),
        Reached::End(State::Subcommand(command), None) => {
            return Ok(Stop::Nothing(Some(command)));
        }
        Reached::Rest(row)
        | Reached::End(
            State::Option(row) | State::Option2(row) | State::Option3(row) | State::End(row),
            None,
        ) => row,
    };
    let stray = FLAGS.iter().find(|spec| words.has(spec.flag) && !spec.belongs_to(row.verb));
    if let Some(spec) = stray {
        return Err(UsageError::FlagNotFor { spec, title: words.title() });
    }
    defaults.apply(row, words)?;
    row.missing(words).map_or(Ok(Stop::Complete(row)), |ask| Err(UsageError::Missing(ask)))
}

#[cfg(test)]
mod tests;
