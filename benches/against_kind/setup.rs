//! The parameters of `make bench`, and what it has prepared.

use std::env;
use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::ask::{field, output, read};
use crate::shape::Shape;
use crate::side::Side;

/// What is measured.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Mode {
    /// Creating and deleting clusters.
    Create,
    /// Idle clusters.
    Idle,
}

#[derive(Debug)]
pub(crate) struct Setup {
    pub(crate) mode: Mode,
    pub(crate) rounds: usize,
    pub(crate) shapes: Vec<Shape>,
    pub(crate) sides: Vec<Side>,
    /// The path of mokctl.
    pub(crate) mokctl: String,
    pub(crate) kind: String,
    /// The node image of mokctl.
    pub(crate) node_image: String,
    pub(crate) kind_image: String,
    /// The folder for results.
    folder: PathBuf,
    /// The document whose generated part is replaced.
    pub(crate) docs: Option<PathBuf>,
}

impl Setup {
    pub(crate) fn read() -> Result<Self, String> {
        let var = |name: &str| env::var(name).map_err(|_| format!("{name} is not set"));
        let mode = match var("MOK_BENCH_MODE")?.as_str() {
            "create" => Mode::Create,
            "idle" => Mode::Idle,
            other => return Err(format!("MOK_BENCH_MODE is '{other}', not create or idle")),
        };
        let rounds = var("ROUNDS")?;
        let rounds = rounds.parse().ok().filter(|rounds| *rounds > 0);
        let shapes = var("SHAPES")?;
        let sides = var("SIDES")?;
        Ok(Self {
            mode,
            rounds: rounds.ok_or("ROUNDS is no number from 1 on")?,
            shapes: shapes.split_whitespace().map(Shape::parse).collect::<Result<_, _>>()?,
            sides: sides.split_whitespace().map(Side::parse).collect::<Result<_, _>>()?,
            mokctl: var("MOK_BENCH_MOKCTL")?,
            kind: var("MOK_BENCH_KIND")?,
            node_image: var("MOK_BENCH_NODE_IMAGE")?,
            kind_image: var("MOK_BENCH_KIND_IMAGE")?,
            folder: var("MOK_BENCH_RESULTS")?.into(),
            docs: env::var_os("DOCS").filter(|path| !path.is_empty()).map(PathBuf::from),
        })
    }

    /// Writes a file to the results, and returns its path.
    pub(crate) fn write(&self, name: &str, text: &str) -> Result<String, String> {
        let path = self.path(name);
        fs::write(&path, text).map_err(|error| format!("{path}: {error}"))?;
        Ok(path)
    }

    /// Returns the path of a file in the results.
    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    /// Describes the machine and the programs.
    pub(crate) fn machine(&self) -> Result<Value, String> {
        let gib = f64::from(1 << 20);
        let memory = field(&read("/proc/meminfo")?, "MemTotal:").unwrap_or_default() / gib;
        let cgroup = if crate::usage::is_unified() { "v2" } else { "v1" };
        let engine = ["version", "--format={{.Server.Version}}"];
        Ok(json!({
            "date": output("date", &["--utc", "+%F"])?,
            "commit": output("git", &["describe", "--always", "--dirty"]).unwrap_or_default(),
            "cores": std::thread::available_parallelism().map_or(0, usize::from),
            "memory_gib": format!("{memory:.0}").parse::<u64>().unwrap_or_default(),
            "kernel": read("/proc/sys/kernel/osrelease")?.trim(),
            "cgroup": cgroup,
            "engine": output("docker", &engine)?,
            "mokctl": output(&self.mokctl, &["version"])?,
            "kind": output(&self.kind, &["version"])?,
            "image": self.node_image,
        }))
    }
}
