//! The usage text, whole or the part about one command, with examples. The text is in
//! `usage.txt` and `examples.txt`; the lines about flags come from the table of flags.

use std::sync::LazyLock;

use super::flags::{FLAGS, FlagSpec, Scope};
use super::table::{ROWS, Row};

const TEXT: &str = include_str!("usage.txt");
const EXAMPLES: &str = include_str!("examples.txt");

/// The placeholder in the text for the lines about the flags of its block.
const FLAGS_HERE: &str = "{flags}";

/// Returns the whole usage text.
#[must_use]
pub fn usage() -> &'static str {
    static USAGE: LazyLock<String> = LazyLock::new(|| blocks(TEXT, |_| true));
    &USAGE
}

/// Returns the line for stderr about a missing command, or about a missing subcommand of
/// `command`.
#[must_use]
pub fn hint(command: Option<&str>) -> String {
    match command {
        None => "Nothing to do: no COMMAND. 'mokctl -h' lists them.".to_owned(),
        Some(command) => {
            format!(
                "Nothing to do: no SUBCOMMAND for {command}. 'mokctl help {command}' lists them."
            )
        }
    }
}

/// The command, or the one of its subcommands, that help is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic(String);

impl Topic {
    /// Makes the topic of `command`, or of its `subcommand` alone.
    pub(super) fn new(command: &str, subcommand: Option<&str>) -> Self {
        Self([command].into_iter().chain(subcommand).collect::<Vec<_>>().join(" "))
    }

    /// Returns the part of the usage text about the topic, the global flags, and examples.
    #[must_use]
    pub fn text(&self) -> String {
        let about =
            |heading: &str| heading.strip_prefix(&self.0).is_some_and(|rest| rest.starts_with(' '));
        let (usage, examples) = (blocks(TEXT, about), blocks(EXAMPLES, about));
        format!("\n{usage}Global flags:\n\n{}\n{examples}", flag_lines(""))
    }
}

/// Returns one line about what the command of `row` does.
pub(super) fn about(row: &Row) -> &'static str {
    let Some(word) = row.subcommands.first() else {
        let mut lines = lines_below(TEXT, format!("{} options:", row.title()));
        return lines.find(|line| !line.is_empty()).unwrap_or_default().trim_start();
    };
    let about = |line: &'static str| {
        let (words, about) = line.split_once(" - ")?;
        words.split(',').any(|listed| listed.trim() == *word).then_some(about)
    };
    let mut lines = lines_below(TEXT, format!("{} SUBCOMMANDs:", row.command));
    lines.find_map(about).unwrap_or_default()
}

/// Returns the meaning of the option `name` of `row`. In the text it may go on in further
/// lines.
pub(super) fn meaning(row: &Row, name: &str) -> String {
    let explains =
        |line: &&str| line.split_once(" - ").is_some_and(|(listed, _)| listed.trim() == name);
    let mut lines = lines_below(TEXT, format!("{} options:", row.title()));
    let first = lines.find(explains).and_then(|line| line.split_once(" - "));
    let rest = lines.take_while(|line| line.starts_with("      ")).map(str::trim_start);
    first.map(|(_, text)| text).into_iter().chain(rest).collect::<Vec<_>>().join(" ")
}

/// Returns the examples of `row`: lines of text, and command lines, indented by two.
pub(super) fn examples(row: &Row) -> impl Iterator<Item = &'static str> {
    lines_below(EXAMPLES, format!("{} examples:", row.title()))
}

