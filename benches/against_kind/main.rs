//! Compares mokctl with kind: how long until a cluster can be used, and what that costs. `make
//! bench` prepares engine and images, and runs this. All parameters come from the environment
//! ([`setup::Setup`]).

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the report is its answer")]

mod ask;
mod cluster;
mod command;
mod cycle;
mod docs;
mod figure;
mod idle;
mod idle_report;
mod images;
mod plot;
mod program;
mod report;
mod setup;
mod shape;
mod side;
mod statistics;
mod timed;
mod usage;
mod used;
mod watch;

use std::fs;
use std::process::ExitCode;

use cycle::Cycle;
use images::Images;
use program::Program;
use report::{Outcome, Report};
use setup::{Mode, Setup};
use shape::Shape;
use side::Side;

fn main() -> ExitCode {
    let done = Setup::read().and_then(|setup| match setup.mode {
        Mode::Create => create(&setup),
        Mode::Idle => idle(&setup),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("bench: {why}");
            ExitCode::FAILURE
        }
    }
}

fn create(setup: &Setup) -> Result<(), String> {
    let (program, machine) = (Program::measure(&setup.mokctl)?, setup.machine()?);
    let images = Images::measure(setup)?;
    let mut report =
        Report { machine, rounds: setup.rounds, outcomes: Vec::new(), program, images };
    for &shape in &setup.shapes {
        report.outcomes.push(compare(setup, shape)?);
        // Results are written after each shape, because the next one may fail.
        keep(setup, &report)?;
    }
    print!("{}", report.text());
    Ok(())
}

/// Writes a report to its files.
fn keep(setup: &Setup, report: &Report) -> Result<(), String> {
    setup.write("bench.json", &format!("{:#}\n", report.json()))?;
    let plot = plot::svg(&report.outcomes);
    setup.write("bench.svg", &plot)?;
    if let Some(docs) = &setup.docs {
        docs::replace(docs, "bench", &report.markdown())?;
        let picture = docs.with_extension("svg");
        fs::write(&picture, plot).map_err(|error| format!("{}: {error}", picture.display()))?;
    }
    Ok(())
}

/// Runs all rounds of one shape. The warm-up round counts docker calls, which would slow down
/// timed rounds. The sides take turns in going first.
fn compare(setup: &Setup, shape: Shape) -> Result<Outcome, String> {
    let mut outcome = Outcome::new(shape);
    for side in Side::BOTH {
        let calls = cycle::count_calls(setup, side, shape)?;
        eprintln!("{shape} {side}: warm-up, {} docker processes", calls.create);
        outcome.calls[side.index()] = calls;
    }
    for round in 0..setup.rounds {
        let order = if round % 2 == 0 { [0, 1] } else { [1, 0] };
        for side in order.map(|index| Side::BOTH[index]) {
            let cycle = Cycle::run(setup, side, shape)?;
            eprintln!("{shape} {side}: round {}, {cycle}", round + 1);
            outcome.cycles[side.index()].push(cycle);
        }
    }
    Ok(outcome)
}

fn idle(setup: &Setup) -> Result<(), String> {
    let mut all = Vec::new();
    for &shape in &setup.shapes {
        for &side in &setup.sides {
            eprintln!("{shape} {side}: created, settling, then {} s", idle::WINDOW.as_secs());
            all.push(idle::Idle::measure(setup, side, shape)?);
        }
    }
    let machine = setup.machine()?;
    print!("{}", idle_report::text(&all));
    setup.write("idle.json", &format!("{:#}\n", idle_report::json(&machine, &all)))?;
    if let Some(docs) = &setup.docs {
        docs::replace(docs, "idle", &idle_report::markdown(&machine, &all))?;
    }
    Ok(())
}
