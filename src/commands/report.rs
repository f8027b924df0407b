//! What a command that carried out a plan tells of it.

use super::Context;
use crate::cluster::roster::Roster;
use crate::error::Error;
use crate::inventory::existing::Existing;
use crate::plan::Plan;
use crate::run::{Origin, Run, Timing, execute, rollback};
use crate::ui::{Mode, Ui};

/// How a failed plan is undone in a cluster that stays.
pub(super) struct Undo<'a> {
    /// What to do; each step as far as it goes.
    pub plan: Plan,
    /// The cluster as it was.
    pub roster: &'a Roster,
}

impl Undo<'_> {
    /// A step that fails had nothing to undo, or cannot: the rest matters all the
    /// same, and the first failure is what the user is told.
    fn run(self, failed: &Run<'_>) {
        let engines = failed.engines.uninterruptible();
        let run = Run {
            nodes: failed.nodes.clone(),
            ..Run::new(&engines, self.roster, failed.speaker.clone())
        };
        if let Ok(layout) = failed.facts.layout() {
            run.facts.learn_layout(layout);
        }
        if let Ok(join) = failed.facts.join() {
            run.facts.learn_join(join.clone());
        }
        for stage in self.plan.0 {
            let _ = execute(&Plan(vec![stage]), &run, &Ui::new(Mode::Quiet, false));
        }
    }
}

/// What becomes of what a plan had done when it fails.
pub(super) enum OnFailure<'a> {
    /// What it made is removed.
    TakeBack,
    /// It is undone in the cluster, and then what it made is removed.
    Undo(Undo<'a>),
    /// Everything stays, for whoever wants to look.
    Retain,
    /// It made nothing: saying the command again goes on.
    Leave,
}

/// Carries out `plan` on a cluster that is there, and says how long it took.
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
    carry_out(context, plan, run, on_failure)?;
    existing.tell(&context.ui);
    context.ui.note(&format!("Done after {:.1} s.", context.ui.elapsed().as_secs_f64()));
    Ok(())
}

/// Carries out `plan`.
///
/// # Errors
/// The plan's first failure.
pub(super) fn carry_out(
    context: &Context,
    plan: &Plan,
    run: &Run<'_>,
    on_failure: OnFailure<'_>,
) -> Result<(), Error> {
    let failure = match execute(plan, run, &context.ui) {
        Ok(timings) => {
            if context.globals.timings {
                show(context, &timings);
            }
            return Ok(());
        }
        Err(failure) => failure,
    };
    match on_failure {
        OnFailure::TakeBack => take_back(context, run),
        OnFailure::Undo(undo) => {
            undo.run(run);
            take_back(context, run);
        }
        OnFailure::Retain => context.ui.note(&format!(
            "Everything is kept. To look: docker exec -ti {} journalctl -e\n\
             To remove it: mokctl delete cluster {}",
            run.speaker,
            run.roster.name()
        )),
        OnFailure::Leave => {}
    }
    Err(failure.into())
}

fn take_back(context: &Context, run: &Run<'_>) {
    let stage = context.ui.stage("Removing what was made");
    let step = stage.step("remove what was made", None);
    let removed = rollback(run.engines, &run.id).map_err(|error| error.to_string());
    let forgotten = match &run.kubeconfig {
        Some(kubeconfig) if run.facts.has_saved() => {
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
