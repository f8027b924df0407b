//! Generates command lines. Words that mokctl deliberately treats differently from the original
//! are not in the vocabulary; they have their own tests.

use crate::outcome::{Line, line};

/// The words from which every possible line is made.
pub(crate) const VOCABULARY: [&str; 9] =
    ["create", "delete", "cluster", "a", "1", "0", "x", "", "-h"];

/// Words that are easily mishandled. None is a flag or a new command, and none contains a blank
/// or one of `* ? [`, which the original's shell would expand.
const ODD: [&str; 48] = [
    "-",
    "--",
    "---",
    "-x",
    "-1",
    "-H",
    "-hh",
    "-hx",
    "--h",
    "--hel",
    "--help-me",
    "--frob",
    "--frob=1",
    "-n",
    "-e",
    "-E",
    "=",
    "a=b",
    "'",
    "\"",
    "'a'",
    "\"a\"",
    "\\",
    "\\n",
    "a\\b",
    "`id`",
    "$(id)",
    "$HOME",
    "${x}",
    ";",
    "&&",
    "|",
    ">",
    "<",
    "!",
    "!!",
    "#",
    "~",
    "{a,b}",
    "(",
    "]",
    "%s",
    "ä",
    "日本語",
    "🚀",
    "e\u{301}",
    "\u{200b}",
    "CREATE",
];

/// Names of states and variables in the original's code, which must be ordinary words.
const INNER: [&str; 8] =
    ["create", "delete", "cluster", "COMMAND", "SUBCOMMAND", "OPTION", "END", "clusters"];

/// A small pseudo-random generator (splitmix64) that yields the same numbers on every machine.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(n).unwrap()).unwrap()
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }

    /// Returns a word without a meaning.
    fn odd(&mut self) -> String {
        match self.below(8) {
            0..=3 => self.pick(&ODD).to_owned(),
            4 => self.pick(&INNER).to_owned(),
            5 => self.text(200),
            6 if self.one_in(20) => self.text(9000),
            _ => self.text(8),
        }
    }

    /// Returns a word of upper-case letters, digits, symbols and non-ASCII letters, which cannot
    /// be a flag or a command.
    fn text(&mut self, longest: usize) -> String {
        let alphabet: Vec<char> = "XYZ0189-_.:/,+@%^&'\"\\$éßЖ漢🦀".chars().collect();
        let length = 1 + self.below(longest);
        (0..length).map(|_| alphabet[self.below(alphabet.len())]).collect()
    }

    /// Returns a valid line, or the beginning of one, with some random changes.
    pub(crate) fn line(&mut self) -> Line {
        let right = [&["create", "cluster", "a", "1", "0"][..], &["delete", "cluster", "a"], &[]];
        let right = right[[0, 0, 0, 1, 1, 2][self.below(6)]];
        let mut line = line(right);
        for word in line.iter_mut().skip(2) {
            if self.one_in(2) {
                *word = self.odd();
            }
        }
        if self.one_in(4) {
            line.truncate(self.below(line.len() + 1));
        }
        if self.one_in(6) && !line.is_empty() {
            let at = self.below(line.len());
            line[at] = self.odd();
        }
        for _ in 0..[0, 0, 1, 1, 2, 4][self.below(6)] {
            let at = self.below(line.len() + 1);
            let word = match self.below(6) {
                0 => "-h".to_owned(),
                1 | 2 => String::new(),
                3 => self.pick(&VOCABULARY).to_owned(),
                _ => self.odd(),
            };
            line.insert(at, word);
        }
        line
    }
}
