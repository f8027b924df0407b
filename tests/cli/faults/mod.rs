//! Every call that a command makes goes wrong, each in every way that a call can
//! go wrong: it fails, it never ends, its client is killed, it prints garbage.
//! Whatever it is, mokctl ends soon, says which step it was, and leaves nothing
//! behind.

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
    /// It says no.
    Fails,
    /// It is done, but never comes to its end.
    Hangs,
    /// It is done, but the client dies.
    Killed,
    /// It is done, and something else is said.
    Garbage,
    /// It is done, and nothing is said.
    Silent,
    /// The client dies, and its own child holds its streams open.
    Orphans,
}

const FAULTS: [Fault; 6] =
    [Fault::Fails, Fault::Hangs, Fault::Killed, Fault::Garbage, Fault::Silent, Fault::Orphans];

impl Fault {
    /// Whether the call only ends at its deadline.
    fn waits(self) -> bool {
        matches!(self, Self::Hangs | Self::Orphans)
    }
}

/// Deadlines: where a call hangs, and where none does. A machine with too much to
/// do may miss the short ones elsewhere, so that is tried again with longer ones. The
/// fake engine hangs for 100 s, longer than the longest deadline that is scaled here.
const HANGS: [&str; 2] = ["0.015", "0.1"];
const OTHERS: [&str; 2] = ["0.1", "0.5"];

/// As many at once of one test: those that hang do not compute, the others do.
const HANGING: usize = 16;
const COMPUTING: usize = 4;

/// One test at a time computes; what hangs of the others does so beside it.
static TURN: Mutex<()> = Mutex::new(());

/// Runs `check` for every target and fault, many at once, and fails with all that
/// has failed.
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
            // The last one tells, if none is good.
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
