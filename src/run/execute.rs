//! Runs a plan: stage after stage, the steps of each in parallel. Waits for every step of a stage
//! before it reports a failure, so that nothing is still being created during the rollback.

use super::Run;
use super::error::{Failure, StepError};
use super::work::Work;
use crate::docker::DockerError;
use crate::plan::{Plan, Stage, Step};
use crate::ui::{self, Span, Ui};

/// The time that a step took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timing {
    /// The step, in words.
    pub step: String,
    /// Its start and its end.
    pub span: Span,
}

/// Runs `plan` up to its end or to the first stage that fails, and shows every step on `ui`.
///
/// # Errors
/// Returns the first failure in the order of the plan.
pub fn execute(plan: &Plan, run: &Run<'_>, ui: &Ui) -> Result<Vec<Timing>, Failure> {
    let mut timings = Vec::new();
    for stage in &plan.0 {
        let shown = ui.stage(&stage.title);
        timings.extend(execute_stage(stage, run, &shown)?);
        shown.done();
    }
    Ok(timings)
}

fn execute_stage(
    stage: &Stage,
    run: &Run<'_>,
    shown: &ui::StageGuard,
) -> Result<Vec<Timing>, Failure> {
    let failure =
        |step: &Step, source| Failure { step: step.to_string(), source, others: Box::default() };
    if let Some(signal) = run.engines.manager().interrupted()
        && let Some(step) = stage.steps.first()
    {
        let command = stage.title.clone();
        return Err(failure(step, DockerError::Interrupted { command, signal }.into()));
    }
    let results = std::thread::scope(|scope| {
        let spawn = |step| {
            let step: &Step = step;
            let node = step.node().map(ToString::to_string);
            let shown = shown.step(&step.to_string(), node.as_deref());
            scope.spawn(move || run.work(step).and_then(Work::perform).map(|()| shown.done()))
        };
        let threads: Vec<_> = stage.steps.iter().map(spawn).collect();
        let join = |thread: std::thread::ScopedJoinHandle<'_, _>| {
            thread.join().unwrap_or(Err(StepError::Lost))
        };
        threads.into_iter().map(join).collect::<Vec<_>>()
    });
    let mut timings = Vec::new();
    let mut failures = Vec::new();
    for (step, result) in stage.steps.iter().zip(results) {
        match result {
            Ok(span) => timings.push(Timing { step: step.to_string(), span }),
            Err(source) => failures.push(failure(step, source)),
        }
    }
    let mut failures = failures.into_iter();
    match failures.next() {
        Some(first) => Err(Failure { others: failures.collect(), ..first }),
        None => Ok(timings),
    }
}
