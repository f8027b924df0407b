//! The loop over the words of the command line: takes flags out, hands the
//! rest to the state machine, and looks at the end whether a word is missing.

use std::ffi::{OsStr, OsString};

use super::defaults::Defaults;
use super::error::UsageError;
use super::flags::{self, FLAGS, Flag, FlagSpec};
use super::state::State;
use super::table::Row;
use super::usage::Topic;
use super::words::Words;

/// What one word is before any state has seen it.
enum Token<'a> {
    /// Empty: skipped.
    Nothing,
    /// `-h`.
    Usage,
    /// `--help`.
    Help,
    /// `--` before words that are not ours.
    Rest(&'static Row),
    /// A flag without a value.
    Switch(Flag),
    /// A flag whose value is the next word.
    Wants(&'static FlagSpec),
    /// A flag with the value after its `=`.
    Given(Flag, &'a str),
    /// Anything else.
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

/// Where a command line without mistakes ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// At `-h`.
    Usage,
    /// At `--help`, with what was said before it.
    Help(Topic),
    /// Before a subcommand, with the command if there was one.
    Nothing(Option<&'static str>),
    /// After everything that the command needs.
    Complete(&'static Row),
}

/// A command line as it was read, up to its end or its first mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// The words in their places.
    pub words: Words,
    /// How it ended.
    pub end: Result<Stop, UsageError>,
}

/// Reads `line` from left to right. The first word that decides ends it; what it
/// does not say, `defaults` may.
#[must_use]
pub fn scan(line: &[OsString], defaults: &Defaults) -> Scan {
    let mut words = Words::default();
    let end = read(line, &mut words).and_then(|reached| finish(reached, &mut words, defaults));
    Scan { words, end }
}

/// How far the words of a line go.
#[derive(Debug)]
pub(super) enum Reached {
    /// To a word that decides.
    Stop(Stop),
    /// To the end. The next word is the value of the flag, where there is one, and
    /// the state's where not.
    End(State, Option<&'static FlagSpec>),
    /// Past `--`: no further word is ours.
    Rest(&'static Row),
}

/// The loop. What it has read by then stays in `words` after a mistake, too.
pub(super) fn read(line: &[OsString], words: &mut Words) -> Result<Reached, UsageError> {
    let mut state = State::Command;
    // The flag before this word, if it still wants its value.
    let mut wants: Option<&'static FlagSpec> = None;
    for (at, word) in line.iter().enumerate() {
        match (wants.take(), Token::classify(word, state)?) {
            // Who asks for help is not told about a missing value first.
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

/// `--help` is about what has been said so far.
fn help(state: State) -> Stop {
    match state {
        State::Command => Stop::Usage,
        State::Subcommand(command) => Stop::Help(Topic::new(command, None)),
        State::Option(row) | State::Option2(row) | State::Option3(row) | State::End(row) => {
            Stop::Help(Topic::new(row.command, row.subcommands.first().copied()))
        }
    }
}

/// What the words come to, now that there are no more of them.
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
