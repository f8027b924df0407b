//! Runs a plan: stage after stage, the steps of each side by side. Joins every
//! step before it reports, so that nothing is still being made when the run is
//! taken back.

use std::time::{Duration, Instant};

use super::Run;
use super::error::{Failure, StepError};
use crate::docker::DockerError;
use crate::plan::{Plan, Stage};
use crate::ui::Ui;

/// When a step ran, since the plan's start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timing {
    /// The stage's title.
    pub stage: String,
    /// The step, in words.
    pub step: String,
    /// When it began.
    pub start: Duration,
    /// When it ended.
    pub end: Duration,
}

/// Runs `plan` to its end or to its first failing stage.
///
/// # Errors
/// The first failure, in the order of the plan.
pub fn execute(plan: &Plan, run: &Run<'_>, ui: Ui) -> Result<Vec<Timing>, Failure> {
    let begun = Instant::now();
    let mut timings = Vec::new();
    for stage in &plan.0 {
        let shown = ui.stage(&stage.title);
        timings.extend(execute_stage(stage, run, begun)?);
        shown.done();
    }
    Ok(timings)
}

fn execute_stage(stage: &Stage, run: &Run<'_>, begun: Instant) -> Result<Vec<Timing>, Failure> {
    let failure = |step: &crate::plan::Step, source| Failure { step: step.to_string(), source };
    if let Some(signal) = run.docker.interrupted()
        && let Some(step) = stage.steps.first()
    {
        let command = stage.title.clone();
        return Err(failure(step, DockerError::Interrupted { command, signal }.into()));
    }
    let results = std::thread::scope(|scope| {
        let spawn = |step| {
            scope.spawn(move || {
                let start = begun.elapsed();
                let result = run.perform(step);
                (result, start, begun.elapsed())
            })
        };
        let threads: Vec<_> = stage.steps.iter().map(spawn).collect();
        let lost = |_| (Err(StepError::Lost), begun.elapsed(), begun.elapsed());
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(lost)).collect::<Vec<_>>()
    });
    let timed = stage.steps.iter().zip(results).map(|(step, (result, start, end))| {
        result.map_err(|source| failure(step, source))?;
        Ok(Timing { stage: stage.title.clone(), step: step.to_string(), start, end })
    });
    timed.collect()
}
