//! A node on its way to another image: whatever goes wrong, it has moved or is as before.

use super::target::{Target, targets};
use super::{Fault, for_each_fault};
use crate::upgrade::{versions, with_cluster};

const LINE: &str = "upgrade cluster a --snapshot none";

fn survives(cluster: &str, least_calls: usize) {
    let template = with_cluster(cluster);
    let clean = template.copy();
    let earlier = clean.docker.calls().len();
    clean.mokctl(&format!("{LINE} -q")).run();
    let targets = targets(&clean.docker.calls()[earlier..]);
    assert!(targets.len() >= least_calls, "{} calls", targets.len());
    let applies = |target: &Target, fault| fault != Fault::Orphans && !target.is_as_good(fault);
    let names: Vec<_> = versions(&template).into_keys().collect();
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
        let is_done = versions(&machine) == versions(&clean);
        second.check(is_done, "the second time, it is not done")
    });
}

#[test]
fn the_only_node_has_moved_or_is_as_before_whatever_goes_wrong() {
    survives("a 1 0", 30);
}

#[test]
fn a_worker_has_moved_or_is_as_before_whatever_goes_wrong() {
    survives("a 1 2", 80);
}

#[test]
fn a_master_beside_others_has_moved_or_is_as_before_whatever_goes_wrong() {
    survives("a 2 0", 60);
}
