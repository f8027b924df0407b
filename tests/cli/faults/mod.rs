//! Every call that a command makes goes wrong, each in every way that a call can
//! go wrong: it fails, it never ends, its client is killed, it prints garbage.
//! Whatever it is, mokctl ends soon, says which step it was, and leaves nothing
//! behind.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::fake_docker::Call;
use crate::harness::Machine;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Fails,
    Hangs,
    Killed,
    Garbage,
    Silent,
}

const FAULTS: [Fault; 5] =
    [Fault::Fails, Fault::Hangs, Fault::Killed, Fault::Garbage, Fault::Silent];

/// Deadlines: where a call hangs, and where none does. A machine with too much to
/// do may miss the short ones elsewhere, so that is tried again with longer ones.
const HANGS: [&str; 2] = ["0.03", "0.12"];
const OTHERS: [&str; 2] = ["0.1", "0.5"];

/// As many at once: those that hang do not compute, the others do.
const HANGING: usize = 12;
const COMPUTING: usize = 4;

/// One test at a time: each keeps the machine busy.
static TURN: Mutex<()> = Mutex::new(());

/// One call of a clean run, such that it can be found in another one.
#[derive(Debug, Clone)]
struct Target {
    /// Its words, with `*` for what differs from run to run.
    glob: String,
    /// It is the `nth` with these words.
    nth: usize,
    call: Call,
}

fn targets(calls: &[Call]) -> Vec<Target> {
    let mut seen = BTreeMap::new();
    let target = |call: &Call| {
        let mut words: Vec<_> = call.argv.iter().map(|word| constant(word)).collect();
        if let Some(seconds) = words.iter().position(|word| word.ends_with("/ready.sh")) {
            "*".clone_into(&mut words[seconds + 1]);
        }
        let glob = words.join(" ");
        let nth = seen.entry(glob.clone()).or_insert(0);
        *nth += 1;
        Target { glob, nth: *nth, call: call.clone() }
    };
    calls.iter().map(target).collect()
}

fn constant(word: &str) -> String {
    let is_id = word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let start = ["--label=mok.run=", "--publish=", "--subnet=", "--ip=", "--network="];
    match start.iter().find(|start| word.starts_with(**start)) {
        Some(start) => format!("{start}*"),
        None if is_id => "*".to_owned(),
        None => word.to_owned(),
    }
}

impl Target {
    /// The step of the plan that the call belongs to; none before the plan runs.
    fn step(&self) -> Option<String> {
        let words = &self.call.argv;
        let node = |word: &str| word.trim_end_matches(":/").to_owned();
        let first = self.nth == 1;
        Some(match self.call.verb().as_str() {
            "network ls" if self.call.flag("filter").is_none() => "create network".to_owned(),
            "network create" | "network inspect" => "create network".to_owned(),
            "create" if self.call.flag("name")?.ends_with("-master-1") => {
                format!("create {}", self.call.flag("name")?)
            }
            "create" => format!("start {}", self.call.flag("name")?),
            "update" => "keep ".to_owned(),
            "start" => format!("start {}", words[1]),
            "cp" if first => format!("start {}", node(&words[2])),
            "cp" => format!("issue credentials for {}", node(&words[2])),
            "exec" => match words.iter().find(|word| word.contains(".sh")).map(String::as_str) {
                Some("/root/mok/init.sh") => format!("kubeadm init on {}", words[1]),
                Some("/root/mok/issue.sh") => format!("issue credentials for {}", words[4]),
                Some("/root/mok/join.sh") => format!("kubeadm join on {}", words[2]),
                Some("/root/mok/ready.sh") => "wait until Ready: ".to_owned(),
                _ => "save kubeconfig".to_owned(),
            },
            _ => return None,
        })
    }

    /// Whether mokctl can see nothing wrong with the call.
    fn is_as_good(&self, fault: Fault) -> bool {
        let answer_is_read = match self.call.verb().as_str() {
            "create" | "start" | "cp" | "update" | "network rm" | "rm" => false,
            "exec" => {
                !["join.sh", "ready.sh"].iter().any(|script| self.call.line().contains(script))
            }
            _ => true,
        };
        // No output is what a list of nothing looks like.
        let may_be_empty = ["ps", "network ls"].contains(&self.call.verb().as_str());
        match fault {
            Fault::Garbage => !answer_is_read,
            Fault::Silent => !answer_is_read || may_be_empty,
            Fault::Fails | Fault::Hangs | Fault::Killed => false,
        }
    }

    fn goes_wrong(&self, machine: &Machine, fault: Fault) {
        let rule = machine.docker.on(&self.glob).nth(self.nth);
        match fault {
            Fault::Fails => rule.fails(1, "Error response from daemon: no space left on device"),
            Fault::Hangs => rule.hangs(),
            Fault::Killed => rule.is_killed(),
            Fault::Garbage => rule.prints(b"WARNING: {{ garbage\n"),
            Fault::Silent => rule.prints(b""),
        }
    }
}

