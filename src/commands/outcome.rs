//! Executes the plan of a command, and tells how it went: timings, and what became of a
//! failure.

use super::Context;
use crate::cluster::roster::Roster;
use crate::error::Error;
use crate::inventory::existing::Existing;
use crate::plan::Plan;
use crate::run::{self, Origin, Run, Timing};
use crate::ui::{Mode, Ui};

/// How a failed plan is reverted in a cluster that stays.
pub(super) struct Revert<'a> {
    /// What to do; each step as far as it goes.
    pub plan: Plan,
    /// The cluster as it was.
    pub roster: &'a Roster,
}

impl Revert<'_> {
    /// A step that fails had nothing to revert, or cannot: the rest matters all the
    /// same, and the first failure is what the user is told.
    fn run(self, failed: &Run<'_>) {
        let engines = failed.engines.uninterruptible();
        let run = Run {
            nodes: failed.nodes.clone(),
            ..Run::new(&engines, self.roster, failed.admin_node.clone())
        };
        if let Ok(layout) = failed.outputs.layout() {
            run.outputs.learn_layout(layout);
        }
        if let Ok(join) = failed.outputs.join() {
            run.outputs.learn_join(join.clone());
        }
        for stage in self.plan.0 {
            let _ = run::execute(&Plan(vec![stage]), &run, &Ui::new(Mode::Quiet, false));
        }
    }
}

/// What becomes of what a plan had done when it fails.
pub(super) enum OnFailure<'a> {
    /// What it made is removed.
    RollBack,
    /// It is undone in the cluster, and then what it made is removed.
    Revert(Revert<'a>),
    /// Everything stays, for the user to look at.
    Retain,
    /// It made nothing: running the command again continues.
    LeaveAsIs,
}

/// Executes `plan` on a cluster that is there, and says how long it took.
///
/// # Errors
/// The plan's first failure.
pub(super) fn change(
    context: &Context,
    existing: &Existing,
    plan: &Plan,
    run: &Run<'_>,
    on_failure: OnFailure<'_>,
) -> Result<(), Error> {
    execute(context, plan, run, on_failure)?;
    existing.tell(&context.ui);
    context.ui.note(&format!("Done after {:.1} s.", context.ui.elapsed().as_secs_f64()));
    Ok(())
}

/// Executes `plan`.
///
/// # Errors
/// The plan's first failure.
pub(super) fn execute(
    context: &Context,
    plan: &Plan,
    run: &Run<'_>,
    on_failure: OnFailure<'_>,
) -> Result<(), Error> {
    let failure = match run::execute(plan, run, &context.ui) {
        Ok(timings) => {
            if context.globals.timings {
                show(context, &timings);
            }
            let unsaved = run.outputs.take_unsaved();
            let cluster = run.roster.name().clone();
            return unsaved.map_or(Ok(()), |source| Err(Error::NotSaved { cluster, source }));
        }
        Err(failure) => failure,
    };
    match on_failure {
        OnFailure::RollBack => roll_back(context, run),
        OnFailure::Revert(revert) => {
            revert.run(run);
            roll_back(context, run);
        }
        OnFailure::Retain => context.ui.note(&format!(
            "Everything is kept. To look: docker exec -ti {} journalctl -e\n\
             To remove it: mokctl delete cluster {}",
            run.admin_node,
            run.roster.name()
        )),
        OnFailure::LeaveAsIs => {}
    }
    Err(failure.into())
}

fn roll_back(context: &Context, run: &Run<'_>) {
    let stage = context.ui.stage("Rolling back");
    let step = stage.step("roll back", None);
    let removed = run::roll_back(run.engines, &run.id).map_err(|error| error.to_string());
    let forgotten = match &run.kubeconfig {
        Some(kubeconfig) if run.outputs.has_saved() => {
            kubeconfig.remove(run.roster.name()).map_err(|error| error.to_string())
        }
        Some(_) | None => Ok(false),
    };
    if let Err(error) = removed.and(forgotten) {
        drop(step);
        drop(stage);
        let what = match &run.origin {
            Origin::Save(snapshot) => format!("snapshot {}", snapshot.name),
            Origin::Unchanged
            | Origin::Image { .. }
            | Origin::Clone { .. }
            | Origin::Restore(_)
            | Origin::Delete(_) => format!("cluster {}", run.roster.name()),
        };
        context.ui.warn(&format!("{error}; 'mokctl delete {what}' removes what remains"));
    } else {
        step.done();
        stage.done();
    }
}

/// A line for each step: when it began and ended, in seconds since the start.
fn show(context: &Context, timings: &[Timing]) {
    for Timing { step, span } in timings {
        let (start, end) = (span.start.as_secs_f64(), span.end.as_secs_f64());
        context.ui.note(&format!("{start:7.2} {end:7.2}  {step}"));
    }
}
