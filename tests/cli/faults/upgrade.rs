//! Faults of an upgrade: after any failure, a node is either upgraded or as before.

use super::target::{Target, targets};
use super::{Fault, for_each_fault};
use crate::harness::Machine;
use crate::upgrade::{versions, with_cluster};

const LINE: &str = "upgrade cluster a --snapshot none";

/// Returns a machine with a cluster in which all nodes but the last have been upgraded.
fn with_one_left(line: &str, last: &str) -> Machine {
    let machine = with_cluster(line);
    machine.docker.on(&format!("rename {last} *")).fails(1, "no");
    let outcome = machine.mokctl(LINE).outcome();
    outcome.assert(outcome.code() == Some(1), "all have moved");
    machine.docker.heal();
    machine
}

fn survives(template: &Machine, least_calls: usize) {
    let clean = template.copy();
    let earlier = clean.docker.calls().len();
    clean.mokctl(&format!("{LINE} -q")).run();
    let targets = targets(&clean.docker.calls()[earlier..]);
    assert!(targets.len() >= least_calls, "{} calls", targets.len());
    let applies = |target: &Target, fault| fault != Fault::Orphans && !is_unnoticed(target, fault);
    let names: Vec<_> = versions(template).into_keys().collect();
    let done = versions(&clean);
    for_each_fault(&targets, applies, |target, fault, scale| {
        let machine = template.copy();
        target.goes_wrong(&machine, fault);
        let outcome = machine.mokctl(LINE).deadline_scale(scale).outcome();
        outcome.check(!outcome.stderr.contains("panicked"), "it panicked")?;
        outcome.check(outcome.code() == Some(1), "the exit status is not 1")?;
        outcome.check(outcome.stderr.contains("mokctl: error: "), "no error")?;
        outcome.check(!outcome.stderr.contains("warning"), "there is a warning")?;
        machine.docker.heal();
        let now = versions(&machine);
        let is_well = now.keys().eq(&names) && now.values().all(|(_, status)| status == "running");
        outcome.check(is_well, &format!("neither moved nor as before: {now:?}"))?;
        let cordoned = machine.docker.cordoned();
        outcome.check(cordoned.is_empty(), &format!("cordoned: {cordoned:?}"))?;
        let second = machine.mokctl(LINE).outcome();
        second.check(second.code() == Some(0), "the second time, it failed")?;
        second.check(versions(&machine) == done, "the second time, it is not done")
    });
}

/// Whether mokctl cannot notice the fault.
fn is_unnoticed(target: &Target, fault: Fault) -> bool {
    let is_read = target.line().contains("get configmap");
    let unread = ["rename ", "diff ", "exec "].iter().any(|it| target.line().starts_with(it));
    let said = matches!(fault, Fault::Garbage | Fault::Silent);
    target.is_unnoticed(fault) || (said && unread && !is_read)
}

#[test]
fn the_only_node_has_moved_or_is_as_before_whatever_goes_wrong() {
    survives(&with_cluster("a 1 0"), 30);
}

#[test]
fn a_worker_has_moved_or_is_as_before_whatever_goes_wrong() {
    survives(&with_one_left("a 1 2", "a-worker-2"), 30);
}

#[test]
fn a_master_beside_others_has_moved_or_is_as_before_whatever_goes_wrong() {
    survives(&with_one_left("a 2 0", "a-master-2"), 30);
}