/// Returns the lines below `heading` in `source`, up to the next heading.
fn lines_below(source: &'static str, heading: String) -> impl Iterator<Item = &'static str> {
    let below = source.lines().skip_while(move |line| *line != heading).skip(1);
    below.take_while(|line| line.is_empty() || line.starts_with(' ') || *line == FLAGS_HERE)
}

/// Returns the blocks of `source` whose heading is wanted, with the lines about their flags. A
/// heading is a line that is not indented.
fn blocks(source: &str, wanted: impl Fn(&str) -> bool) -> String {
    let mut text = String::new();
    let mut heading = "";
    for line in source.lines() {
        if !line.is_empty() && !line.starts_with(' ') && line != FLAGS_HERE {
            heading = line;
        }
        if !wanted(heading) {
            continue;
        }
        if line == FLAGS_HERE {
            text.push_str(&flag_lines(heading));
        } else {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

/// Returns the lines about the flags in the block below `heading`: the flags of its command
/// alone, or the global ones if the heading is not a command's.
fn flag_lines(heading: &str) -> String {
    let row = ROWS.iter().find(|row| heading == format!("{} options:", row.title()));
    let listed = |spec: &&FlagSpec| match row {
        Some(row) => spec.scope != Scope::Global && spec.belongs_to(row.verb),
        None => spec.scope == Scope::Global,
    };
    let flags: Vec<_> = FLAGS.iter().filter(listed).map(|s| (s.label(), s.help)).collect();
    let width = flags.iter().map(|(label, _)| label.len()).max().unwrap_or(0);
    let lines = flags.iter().map(|(label, help)| format!("  {label:width$} - {help}\n"));
    lines.collect::<Vec<_>>().concat()
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;
    use crate::cli::argument_file::Expanded;
    use crate::cli::table::rows_of;
    use crate::cli::{Defaults, Stop, parse, scan};

    #[test]
    fn every_command_has_a_block_with_its_format() {
        for row in ROWS {
            let text = Topic(row.title()).text();
            let format = format!("\n  {}\n", row.format());
            assert!(text.contains(&format), "{format:?} is not in {text}");
            for name in row.options.iter().map(|slot| slot.name).chain(row.rest) {
                assert!(text.contains(&format!("\n  {name:11} - ")), "{name}");
                assert!(!meaning(row, name).is_empty(), "{name}");
            }
            assert!(about(row).ends_with('.'), "{}", row.title());
        }
    }

    #[test]
    fn every_command_and_subcommand_is_listed() {
        for row in ROWS {
            assert!(usage().contains(&format!("\n  {}\n", row.command)), "{}", row.command);
            let text = Topic::new(row.command, None).text();
            for word in row.subcommands {
                let listed = |line: &str| {
                    line.split_once(" - ")
                        .is_some_and(|(w, _)| w.split(',').any(|w| w.trim() == *word))
                };
                assert!(text.lines().any(listed), "{word}");
            }
        }
    }

    #[test]
    fn every_flag_is_in_the_block_of_each_command_it_belongs_to() {
        for spec in FLAGS {
            assert!(usage().contains(&spec.label()), "{}", spec.name);
            for row in ROWS.iter().filter(|_| spec.scope != Scope::Global) {
                let text = Topic(row.title()).text();
                let listed = text.contains(&format!("  {} ", spec.label()));
                assert_eq!(listed, spec.belongs_to(row.verb), "{} {}", row.title(), spec.name);
            }
        }
    }

    #[test]
    fn every_block_is_a_commands_and_no_placeholder_is_left() {
        assert!(!usage().contains(FLAGS_HERE));
        for line in TEXT.lines().filter(|line| !line.starts_with(' ')) {
            if let Some(title) = line.strip_suffix(" options:").filter(|t| *t != "Global") {
                assert!(ROWS.iter().any(|row| row.title() == title), "{line}");
            }
            if let Some(command) = line.strip_suffix(" SUBCOMMANDs:") {
                assert!(rows_of(command).next().is_some(), "{line}");
            }
        }
    }

    #[test]
    fn the_help_of_a_command_is_its_blocks_alone() {
        let text = Topic::new("delete", None).text();
        assert!(text.starts_with("\ndelete SUBCOMMANDs:\n"), "{text}");
        assert!(text.contains("delete worker options:") && !text.contains("create"), "{text}");
        let text = Topic::new("delete", Some("cluster")).text();
        assert!(text.starts_with("\ndelete cluster options:\n"), "{text}");
        assert!(!text.contains("worker"), "{text}");
    }

    #[test]
    fn every_command_has_examples_and_each_is_a_command_line_of_it() {
        for row in ROWS {
            let heading = format!("{} examples:", row.title());
            let examples = blocks(EXAMPLES, |found| found == heading);
            assert!(Topic(row.title()).text().ends_with(&examples), "{heading}");
            let lines: Vec<_> =
                examples.lines().filter_map(|line| line.strip_prefix("  mokctl ")).collect();
            assert!(!lines.is_empty(), "no {heading}");
            for line in lines {
                // The rest of the line, a pipe or a redirection, is the shell's.
                let words = line.split_whitespace().take_while(|w| !["|", ">"].contains(w));
                let words: Vec<OsString> = words.map(OsString::from).collect();
                let words = Expanded::of(&words, |_| Ok("1\n1\n".to_owned())).unwrap().words;
                let none = Defaults::default();
                let scan = scan(&words, &none);
                assert!(matches!(scan.end, Ok(Stop::Complete(found)) if found == row), "{line}");
                assert!(parse(&words, &none).is_ok(), "{line}");
            }
        }
    }

    #[test]
    fn a_text_may_go_on_in_further_lines() {
        let row = rows_of("create").next().unwrap();
        assert_eq!(about(row), "Create a local kubernetes cluster.");
        let name = "The name of the cluster. This will be used as the prefix in the name for newly \
                    created docker containers.";
        assert_eq!(meaning(row, "NAME"), name);
        assert_eq!(meaning(row, "NUM_MASTERS"), "The number of master containers.");
    }

    #[test]
    fn every_example_is_a_commands() {
        for heading in EXAMPLES.lines().filter(|line| !line.is_empty() && !line.starts_with(' ')) {
            let title = heading.strip_suffix(" examples:");
            assert!(ROWS.iter().any(|row| Some(row.title().as_str()) == title), "{heading}");
        }
    }

    #[test]
    fn the_text_fits_a_terminal() {
        for line in usage().lines().chain(EXAMPLES.lines()) {
            assert!(line.len() < 80 && line.trim_end() == line, "{line:?}");
        }
    }
}
