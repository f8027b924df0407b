//! Every call of a command goes wrong, in every possible way: it fails, it hangs, its client is
//! killed, it prints garbage. mokctl must end soon, name the step, and leave nothing behind.

mod create;
mod existing;
mod snapshots;
mod target;
mod upgrade;

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::thread;

use target::Target;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// The call fails without an effect.
    Fails,
    /// The engine does the work, but the client hangs.
    Hangs,
    /// The engine does the work, but the client is killed.
    Killed,
    /// The engine does the work, but the client prints garbage.
    Garbage,
    /// The engine does the work, but the client prints nothing.
    Silent,
    /// The client is killed, and a child of it keeps its streams open.
    Orphans,
}

const FAULTS: [Fault; 6] =
    [Fault::Fails, Fault::Hangs, Fault::Killed, Fault::Garbage, Fault::Silent, Fault::Orphans];

impl Fault {
    /// Whether the call ends only at its deadline.
    fn waits(self) -> bool {
        matches!(self, Self::Hangs | Self::Orphans)
    }
}

/// The scales of deadlines. A busy machine may miss short deadlines of other calls, so a failure
/// is tried again with the longer scale. The fake engine hangs for 100 s, longer than the longest
/// scaled deadline.
const HANGS: [&str; 2] = ["0.015", "0.1"];
const OTHERS: [&str; 2] = ["0.1", "0.5"];

/// How many hanging runs of one test run in parallel: they need no CPU time.
const HANGING: usize = 16;
const COMPUTING: usize = 4;

/// Only one test at a time runs faults that need CPU time. Hanging runs of others go on meanwhile.
static TURN: Mutex<()> = Mutex::new(());

/// Runs `check` for every target and fault, many in parallel, and fails with all failures.
fn for_each_fault(
    targets: &[Target],
    applies: impl Fn(&Target, Fault) -> bool,
    check: impl Fn(&Target, Fault, &str) -> Result<(), String> + Sync,
) {
    let pairs = |hanging: bool| {
        let faults = FAULTS.into_iter().filter(move |fault| fault.waits() == hanging);
        let pairs = faults.flat_map(|fault| targets.iter().map(move |target| (target, fault)));
        let pairs = pairs.filter(|(target, fault)| applies(target, *fault));
        Mutex::new(pairs.collect::<VecDeque<_>>())
    };
    let failures = Mutex::new(Vec::new());
    let check_all = |pairs: &Mutex<VecDeque<(&Target, Fault)>>, scales: [&str; 2]| {
        loop {
            let next = pairs.lock().unwrap().pop_front();
            let Some((target, fault)) = next else { break };
            // If both scales fail, the failure of the last one is reported.
            let failed = |scale: &&str| check(target, fault, scale).err();
            let texts: Vec<_> = scales.iter().map_while(failed).collect();
            if texts.len() == scales.len() {
                let (glob, nth) = (&target.glob, target.nth);
                let text = format!("=== {fault:?}: call {nth} of '{glob}'\n{}", texts[1]);
                failures.lock().unwrap().push(text);
            }
        }
    };
    let (hanging, others) = (pairs(true), pairs(false));
    thread::scope(|scope| {
        for _ in 0..HANGING {
            scope.spawn(|| check_all(&hanging, HANGS));
        }
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        thread::scope(|scope| {
            for _ in 0..COMPUTING {
                scope.spawn(|| check_all(&others, OTHERS));
            }
        });
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{}\n{} failures", failures.join("\n"), failures.len());
}
