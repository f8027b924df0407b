//! The command lines that the tests compare, with the original's answers.

use std::env;
use std::sync::LazyLock;

use mokctl::cli::flags::FLAGS;
use mokctl::cli::table::ROWS;

use crate::lines::{Random, VOCABULARY};
use crate::oracle::Oracle;
use crate::outcome::{Line, Outcome, line};
use crate::recording::Recording;

/// The most words of an exhaustive line.
const DEPTH: usize = 6;

/// The number of random lines.
const RANDOM: usize = 12_000;

/// Lines with words that the original leaves unquoted, so its shell splits or globs them.
const ACCIDENTS: [&[&str]; 10] = [
    &["create cluster"],
    &[" "],
    &["create "],
    &["create", "cluster x"],
    &["create", "\t"],
    &["create", "cluster", "a b", "1", "0"],
    &["create", "cluster", "*", "1", "0"],
    &["create", "cluster", "f?le", "1", "0"],
    &["create", "cluster", "[f]ile", "1", "0"],
    &["create", "cluster", " ", "1", "0"],
];

/// Returns the corpus. The original is asked once for all tests.
pub(crate) static CORPUS: LazyLock<Corpus> = LazyLock::new(Corpus::new);

type Answered = Vec<(Line, Outcome)>;

/// Command lines with the original's answers.
pub(crate) struct Corpus {
    /// The source of the answers: the original, or a recording of it.
    pub(crate) source: &'static str,
    /// Whether the answers are the recorded ones.
    pub(crate) is_recorded: bool,
    /// The usage text of the original.
    pub(crate) usage: String,
    /// Lines that mokctl must answer as the original does.
    pub(crate) compared: Answered,
    /// The first words of every command, with and without each subcommand.
    pub(crate) claimed: Answered,
    /// Lines with a known flag at the end.
    pub(crate) flagged: Answered,
    /// The lines of [`ACCIDENTS`], in which the answers differ.
    pub(crate) accidents: Answered,
}

/// The source of answers. A recording must be asked the same lines in the same order.
enum Source {
    Oracle(Oracle, Recording),
    Recording(Recording),
}

impl Source {
    fn answer(&mut self, lines: Vec<Line>) -> Answered {
        let outcomes = match self {
            Self::Oracle(oracle, copy) => {
                let outcomes = oracle.answer(&lines);
                copy.record(&lines, &outcomes);
                outcomes
            }
            Self::Recording(recording) => recording.replay(&lines),
        };
        lines.into_iter().zip(outcomes).collect()
    }
}

impl Corpus {
    fn new() -> Self {
        let (mut source, name) = if let Some(oracle) = Oracle::find() {
            let copy = Recording::new(oracle.usage());
            (Source::Oracle(oracle, copy), "the original")
        } else {
            let message = "CI needs the original itself, which MOKCTL_ORACLE names, or \
                           MOKCTL_PARITY=recorded";
            let recorded = env::var_os("MOKCTL_PARITY").is_some_and(|value| value == "recorded");
            assert!(recorded || env::var_os("CI").is_none(), "{message}");
            (Source::Recording(Recording::load()), "its recorded answers")
        };
        let mut compared = exhaustive(&mut source);
        let mut random = Random(0x6d6f_6b63_746c);
        compared.extend(source.answer((0..RANDOM).map(|_| random.line()).collect()));
        compared.extend(source.answer(new_words_as_values()));
        let claimed = source.answer(first_words());
        let flagged = source.answer(with_flags());
        let accidents = source.answer(ACCIDENTS.map(line).to_vec());
        let (usage, is_recorded) = match source {
            Source::Oracle(oracle, copy) => {
                if env::var_os("MOKCTL_RECORD").is_some() {
                    copy.save();
                }
                (oracle.usage().to_owned(), copy.is_saved())
            }
            Source::Recording(recording) => {
                recording.assert_is_at_its_end();
                (recording.usage().to_owned(), true)
            }
        };
        Self { source: name, is_recorded, usage, compared, claimed, flagged, accidents }
    }
}

/// Returns all lines of the vocabulary, except those that extend a line at whose last word the
/// original exits: it cannot have read what follows.
fn exhaustive(source: &mut Source) -> Answered {
    let mut answered = source.answer(vec![Line::new()]);
    let mut open = answered.clone();
    for _ in 0..DEPTH {
        let mut lines = Vec::new();
        for (line, _) in &open {
            for word in VOCABULARY {
                let mut line = line.clone();
                line.push(word.to_owned());
                lines.push(line);
            }
        }
        open = source.answer(lines);
        answered.extend_from_slice(&open);
        open.retain(|(_, outcome)| outcome.is_open());
    }
    answered
}

/// Commands that only mokctl has are ordinary words in every other position.
fn new_words_as_values() -> Vec<Line> {
    let words =
        ROWS.iter().flat_map(|row| [row.command].into_iter().chain(row.subcommands.to_vec()));
    let lines = words.flat_map(|word| {
        [
            line(&["create", "cluster", word, word, word]),
            line(&["create", "cluster", "a", "1", "0", word]),
            line(&["delete", "cluster", word]),
            line(&["delete", "cluster", "a", word]),
            line(&["xxx", word]),
        ]
    });
    lines.collect()
}

fn first_words() -> Vec<Line> {
    let lines = ROWS.iter().flat_map(|row| {
        row.subcommands.iter().chain(&[""]).map(|subcommand| line(&[row.command, subcommand]))
    });
    lines.collect()
}

fn with_flags() -> Vec<Line> {
    let names = FLAGS.iter().flat_map(|spec| {
        let long = format!("--{}", spec.name);
        [Some(format!("{long}=1")), spec.short.map(|c| format!("-{c}")), Some(long)]
    });
    names.flatten().map(|flag| line(&["create", "cluster", "a", "1", "0", &flag])).collect()
}
