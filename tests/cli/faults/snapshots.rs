//! Faults of snapshots: after each of them, either the cluster or the snapshot is complete.

use super::target::{Target, targets};
use super::{Fault, for_each_fault};
use crate::harness::Machine;

/// Leaves out faults for calls whose output is read live.
fn applies(target: &Target, fault: Fault) -> bool {
    fault != Fault::Orphans && !target.is_unnoticed(fault)
}

/// Returns the calls of `line` on a copy of `template`.
fn calls(template: &Machine, line: &str) -> Vec<Target> {
    let clean = template.copy();
    let earlier = clean.docker.calls().len();
    clean.mokctl(&format!("{line} -q")).run();
    targets(&clean.docker.calls()[earlier..])
}

#[test]
fn create_snapshot_leaves_the_cluster_as_it_was_whatever_goes_wrong() {
    let template = Machine::new().with_cluster("a 1 1");
    let line = "create snapshot a s";
    let targets = calls(&template, line);
    assert!(targets.len() >= 21, "{} calls", targets.len());
    let old: Vec<_> = template.docker.names();
    let (before, images) = (template.docker.containers(), template.docker.images());
    for_each_fault(&targets, applies, |target, fault, scale| {
        let machine = template.copy();
        target.goes_wrong(&machine, fault);
        let outcome = machine.mokctl(line).deadline_scale(scale).outcome();
        outcome.check(outcome.code() == Some(1), "the exit status is not 1")?;
        target.check_step_is_named(&outcome, &old)?;
        outcome.check(!outcome.stderr.contains("warning"), "there is a warning")?;
        outcome.check(machine.docker.containers() == before, "not as it was before")?;
        outcome.check(machine.docker.images() == images, "an image is left")
    });
}

#[test]
fn restore_can_be_said_again_whatever_goes_wrong() {
    let template = Machine::new().with_cluster("a 1 1");
    template.mokctl("create snapshot a s -q").run();
    let line = "restore cluster a s";
    let targets = calls(&template, line);
    assert!(targets.len() >= 20, "{} calls", targets.len());
    let (before, images) = (template.docker.containers(), template.docker.images());
    let names = template.docker.names();
    for_each_fault(&targets, applies, |target, fault, scale| {
        let machine = template.copy();
        target.goes_wrong(&machine, fault);
        let outcome = machine.mokctl(line).deadline_scale(scale).outcome();
        outcome.check(outcome.code() == Some(1), "the exit status is not 1")?;
        outcome.check(!outcome.stderr.contains("warning"), "there is a warning")?;
        let is_untouched = machine.docker.containers() == before;
        if !is_untouched {
            let error = "mokctl: error: failed to restore cluster a: failed to ";
            outcome.check(outcome.stderr.contains(error), &format!("no '{error}'"))?;
            let hint = "run 'mokctl restore cluster a s' again\n";
            outcome.check(outcome.stderr.contains(hint), "no hint")?;
            let left = machine.docker.names();
            // Objects that cannot be removed stay as they were.
            let is_old = |name: &String| names.contains(name);
            outcome
                .check(left.iter().all(is_old) && left.len() <= names.len(), "too much is left")?;
            let made = machine.docker.containers();
            let is_made = |name: &str| made.iter().any(|object| object.name == name);
            let is_gone = !is_made("a-master-1") && !is_made("a-worker-1");
            outcome.check(is_gone || target.line().starts_with("rm "), "half a cluster is left")?;
        }
        outcome.check(machine.docker.images() == images, "the snapshot is another")?;
        machine.docker.heal();
        let second = machine.mokctl(line).outcome();
        second.check(second.code() == Some(0), "the second time, it failed")?;
        second.check(machine.docker.names() == names, "the second time, it is not done")
    });
}

#[test]
fn create_from_a_snapshot_leaves_nothing_whatever_goes_wrong() {
    let template = Machine::new().with_cluster("a 1 1");
    template.mokctl("create snapshot a s -q").run();
    let line = "create cluster b --from s";
    let targets = calls(&template, line);
    assert!(targets.len() >= 22, "{} calls", targets.len());
    let (names, images) = (template.docker.names(), template.docker.images());
    for_each_fault(&targets, applies, |target, fault, scale| {
        let machine = template.copy();
        target.goes_wrong(&machine, fault);
        let outcome = machine.mokctl(line).deadline_scale(scale).outcome();
        outcome.check(outcome.code() == Some(1), "the exit status is not 1")?;
        target.check_step_is_named(&outcome, &[])?;
        outcome.check(!outcome.stderr.contains("warning"), "there is a warning")?;
        outcome.check(machine.docker.names() == names, "not as it was before")?;
        outcome.check(machine.docker.images() == images, "the snapshot is another")?;
        let kubeconfig = machine.kubeconfig_text();
        outcome.check(!kubeconfig.contains("mok-b"), "something is left in the kubeconfig")
    });
}

#[test]
fn delete_snapshot_can_be_finished_whatever_goes_wrong() {
    let template = Machine::new().with_cluster("a 1 1");
    template.mokctl("create snapshot a s -q").run();
    let line = "delete snapshot s";
    let targets = calls(&template, line);
    assert!(targets.len() >= 5, "{} calls", targets.len());
    let before = template.docker.containers();
    for_each_fault(&targets, applies, |target, fault, scale| {
        let machine = template.copy();
        target.goes_wrong(&machine, fault);
        let outcome = machine.mokctl(line).deadline_scale(scale).outcome();
        outcome.check(outcome.code() == Some(1), "the exit status is not 1")?;
        machine.docker.heal();
        let second = machine.mokctl(line).outcome();
        let done = second.code() == Some(0) || second.stderr.contains("no snapshot exists");
        second.check(done, "the second time, it failed")?;
        second.check(machine.docker.images().len() == 1, "the second time, it is not done")?;
        second.check(machine.docker.containers() == before, "the cluster is another")
    });
}
