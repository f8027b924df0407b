//! The kernel's counters: of the cgroup of the bench's engine and everything that runs in it, and
//! of the machine.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::ask::{field, read};

/// The cgroup of the engine, which scripts/bench/engine.sh makes.
const GROUP: &str = "mok-bench";
/// How often memory is read. The kernel's own peak value would include caches.
const INTERVAL: Duration = Duration::from_millis(250);
/// The ticks a second in /proc on every Linux: `USER_HZ`.
const TICKS: f64 = 100.0;

/// Whether the machine has cgroup v2.
pub(crate) fn is_unified() -> bool {
    Path::new("/sys/fs/cgroup/cgroup.controllers").exists()
}

/// A cgroup: that of the whole bench, or of one node.
#[derive(Debug, Clone)]
pub(crate) struct Cgroup {
    path: String,
}

impl Cgroup {
    /// Returns the cgroup of engine and nodes.
    pub(crate) fn bench() -> Self {
        Self { path: GROUP.into() }
    }

    /// Returns the cgroup of a container, by its full id.
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

    /// Returns the CPU seconds so far.
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

    /// Returns the memory without caches of files, in bytes.
    pub(crate) fn memory(&self) -> Result<f64, String> {
        let text = read(&format!("{}/memory.stat", self.folder("memory")))?;
        Ok(field(&text, if is_unified() { "anon" } else { "total_rss" }).unwrap_or_default())
    }

    /// Returns the ids of the processes in the cgroup and below.
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

    /// Runs `work`, and returns its result and the peak memory in the meantime.
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

/// Returns the PSS of a process in bytes, or 0 if it has ended.
pub(crate) fn pss(process: u32) -> f64 {
    let text = read(&format!("/proc/{process}/smaps_rollup")).unwrap_or_default();
    field(&text, "Pss:").unwrap_or_default() * 1024.0
}

/// CPU seconds of the whole machine so far: used ones, and available ones.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Machine {
    pub(crate) busy: f64,
    pub(crate) all: f64,
}

impl Machine {
    pub(crate) fn now() -> Result<Self, String> {
        let text = read("/proc/stat")?;
        // The fields are: user nice system idle iowait irq softirq steal. Stolen time counts as
        // used by others.
        let first = text.lines().next().unwrap_or_default();
        let ticks: Vec<f64> =
            first.split_whitespace().skip(1).take(8).filter_map(|word| word.parse().ok()).collect();
        let all = ticks.iter().sum::<f64>() / TICKS;
        let idle = ticks.iter().skip(3).take(2).sum::<f64>() / TICKS;
        Ok(Self { busy: all - idle, all })
    }
}
