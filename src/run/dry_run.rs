//! A dry run: prints what a plan would do, with the docker calls of each step. Changes nothing.
//! Free ports and subnets are looked up, and shown as if they stayed free.

use super::Run;
use super::error::{Failure, StepError};
use crate::plan::{Plan, Step};
use crate::ui::{PlannedStep, Ui};

/// Prints on `ui` what `plan` would do.
///
/// # Errors
/// Fails at the first step whose calls cannot be determined.
pub fn dry_run(plan: &Plan, run: &Run<'_>, ui: &Ui) -> Result<(), Failure> {
    let settings = run.nodes.settings.summary();
    if !settings.is_empty() {
        let name = settings.join("; ");
        ui.planned("Settings", &[PlannedStep { name, node: None, commands: Vec::new() }]);
    }
    for stage in &plan.0 {
        let planned = |step: &Step| {
            let failure =
                |source| Failure { step: step.to_string(), source, others: Box::default() };
            Ok(PlannedStep {
                name: step.to_string(),
                node: step.node().map(ToString::to_string),
                commands: commands(step, run).map_err(failure)?,
            })
        };
        let steps: Vec<_> = stage.steps.iter().map(planned).collect::<Result<_, _>>()?;
        ui.planned(&stage.title, &steps);
    }
    Ok(())
}

fn commands(step: &Step, run: &Run<'_>) -> Result<Vec<String>, StepError> {
    if *step == Step::CreateNetwork {
        run.assume_network()?;
    }
    let work = run.work(step)?;
    Ok(work.calls().iter().map(|(docker, call)| docker.pretty_with_input(call)).collect())
}