/// Runs `check` for every target and fault, many at once, and fails with all that
/// has failed.
fn for_each_fault(
    targets: &[Target],
    applies: impl Fn(&Target, Fault) -> bool,
    check: impl Fn(&Target, Fault, &str) -> Result<(), String> + Sync,
) {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let pairs = |hanging: bool| {
        let faults = FAULTS.into_iter().filter(move |fault| (*fault == Fault::Hangs) == hanging);
        faults
            .flat_map(|fault| targets.iter().map(move |target| (target, fault)))
            .filter(|(target, fault)| applies(target, *fault))
    };
    let queues: [Mutex<VecDeque<_>>; 2] =
        [pairs(false), pairs(true)].map(|pairs| Mutex::new(pairs.collect()));
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for (queue, threads) in queues.iter().zip([COMPUTING, HANGING]) {
            for _ in 0..threads {
                scope.spawn(|| {
                    loop {
                        let next = queue.lock().unwrap().pop_front();
                        let Some((target, fault)) = next else { break };
                        let scales = if fault == Fault::Hangs { &HANGS[..] } else { &OTHERS };
                        let failed = |scale: &str| check(target, fault, scale).err();
                        // The last one tells, if none is good.
                        let texts = scales.iter().map_while(|scale| failed(scale));
                        let texts: Vec<_> = texts.collect();
                        if texts.len() == scales.len() {
                            let text = &texts[texts.len() - 1];
                            let (glob, nth) = (&target.glob, target.nth);
                            let text = format!("=== {fault:?}: call {nth} of '{glob}'\n{text}");
                            failures.lock().unwrap().push(text);
                        }
                    }
                });
            }
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{}\n{} failures", failures.join("\n"), failures.len());
}

/// What cannot be seen is tried with the smallest cluster alone (`every`).
fn create_survives_every_fault(line: &str, least_calls: usize, every: bool) {
    let clean = Machine::new();
    clean.mokctl(&format!("{line} -q")).run();
    let targets = targets(&clean.docker.calls());
    assert!(targets.len() >= least_calls, "{} calls", targets.len());

    let applies = |target: &Target, fault| every || !target.is_as_good(fault);
    for_each_fault(&targets, applies, |target, fault, scale| {
        let machine = Machine::new();
        target.goes_wrong(&machine, fault);
        let outcome = machine.mokctl(line).deadline_scale(scale).outcome();
        outcome.check(!outcome.stderr.contains("panicked"), "it panicked")?;
        if target.is_as_good(fault) {
            outcome.check(outcome.code() == Some(0), "nothing was wrong, and it failed")?;
            return outcome.check(!machine.docker.names().is_empty(), "nothing is there");
        }
        outcome.check(outcome.code() == Some(1), "the exit status is not 1")?;
        let error = match target.step() {
            Some(step) => format!("mokctl: error: cannot {step}"),
            None => "mokctl: error: ".to_owned(),
        };
        outcome.check(outcome.stderr.contains(&error), &format!("no '{error}'"))?;
        outcome.check(!outcome.stderr.contains("warning"), "there is a warning")?;
        outcome.check(machine.docker.names().is_empty(), "something is left in the engine")?;
        let kubeconfig = machine.kubeconfig_text();
        outcome.check(!kubeconfig.contains("mok-a"), "something is left in the kubeconfig")
    });
}

#[test]
fn create_of_one_node_leaves_nothing_whatever_goes_wrong() {
    create_survives_every_fault("create cluster a 1 0", 12, true);
}

#[test]
fn create_with_workers_leaves_nothing_whatever_goes_wrong() {
    create_survives_every_fault("create cluster a 1 2", 22, false);
}

#[test]
fn create_with_a_balancer_leaves_nothing_whatever_goes_wrong() {
    create_survives_every_fault("create cluster a 3 1", 30, false);
}

#[test]
fn delete_can_be_finished_whatever_goes_wrong() {
    let template = Machine::new().with_cluster("a 1 2");
    let clean = template.copy();
    let before = clean.docker.calls().len();
    clean.mokctl("delete cluster a -q").run();
    let calls = clean.docker.calls();
    // Deleting asks what creating has asked already.
    let targets: Vec<_> =
        targets(&calls).into_iter().filter(|target| target.call.number > before).collect();
    assert!(targets.len() >= 4, "{} calls", targets.len());

    for_each_fault(
        &targets,
        |_, _| true,
        |target, fault, scale| {
            let machine = template.copy();
            let nth = targets.iter().filter(|other| other.glob == target.glob).count();
            assert_eq!(nth, 1, "a call that is made twice");
            let target = Target { nth: 1, ..target.clone() };
            target.goes_wrong(&machine, fault);
            let outcome = machine.mokctl("delete cluster a").deadline_scale(scale).outcome();
            outcome.check(!outcome.stderr.contains("panicked"), "it panicked")?;
            if !target.is_as_good(fault) {
                outcome.check(outcome.code() == Some(1), "the exit status is not 1")?;
                outcome.check(outcome.stderr.contains("mokctl: error: "), "no error")?;
            }
            let second = machine.mokctl("delete cluster a").outcome();
            let done =
                second.code() == Some(0) || second.stderr.contains("no cluster exists with name a");
            second.check(done, "the second time, it failed")?;
            second.check(machine.docker.names().is_empty(), "something is left in the engine")?;
            let kubeconfig = machine.kubeconfig_text();
            second.check(!kubeconfig.contains("mok-a"), "something is left in the kubeconfig")
        },
    );
}

/// An engine may finish what a client asked for that is no more.
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
        let text = format!("cannot {step}: ");
        outcome.assert(outcome.code() == Some(1) && outcome.stderr.contains(&text), "no error");
        // Whatever comes later still comes now.
        std::thread::sleep(Duration::from_millis(600));
        outcome.assert(machine.docker.names().is_empty(), "something is left");
    }
}
