//! Stores the answers of the original in a small file, in the order of the lines.
//!
//! Most answers are the same except for the words of their line. So the file has templates, in
//! which `<2>` stands for word 2 of the line, and for each line the number of its template in two
//! base-36 digits.

use std::fs;
use std::path::{Path, PathBuf};

use crate::outcome::{Line, Outcome};

/// The number of answers in one line of the file.
const WIDTH: usize = 50;

/// A recording of the original's answers, being made or replayed.
pub(crate) struct Recording {
    usage: String,
    templates: Vec<String>,
    numbers: Vec<usize>,
    /// How many of the numbers have been replayed.
    replayed: usize,
    /// The checksum of all lines asked so far.
    asked: u64,
    /// The checksum in the file.
    expected: u64,
}

impl Recording {
    /// An empty recording.
    pub(crate) fn new(usage: &str) -> Self {
        Self {
            usage: usage.to_owned(),
            templates: Vec::new(),
            numbers: Vec::new(),
            replayed: 0,
            // FNV-1a's offset basis, and its prime below.
            asked: 0xcbf2_9ce4_8422_2325,
            expected: 0,
        }
    }

    /// Reads the recording from the file.
    pub(crate) fn load() -> Self {
        let text = fs::read_to_string(path()).unwrap();
        let mut parts = text.split("\n\n");
        let mut part = || parts.next().unwrap().lines();
        let _comment = part();
        let mut head = part();
        let expected = u64::from_str_radix(head.next().unwrap(), 16).unwrap();
        let usage: String = serde_json::from_str(head.next().unwrap()).unwrap();
        let templates = part().map(str::to_owned).collect();
        let digits: String = part().collect();
        let number = |at| usize::from_str_radix(&digits[at..at + 2], 36).unwrap();
        let numbers = (0..digits.len()).step_by(2).map(number).collect();
        Self { templates, numbers, expected, ..Self::new(&usage) }
    }

    /// Returns the usage text of the original.
    pub(crate) fn usage(&self) -> &str {
        &self.usage
    }

    /// Adds the original's answers to `lines`.
    pub(crate) fn record(&mut self, lines: &[Line], outcomes: &[Outcome]) {
        for (line, outcome) in lines.iter().zip(outcomes) {
            self.ask(line);
            let template = to_template(line, outcome);
            assert_eq!(from_template(line, &template), *outcome, "{template} loses something");
            let number = self.templates.iter().position(|t| *t == template);
            self.numbers.push(number.unwrap_or(self.templates.len()));
            if number.is_none() {
                self.templates.push(template);
            }
        }
    }

    /// Returns the recorded answers to `lines`.
    pub(crate) fn replay(&mut self, lines: &[Line]) -> Vec<Outcome> {
        let outcome = |line| {
            self.ask(line);
            let number = *self.numbers.get(self.replayed).expect("the recording is too short");
            self.replayed += 1;
            from_template(line, &self.templates[number])
        };
        lines.iter().map(outcome).collect()
    }

    /// Checks that the recording was made with the lines that were replayed.
    pub(crate) fn assert_is_at_its_end(&self) {
        assert_eq!(
            (self.replayed, self.asked),
            (self.numbers.len(), self.expected),
            "the recording is of other lines: MOKCTL_RECORD=1 makes a new one from the original"
        );
    }

    /// Whether the file contains this recording.
    pub(crate) fn is_saved(&self) -> bool {
        fs::read_to_string(path()).is_ok_and(|text| text == self.text())
    }

    /// Writes the file.
    pub(crate) fn save(&self) {
        fs::write(path(), self.text()).unwrap();
    }

    fn text(&self) -> String {
        let numbers: Vec<String> = self.numbers.iter().map(|n| digits(*n)).collect();
        let numbers: Vec<String> = numbers.chunks(WIDTH).map(<[String]>::concat).collect();
        format!(
            "The answers of the original. Made by MOKCTL_RECORD=1 cargo test --test parity\n\n\
             {:016x}\n{}\n\n{}\n\n{}\n",
            self.asked,
            serde_json::to_string(&self.usage).unwrap(),
            self.templates.join("\n"),
            numbers.join("\n"),
        )
    }

    fn ask(&mut self, line: &Line) {
        for byte in line.iter().flat_map(|word| word.bytes().chain([0])).chain([1]) {
            self.asked = (self.asked ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parity/recorded.txt")
}

fn digits(number: usize) -> String {
    let digit = |n: usize| char::from_digit(u32::try_from(n).unwrap(), 36).unwrap();
    assert!(number < 36 * 36, "more templates than two digits can tell apart");
    [digit(number / 36), digit(number % 36)].iter().collect()
}

/// Returns the outcome as a line of JSON in which the words of `line` are replaced.
fn to_template(line: &Line, outcome: &Outcome) -> String {
    let word = |value: &String| match line.iter().position(|word| word == value) {
        Some(n) if !value.is_empty() => format!("<{n}>"),
        _ => value.clone(),
    };
    // The longest of the words in quotes: a shorter one may be part of it.
    let quoted = line.iter().filter(|word| outcome.tail.contains(&format!("'{word}'")));
    let tail = match quoted.max_by_key(|word| word.len()) {
        Some(value) => {
            outcome.tail.replacen(&format!("'{value}'"), &format!("'{}'", word(value)), 1)
        }
        None => outcome.tail.clone(),
    };
    let Outcome { command, subcommand, name, masters, workers, .. } = outcome;
    let values = [command, subcommand, name, masters, workers].map(word);
    serde_json::to_string(&(outcome.status, outcome.usage, tail, values)).unwrap()
}

fn from_template(line: &Line, template: &str) -> Outcome {
    let (status, usage, tail, values): (u8, bool, String, [String; 5]) =
        serde_json::from_str(template).unwrap();
    // At most one word is inserted, so text inside of a word is never taken for a placeholder.
    let fill = |text: String| {
        let place = text.split_once('<').and_then(|(before, rest)| {
            let (n, after) = rest.split_once('>')?;
            Some((before, n.parse::<usize>().ok()?, after))
        });
        match place {
            Some((before, n, after)) => format!("{before}{}{after}", line[n]),
            None => text,
        }
    };
    let [command, subcommand, name, masters, workers] = values.map(fill);
    Outcome { status, usage, tail: fill(tail), command, subcommand, name, masters, workers }
}
