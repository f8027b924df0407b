//! Measures an idle cluster: CPU time, memory, processes, and journal lines.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use crate::cluster::{self, script};
use crate::cycle;
use crate::setup::Setup;
use crate::shape::Shape;
use crate::side::Side;
use crate::usage::{self, Cgroup};

/// How long a cluster settles after its first pods are running. A kubelet reports the static pods
/// of its master only more than a minute after `kubeadm init`.
const SETTLING: Duration = Duration::from_secs(120);
/// How long the cluster is measured.
pub(crate) const WINDOW: Duration = Duration::from_secs(60);

/// The figures of one container.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) name: String,
    /// CPU seconds a minute.
    pub(crate) cpu: f64,
    /// Memory without caches, in bytes.
    pub(crate) memory: f64,
    /// Memory of its processes, in which shared pages are counted in parts (PSS), in bytes.
    pub(crate) pss: f64,
    pub(crate) processes: usize,
    /// Journal lines a minute.
    pub(crate) lines: usize,
    /// inotify instances, of which each user has a limited number.
    pub(crate) inotify: usize,
}

#[derive(Debug)]
pub(crate) struct Idle {
    pub(crate) side: Side,
    pub(crate) shape: Shape,
    /// Seconds until the cluster was created and a pod was running on every node.
    pub(crate) made: f64,
    pub(crate) nodes: Vec<Node>,
    /// Messages that were in the journals more than once, most frequent first.
    pub(crate) repeated: Vec<(usize, String)>,
}

impl Idle {
    /// Creates a cluster, lets it settle, measures and deletes it.
    pub(crate) fn measure(setup: &Setup, side: Side, shape: Shape) -> Result<Self, String> {
        let made = cycle::create(setup, side, shape)?;
        thread::sleep(SETTLING);
        let idle = Self::look(side, shape, made)?;
        cycle::delete(setup, side)?;
        Ok(idle)
    }

    fn look(side: Side, shape: Shape, made: f64) -> Result<Self, String> {
        let mut containers = cluster::containers(side)?;
        containers.sort_by(|a, b| a.name.cmp(&b.name));
        let groups: Vec<_> = containers.iter().map(|one| Cgroup::container(&one.id)).collect();
        let cpu = || groups.iter().map(Cgroup::cpu).collect::<Result<Vec<_>, _>>();
        let (begun, before) = (Instant::now(), cpu()?);
        thread::sleep(WINDOW);
        let (minutes, after) = (begun.elapsed().as_secs_f64() / 60.0, cpu()?);

        // The nodes are asked only after the window, so that this does not count.
        let mut messages = BTreeMap::new();
        let mut nodes = Vec::new();
        for (index, (container, group)) in containers.iter().zip(&groups).enumerate() {
            let (memory, processes) = (group.memory()?, group.processes());
            let pss = processes.iter().map(|pid| usage::pss(*pid)).sum();
            let lines = journal(&container.name, begun.elapsed().as_secs())?;
            for line in &lines {
                *messages.entry(without_particulars(line)).or_insert(0) += 1;
            }
            nodes.push(Node {
                name: container.name.clone(),
                cpu: (after[index] - before[index]) / minutes,
                memory,
                pss,
                processes: processes.len(),
                lines: lines.len(),
                inotify: inotify_instances(&container.name)?,
            });
        }
        let mut repeated: Vec<_> = messages
            .into_iter()
            .map(|(text, count)| (count, text))
            .filter(|one| one.0 > 1)
            .collect();
        repeated.sort_by(|a, b| b.cmp(a));
        Ok(Self { side, shape, made, nodes, repeated })
    }
}

/// Returns the lines of a node's journal of the last `seconds`. A load balancer has none.
fn journal(container: &str, seconds: u64) -> Result<Vec<String>, String> {
    let ask = format!(
        "[[ -S /run/systemd/private ]] || exit 0
        journalctl --quiet --no-pager --output=short --no-hostname --since='-{seconds} seconds'"
    );
    // Lines have the form "Nov 22 15:00:00 kubelet[12]: ...".
    let text = script(container, &ask)?;
    Ok(text.lines().map(|line| line.chars().skip(16).collect()).collect())
}

fn inotify_instances(container: &str) -> Result<usize, String> {
    // find fails if processes end in the meantime. Its output counts all the same.
    let count = "shopt -s nullglob
        find /proc/[0-9]*/fd -lname anon_inode:inotify 2>/dev/null | wc -l || true";
    script(container, count)?.parse().map_err(|_| format!("{container}: inotify cannot be counted"))
}

/// Returns the line without numbers, times and identifiers, so that lines that differ in nothing
/// else become equal.
pub(crate) fn without_particulars(line: &str) -> String {
    let word = |word: &str| {
        let digits = word.chars().filter(char::is_ascii_digit).count();
        if digits > 4 || digits * 3 > word.len() { "#".to_owned() } else { word.to_owned() }
    };
    let mut text = line.split_whitespace().map(word).collect::<Vec<_>>().join(" ");
    // The process id.
    if let (Some(open), Some(close)) = (text.find('['), text.find("]:"))
        && open < close
    {
        text.replace_range(open..=close, "");
    }
    text
}
