//! Executes the plan of a command, prints timings, and handles failures.

use super::Context;
use crate::cli::mokctl;
use crate::cluster::name::NodeName;
use crate::cluster::roster::Roster;
use crate::docker::args;
use crate::error::Error;
use crate::inventory::existing::ExistingCluster;
use crate::plan::Plan;
use crate::run::{self, Failure, Origin, Run, Timing};
use crate::ui::{Mode, Ui};

/// How a failed plan is reverted in a cluster that is kept.
pub(super) struct Revert<'a> {
    /// The plan of the reversal. Each step goes as far as it can.
    pub plan: Plan,
    /// The cluster before the failed plan.
    pub roster: &'a Roster,
}

impl Revert<'_> {
    /// Runs the reversal. A step that fails had nothing to revert, or cannot revert it. The others
    /// are run all the same, and the first failure is returned.
    fn run(self, failed: &Run<'_>) -> Result<(), Failure> {
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
        let mut first = Ok(());
        for stage in self.plan.0 {
            let done = run::execute(&Plan(vec![stage]), &run, &Ui::new(Mode::Quiet, false));
            first = first.and(done.map(drop));
        }
        first
    }
}

/// What happens to the results of a plan that fails.
pub(super) enum OnFailure<'a> {
    /// Everything that it has created is removed: these new nodes of an existing cluster, or a
    /// whole cluster if there are none.
    RollBack(&'a [NodeName]),
    /// Its changes to the cluster are reverted, then everything that it has created is removed.
    Revert(Revert<'a>),
    /// Its changes are reverted, including everything that it has created. Running the given
    /// command again continues.
    Undo(Revert<'a>, String),
    /// Everything is kept for the user to examine: these new nodes of a cluster, or a whole
    /// cluster.
    Retain(&'a [NodeName]),
    /// Nothing is reverted. Running the command again continues.
    LeaveAsIs,
}

/// Executes `plan` on an existing cluster, and prints how long it took.
///
/// # Errors
/// Returns the first failure of the plan.
pub(super) fn change(
    context: &Context,
    existing: &ExistingCluster,
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
/// Returns the first failure of the plan.
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
            let kubeconfig_error = run.outputs.take_kubeconfig_error();
            let cluster = run.roster.name().clone();
            return kubeconfig_error
                .map_or(Ok(()), |source| Err(Error::NotSaved { cluster, source }));
        }
        Err(failure) => failure,
    };
    match on_failure {
        OnFailure::RollBack(new) => roll_back(context, run, new),
        OnFailure::Revert(revert) => {
            let is_new = |node: &&NodeName| !revert.roster.nodes().contains(node);
            let new: Vec<NodeName> = run.roster.nodes().iter().filter(is_new).cloned().collect();
            let _ = revert.run(run);
            roll_back(context, run, &new);
        }
        OnFailure::Undo(revert, again) => {
            let stage = context.ui.stage("Rolling back");
            let step = stage.step("roll back", None);
            match revert.run(run) {
                Ok(()) => {
                    step.done();
                    stage.done();
                }
                Err(failure) => {
                    drop(step);
                    drop(stage);
                    let source = &failure.source;
                    context.ui.warn(&format!("{failure}: {source}; '{again}' goes on"));
                }
            }
        }
        OnFailure::Retain(new) => {
            let node = new.first().unwrap_or(&run.admin_node);
            let look = args::exec_attached(&node.to_string(), &["journalctl", "-e"], true);
            context.ui.note(&format!(
                "Everything is kept. To look: {}\nTo remove it: {}",
                run.engines.of(node).pretty(&look),
                removal(context, run, new).join(", ")
            ));
        }
        OnFailure::LeaveAsIs => {}
    }
    Err(failure.into())
}

/// Returns the commands that remove what a run has created: `new` nodes of an existing cluster, a
/// snapshot, or a whole cluster.
fn removal(context: &Context, run: &Run<'_>, new: &[NodeName]) -> Vec<String> {
    let mokctl = |words: String| mokctl(&words, &context.globals.hosts);
    if let Origin::Save(snapshot) = &run.origin {
        return vec![mokctl(format!("delete snapshot {}", snapshot.name))];
    }
    if new.is_empty() {
        return vec![mokctl(format!("delete cluster {}", run.roster.name()))];
    }
    let delete = |node: &NodeName| format!("delete {} {node}", node.role().as_str());
    new.iter().map(|node| mokctl(delete(node))).collect()
}

/// Removes what the run has created: `new` nodes, or a whole cluster if there are none.
fn roll_back(context: &Context, run: &Run<'_>, new: &[NodeName]) {
    let stage = context.ui.stage("Rolling back");
    let step = stage.step("roll back", None);
    let removed = run::roll_back(run.engines, &run.id).map_err(|error| error.to_string());
    let forgotten = match &run.kubeconfig {
        Some(kubeconfig) if run.outputs.kubeconfig_touched() => {
            kubeconfig.remove(run.roster.name()).map_err(|error| error.to_string())
        }
        Some(_) | None => Ok(false),
    };
    if let Err(error) = removed.and(forgotten) {
        drop(step);
        drop(stage);
        let removal = removal(context, run, new).join("' and '");
        context.ui.warn(&format!("{error}; '{removal}' removes what remains"));
    } else {
        step.done();
        stage.done();
    }
}

/// Prints a line for each step: when it began and ended, in seconds since the start of the plan.
fn show(context: &Context, timings: &[Timing]) {
    for Timing { step, span } in timings {
        let (start, end) = (span.start.as_secs_f64(), span.end.as_secs_f64());
        context.ui.note(&format!("{start:7.2} {end:7.2}  {step}"));
    }
}
