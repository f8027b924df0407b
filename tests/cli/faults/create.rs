//! Faults of `create cluster`: nothing may be left of a cluster that was not completed.

use std::time::Duration;

use super::target::{Target, targets};
use super::{Fault, for_each_fault};
use crate::harness::Machine;

/// Runs `create` with every fault that `applies` chooses. There must be at least `least_calls`
/// calls.
fn create_survives(line: &str, least_calls: usize, applies: impl Fn(&Target, Fault) -> bool) {
    let clean = Machine::new();
    let outcome = clean.mokctl(line).outcome();
    outcome.assert(outcome.code() == Some(0), "not created");
    let targets = targets(&clean.docker.calls());
    assert!(targets.len() >= least_calls, "{} calls", targets.len());

    for_each_fault(&targets, applies, |target, fault, scale| {
        let machine = Machine::new();
        target.goes_wrong(&machine, fault);
        let outcome = machine.mokctl(line).deadline_scale(scale).outcome();
        outcome.check(!outcome.stderr.contains("panicked"), "it panicked")?;
        if target.is_unnoticed(fault) {
            outcome.check(outcome.code() == Some(0), "nothing was wrong, and it failed")?;
            return outcome.check(!machine.docker.names().is_empty(), "nothing is there");
        }
        outcome.check(outcome.code() == Some(1), "the exit status is not 1")?;
        target.check_step_is_named(&outcome, &[])?;
        outcome.check(!outcome.stderr.contains("warning"), "there is a warning")?;
        outcome.check(machine.docker.names().is_empty(), "something is left in the engine")?;
        let kubeconfig = machine.kubeconfig_text();
        outcome.check(!kubeconfig.contains("mok-a"), "something is left in the kubeconfig")
    });
}

/// Leaves out faults that mokctl cannot notice: these are tried only with the smallest cluster.
fn is_noticed(target: &Target, fault: Fault) -> bool {
    fault != Fault::Orphans && !target.is_unnoticed(fault)
}

#[test]
fn create_of_one_node_leaves_nothing_whatever_goes_wrong() {
    create_survives("create cluster a 1 0", 12, |_, fault| fault != Fault::Orphans);
}

#[test]
fn create_with_workers_leaves_nothing_whatever_goes_wrong() {
    create_survives("create cluster a 1 2", 22, is_noticed);
}

#[test]
fn create_with_a_balancer_leaves_nothing_whatever_goes_wrong() {
    create_survives("create cluster a 3 1", 30, is_noticed);
}

/// Faults of calls whose output is shown live.
#[test]
fn what_is_shown_as_it_comes_leaves_nothing_whatever_goes_wrong() {
    create_survives("create cluster a 1 1 --tailf", 17, |target, _| {
        ["init.sh", "join.sh"].iter().any(|script| target.line().ends_with(script))
    });
}

/// An engine may finish a request after its client has died.
#[test]
fn what_the_engine_makes_after_its_client_died_is_taken_back_too() {
    for (glob, step) in [
        ("create --name=a-worker-1 *", "start a-worker-1"),
        ("create --name=a-master-1 *", "create a-master-1"),
        ("network create *", "create network"),
    ] {
        let machine = Machine::new();
        machine.docker.on(glob).is_done_late();
        let outcome = machine.mokctl("create cluster a 1 1").outcome();
        let text = format!("failed to {step}: ");
        outcome.assert(outcome.code() == Some(1) && outcome.stderr.contains(&text), "no error");
        // Gives the engine time to finish requests.
        std::thread::sleep(Duration::from_millis(600));
        outcome.assert(machine.docker.names().is_empty(), "something is left");
    }
}
