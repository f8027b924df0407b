//! Creates, uses and deletes a cluster many times: nothing may be left of any round, and nothing
//! may grow.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
use std::time::{Duration, Instant};
use std::{fs, mem, thread};

use crate::cluster::Cluster;
use crate::engine::{Objects, docker, lines, output_of, shown, tell};
use crate::{pods, wait};

/// How much the engine's folder may grow in all rounds: its databases and its event log never
/// keep exactly the same size.
const DISK_KB: u64 = 20 * 1024;

/// The things whose number must not grow.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Held {
    containers: usize,
    volumes: usize,
    networks: usize,
    mounts: usize,
    /// The engine's helper processes, of which each container and each port has some.
    processes: usize,
}

impl Held {
    fn now() -> Self {
        let count = |words: &[&str]| lines(&docker(words).unwrap()).len();
        Self {
            containers: count(&["ps", "--all", "--quiet"]),
            volumes: count(&["volume", "ls", "--quiet"]),
            networks: count(&["network", "ls", "--quiet"]),
            mounts: fs::read_to_string("/proc/self/mountinfo").unwrap().lines().count(),
            processes: processes(),
        }
    }

    /// Returns the numbers once they no longer change: the engine ends some of its processes a
    /// little after their containers.
    fn settled() -> Self {
        let mut last = Self::now();
        let look = || {
            thread::sleep(Duration::from_secs(3));
            let now = Self::now();
            let before = mem::replace(&mut last, now.clone());
            if now == before { Ok(now) } else { Err(format!("{before:?}, then {now:?}")) }
        };
        wait::until("the engine to settle", Duration::from_secs(60), look).0
    }
}

fn processes() -> usize {
    let name = |entry: fs::DirEntry| fs::read_to_string(entry.path().join("comm"));
    fs::read_dir("/proc")
        .unwrap()
        // A process that has just ended has no name to read.
        .filter_map(|entry| name(entry.ok()?).ok())
        .filter(|name| name.starts_with("containerd-shim") || name.starts_with("docker-proxy"))
        .count()
}

/// Returns the size of the engine's folder.
fn disk_kb() -> u64 {
    let folder = docker(&["info", "--format={{.DockerRootDir}}"]).unwrap();
    let mut du = Command::new("du");
    du.args(["--summarize", "--block-size=1K", &folder]);
    // A file may disappear while it is counted.
    let output = output_of(du, b"").unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let size = text.split_whitespace().next().and_then(|word| word.parse().ok());
    size.unwrap_or_else(|| panic!("{}", shown("du", &output)))
}

/// Creates a cluster, checks that it answers, and deletes it.
fn round((masters, workers): (u8, u8)) {
    let Some(cluster) = Cluster::named("soak") else { return };
    cluster.create(masters, workers);
    let masters = (1..=masters).map(|n| cluster.node(&format!("master-{n}")));
    let workers = (1..=workers).map(|n| cluster.node(&format!("worker-{n}")));
    let nodes: Vec<_> = masters.chain(workers).collect();
    let (echo, _) = pods::deploy(&cluster, &nodes);
    pods::check_addresses(&cluster, &nodes, &echo).unwrap();
    let objects = Objects::of(&cluster.name).unwrap();
    let output = cluster.mokctl(&["delete", "cluster", &cluster.name]);
    assert!(output.status.success(), "{}", shown("delete cluster", &output));
    assert_eq!(Objects::of(&cluster.name).unwrap(), Objects::default());
    assert!(objects.volumes_left().unwrap().is_empty());
}

#[test]
#[ignore = "slow, thirty clusters: make soak"]
fn nothing_grows_when_clusters_come_and_go() {
    let rounds = std::env::var("MOK_SOAK_ROUNDS").map_or(30, |text| text.parse().unwrap());
    let shape = std::env::var("MOK_SOAK_SHAPE").unwrap_or_else(|_| "1+1".to_owned());
    let (masters, workers) = shape.split_once('+').unwrap();
    let round = || round((masters.parse().unwrap(), workers.parse().unwrap()));
    // The first round fills caches, so it does not count.
    round();
    let (held, disk) = (Held::settled(), disk_kb());
    let begun = Instant::now();
    let failed: Vec<u32> =
        (1..=rounds).filter(|_| catch_unwind(AssertUnwindSafe(round)).is_err()).collect();
    let seconds = begun.elapsed().as_secs_f64();
    let now = Held::settled();
    let grown = disk_kb().saturating_sub(disk);
    tell(&format!(
        "soak: {rounds} rounds of {shape} in {seconds:.0} s, {} failed {failed:?}, the engine's folder grew by {grown} KB\nbefore: {held:?}\nafter: {now:?}",
        failed.len()
    ));
    assert!(failed.is_empty(), "rounds that failed: {failed:?}");
    assert_eq!(now, held);
    assert!(grown <= DISK_KB, "the engine's folder grew by {grown} KB");
}
