//! Reports about idle clusters.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::idle::Idle;

const MIB: f64 = 1024.0 * 1024.0;

/// Returns a table, followed by the messages that the journals repeated.
pub(crate) fn text(all: &[Idle]) -> String {
    let mut text = format!(
        "{:<6} {:<7} {:<26} {:>7} {:>8} {:>8} {:>9} {:>7} {:>8}\n",
        "shape", "side", "container", "CPU s", "MiB", "PSS MiB", "processes", "lines", "inotify"
    );
    for idle in all {
        for node in &idle.nodes {
            let _ = writeln!(
                text,
                "{:<6} {:<7} {:<26} {:>7.2} {:>8.0} {:>8.0} {:>9} {:>7} {:>8}",
                idle.shape.to_string(),
                idle.side,
                node.name,
                node.cpu,
                node.memory / MIB,
                node.pss / MIB,
                node.processes,
                node.lines,
                node.inotify
            );
        }
    }
    for idle in all {
        let _ = writeln!(
            text,
            "{} {}: first pods after {:.1} s, {:.2} CPU seconds a minute in all; repeated in the journals:",
            idle.shape,
            idle.side,
            idle.made,
            cpu(idle)
        );
        for (count, line) in &idle.repeated {
            let _ = writeln!(text, "  {count:>4} {line}");
        }
    }
    for (shape, cpu, pss) in ratios(all) {
        let _ = writeln!(text, "ratio {shape} idle {cpu:.2}\nratio {shape} memory {pss:.2}");
    }
    text
}

/// Returns the results as JSON.
pub(crate) fn json(machine: &Value, all: &[Idle]) -> Value {
    let one = |idle: &Idle| {
        json!({
            "shape": idle.shape.to_string(),
            "side": idle.side.to_string(),
            "made_seconds": idle.made,
            "nodes": idle.nodes.iter().map(|node| json!({
                "name": node.name,
                "cpu_seconds_per_minute": node.cpu,
                "memory_bytes": node.memory,
                "pss_bytes": node.pss,
                "processes": node.processes,
                "journal_lines_per_minute": node.lines,
                "inotify_instances": node.inotify,
            })).collect::<Vec<_>>(),
            "repeated": idle.repeated,
        })
    };
    json!({ "machine": machine, "idle": all.iter().map(one).collect::<Vec<_>>() })
}

/// Returns the generated part of docs/performance.md about idle clusters.
pub(crate) fn markdown(machine: &Value, all: &[Idle]) -> String {
    let mut text = crate::report::preamble(machine);
    text.push_str(
        "\n| shape | side | container | CPU s/min | MiB | PSS MiB | processes | journal lines/min |\n\
         |---|---|---|---|---|---|---|---|\n",
    );
    for idle in all {
        for node in &idle.nodes {
            let _ = writeln!(
                text,
                "| {} | {} | {} | {:.2} | {:.0} | {:.0} | {} | {} |",
                idle.shape,
                idle.side,
                node.name,
                node.cpu,
                node.memory / MIB,
                node.pss / MIB,
                node.processes,
                node.lines
            );
        }
    }
    text.push('\n');
    for (shape, cpu, pss) in ratios(all) {
        let _ = writeln!(text, "{shape} at rest, to kind's: CPU {cpu:.2}, memory (PSS) {pss:.2}.");
    }
    text
}

fn cpu(idle: &Idle) -> f64 {
    idle.nodes.iter().map(|node| node.cpu).sum()
}

fn pss(idle: &Idle) -> f64 {
    idle.nodes.iter().map(|node| node.pss).sum()
}

/// Returns the ratios of mokctl's CPU time and memory to kind's, for shapes of which both were
/// measured.
fn ratios(all: &[Idle]) -> Vec<(String, f64, f64)> {
    let of = |idle: &Idle, side| idle.side == side;
    let mine = all.iter().filter(|idle| of(idle, crate::side::Side::Mokctl));
    mine.filter_map(|mine| {
        let same = |other: &&Idle| of(other, crate::side::Side::Kind) && other.shape == mine.shape;
        let theirs = all.iter().find(same)?;
        Some((mine.shape.to_string(), cpu(mine) / cpu(theirs), pss(mine) / pss(theirs)))
    })
    .collect()
}
