//! One timed cycle: a cluster is created, used and deleted.

use std::fmt;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::ask::output;
use crate::figure::{FIGURES, Seconds};
use crate::setup::Setup;
use crate::shape::Shape;
use crate::side::Side;
use crate::timed::{LIMIT, timed};
use crate::usage::{Cgroup, Machine};
use crate::{cluster, command, used, watch};

/// The results of one round of one side.
#[derive(Debug)]
pub(crate) struct Cycle {
    /// The times. docs/performance.md explains the figures.
    pub(crate) seconds: Seconds,
    /// CPU seconds of the engine, the nodes, and the program with its docker clients, until the
    /// first pods were running.
    pub(crate) cpu: f64,
    /// The part of these that the program and its docker clients used.
    pub(crate) own_cpu: f64,
    /// Peak memory of engine and nodes, without caches, in bytes.
    pub(crate) memory: f64,
    /// The part of the machine's CPU time that other processes used, 0 to 1.
    pub(crate) outside: f64,
}

/// The numbers of docker clients that were started.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    pub(crate) create: u32,
    pub(crate) delete: u32,
}

impl Cycle {
    pub(crate) fn run(setup: &Setup, side: Side, shape: Shape) -> Result<Self, String> {
        let group = Cgroup::bench();
        let (cpu, machine) = (group.cpu()?, Machine::now()?);
        let (created, memory) = group.peak_during(|| Created::run(setup, side, shape));
        let created = created?;
        let cpu = group.cpu()? - cpu + created.own_cpu;
        let now = Machine::now()?;
        let outside = (now.busy - machine.busy - cpu).max(0.0) / (now.all - machine.all);

        let seconds_of = |words: &[String]| {
            let begun = Instant::now();
            timed(setup, words, None).map(|_| begun.elapsed().as_secs_f64())
        };
        let mut restore = None;
        if let Some(words) = command::snapshot(setup, side) {
            seconds_of(&words.create)?;
            restore = Some(seconds_of(&words.restore)?);
            seconds_of(&words.delete)?;
        }
        let delete = seconds_of(&command::delete(setup, side))?;
        let Created { ready, command, first_pod, own_cpu } = created;
        let mut seconds = used::seconds(setup, side, shape)?;
        seconds.extend([
            ("ready", ready),
            ("command", command),
            ("firstpod", first_pod),
            ("delete", delete),
            ("fresh", restore.unwrap_or(delete + ready)),
        ]);
        Ok(Self { seconds, cpu, own_cpu, memory, outside })
    }
}

impl fmt::Display for Cycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = FIGURES.iter().filter_map(|(name, _)| self.seconds.get_key_value(name));
        for (name, seconds) in told {
            write!(f, "{name} {seconds:.1} s, ")?;
        }
        write!(f, "CPU {:.1} s, others {:.0} %", self.cpu, self.outside * 100.0)
    }
}

/// The results of the first half of a cycle.
struct Created {
    ready: f64,
    command: f64,
    first_pod: f64,
    own_cpu: f64,
}

impl Created {
    fn run(setup: &Setup, side: Side, shape: Shape) -> Result<Self, String> {
        // If the command fails, the watching thread is not joined: it would wait for nothing.
        let (tell, told) = mpsc::channel();
        thread::spawn(move || tell.send(watch::all_ready(side, shape.nodes(), LIMIT)));
        let words = command::create(setup, side, shape)?;
        let begun = Instant::now();
        let own_cpu = timed(setup, &words, None)?;
        let command = begun.elapsed().as_secs_f64();
        cluster::run_first_pods(side, shape)?;
        let first_pod = begun.elapsed().as_secs_f64();
        let ready = told.recv_timeout(Duration::from_secs(LIMIT.into()));
        let ready = ready.map_err(|_| "nothing was seen of the nodes".to_owned())??;
        let ready = ready.duration_since(begun).as_secs_f64();
        Ok(Self { ready, command, first_pod, own_cpu })
    }
}

/// Runs a cycle without timing it, with a docker client that counts its starts.
pub(crate) fn count_calls(setup: &Setup, side: Side, shape: Shape) -> Result<Calls, String> {
    let folder = setup.path("counting");
    let client = format!("{folder}/docker");
    let wrong = |error: std::io::Error| format!("{client}: {error}");
    fs::create_dir_all(&folder).map_err(wrong)?;
    let real = output("bash", &["-c", "type -P docker"])?;
    let text = format!("#!/bin/sh\necho >>'{folder}/calls'\nexec '{real}' \"$@\"\n");
    fs::write(&client, text).map_err(wrong)?;
    fs::set_permissions(&client, fs::Permissions::from_mode(0o755)).map_err(wrong)?;

    let count = |words: &[String]| {
        fs::write(format!("{folder}/calls"), "").map_err(wrong)?;
        timed(setup, words, Some(&folder))?;
        let calls = fs::read_to_string(format!("{folder}/calls")).map_err(wrong)?;
        u32::try_from(calls.lines().count()).map_err(|error| error.to_string())
    };
    let create = count(&command::create(setup, side, shape)?)?;
    let delete = count(&command::delete(setup, side))?;
    Ok(Calls { create, delete })
}

/// Creates a cluster for other measurements. Returns the seconds until a pod ran on every node.
pub(crate) fn create(setup: &Setup, side: Side, shape: Shape) -> Result<f64, String> {
    let begun = Instant::now();
    timed(setup, &command::create(setup, side, shape)?, None)?;
    cluster::run_first_pods(side, shape)?;
    Ok(begun.elapsed().as_secs_f64())
}

/// Deletes the cluster that [`create`] has made.
pub(crate) fn delete(setup: &Setup, side: Side) -> Result<(), String> {
    timed(setup, &command::delete(setup, side), None).map(drop)
}
