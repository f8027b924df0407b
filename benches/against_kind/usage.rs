//! What the kernel has counted: for the bench's engine with all that runs in it,
//! which is one control group, and for the machine.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::ask::{field, read};

/// The engine's group, as scripts/bench/engine.sh makes it.
const GROUP: &str = "mok-bench";
/// How often memory is looked at; the kernel's own maximum would count caches.
const INTERVAL: Duration = Duration::from_millis(250);
/// What /proc counts time in, on every Linux: `USER_HZ`.
const TICKS: f64 = 100.0;

/// Whether there is one hierarchy for all controllers.
pub(crate) fn is_unified() -> bool {
    Path::new("/sys/fs/cgroup/cgroup.controllers").exists()
}

/// A control group: the whole bench, or one node.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    path: String,
}

impl Group {
    /// Engine and nodes.
    pub(crate) fn bench() -> Self {
        Self { path: GROUP.into() }
    }

    /// A container, by its whole id.
    pub(crate) fn container(id: &str) -> Self {
        Self { path: format!("{GROUP}/nodes/{id}") }
    }

    fn folder(&self, controller: &str) -> String {
        if is_unified() {
            format!("/sys/fs/cgroup/{}", self.path)
        } else {
            format!("/sys/fs/cgroup/{controller}/{}", self.path)
        }
    }

    /// CPU seconds so far.
    pub(crate) fn cpu(&self) -> Result<f64, String> {
        let folder = self.folder("cpuacct");
        if is_unified() {
            let text = read(&format!("{folder}/cpu.stat"))?;
            Ok(field(&text, "usage_usec").unwrap_or_default() / 1e6)
        } else {
            let text = read(&format!("{folder}/cpuacct.usage"))?;
            Ok(text.trim().parse::<f64>().unwrap_or_default() / 1e9)
        }
    }

    /// Bytes that are no cache of a file, now.
    pub(crate) fn memory(&self) -> Result<f64, String> {
        let text = read(&format!("{}/memory.stat", self.folder("memory")))?;
        Ok(field(&text, if is_unified() { "anon" } else { "total_rss" }).unwrap_or_default())
    }

    /// The numbers of the processes in it and below.
    pub(crate) fn processes(&self) -> Vec<u32> {
        let mut folders = vec![PathBuf::from(self.folder("memory"))];
        let mut processes = Vec::new();
        while let Some(folder) = folders.pop() {
            let list = std::fs::read_to_string(folder.join("cgroup.procs")).unwrap_or_default();
            processes.extend(list.lines().filter_map(|line| line.parse::<u32>().ok()));
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            folders.extend(entries.map(|entry| entry.path()).filter(|path| path.is_dir()));
        }
        processes
    }

    /// Runs `work` and says what the most memory was meanwhile.
    pub(crate) fn peak_during<T>(&self, work: impl FnOnce() -> T) -> (T, f64) {
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            let sampler = scope.spawn(|| {
                let mut peak = 0.0_f64;
                while !done.load(Ordering::Relaxed) {
                    peak = peak.max(self.memory().unwrap_or_default());
                    thread::sleep(INTERVAL);
                }
                peak
            });
            let result = work();
            done.store(true, Ordering::Relaxed);
            (result, sampler.join().unwrap_or_default())
        })
    }
}

/// Bytes of a process, with its part of what it shares; none of one that is gone.
pub(crate) fn pss(process: u32) -> f64 {
    let text = read(&format!("/proc/{process}/smaps_rollup")).unwrap_or_default();
    field(&text, "Pss:").unwrap_or_default() * 1024.0
}

/// CPU seconds of the whole machine so far: what all have used, and what it had.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Machine {
    pub(crate) busy: f64,
    pub(crate) all: f64,
}

impl Machine {
    pub(crate) fn now() -> Result<Self, String> {
        let text = read("/proc/stat")?;
        // user nice system idle iowait irq softirq steal; stolen time counts as used
        // by another process.
        let first = text.lines().next().unwrap_or_default();
        let ticks: Vec<f64> =
            first.split_whitespace().skip(1).take(8).filter_map(|word| word.parse().ok()).collect();
        let all = ticks.iter().sum::<f64>() / TICKS;
        let idle = ticks.iter().skip(3).take(2).sum::<f64>() / TICKS;
        Ok(Self { busy: all - idle, all })
    }
}
