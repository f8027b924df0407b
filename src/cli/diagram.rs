//! Generates docs/diagrams/parser.dot, the picture of the state machine, by taking the state
//! machine through the words of every row. `make diagrams` writes the file.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::state::State;
use super::table::{Need, ROWS, Row, Slot};
use super::words::Words;

const HEAD: &str = r#"// The states of the command line, made of its table: see src/cli/diagram.rs.
// In a dashed box a command may end, as in END; where words repeat, after one.
digraph parser {
  rankdir=LR
  ordering=out
  bgcolor=white
  nodesep=0.1
  node [shape=box, height=0.3, fontname="Helvetica,sans-serif", fontsize=10]
  edge [fontname="Helvetica,sans-serif", fontsize=10]
"#;

/// Returns the words of a row, in the order in which the state machine takes them, each with
/// the label of its arrow.
fn words(row: &'static Row) -> impl Iterator<Item = (&'static str, String)> {
    let subcommand = row.subcommands.first().map(|word| (*word, row.subcommands.join(", ")));
    let option = row.options.iter().map(|slot| match slot.need {
        Need::Many(_) => (slot.name, format!("{}...", slot.name)),
        Need::Required(_) | Need::OrFlag(..) | Need::Optional => (slot.name, slot.name.to_owned()),
    });
    [(row.command, row.command.to_owned())].into_iter().chain(subcommand).chain(option)
}

/// Adds `line` unless it is there already: several rows begin with the same words.
fn add(lines: &mut Vec<String>, line: String) {
    if !lines.contains(&line) {
        lines.push(line);
    }
}

fn diagram() -> String {
    let mut boxes = vec!["  COMMAND [style=solid]".to_owned()];
    let mut arrows = Vec::new();
    // The boxes of each state form one column.
    let mut columns = BTreeMap::<_, Vec<_>>::new();
    for row in ROWS {
        let (mut state, mut here) = (State::Command, "COMMAND".to_owned());
        let mut said = Words::default();
        for (word, label) in words(row) {
            let before = state.name();
            state = state.next(word, &mut said).unwrap();
            let name = state.name();
            let there = if name == before { here.clone() } else { format!("{here} {word}") };
            let may_end = |slot: &Slot| matches!(slot.need, Need::Optional | Need::Many(_));
            let may_end = state.slot().is_some_and(may_end);
            let style = if may_end { "dashed" } else { "solid" };
            if name != before {
                add(&mut boxes, format!("  {there:?} [label={name}, style={style}]"));
            }
            add(&mut arrows, format!("  {here:?} -> {there:?} [label={label:?}]"));
            add(columns.entry(name).or_default(), format!("{there:?};"));
            here = there;
        }
    }
    let mut text = format!("{HEAD}\n{}\n\n{}\n\n", boxes.join("\n"), arrows.join("\n"));
    for ids in columns.values() {
        let _ = writeln!(text, "  {{ rank=same; {} }}", ids.join(" "));
    }
    text.push_str("}\n");
    text
}

#[test]
fn the_diagram_shows_the_way_of_every_row() {
    let drawn = snapbox::file!["../../docs/diagrams/parser.dot"].raw();
    snapbox::assert_data_eq!(diagram(), drawn);
}
