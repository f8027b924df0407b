//! Asks the engine directly, with the docker client: what mokctl says about its own work proves
//! nothing.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;

/// The label of everything that belongs to a cluster.
const CLUSTER: &str = "MokCluster";

/// The turn to use the engine. Tests that need it run one after another, because each needs the
/// whole machine.
pub(crate) type Turn = MutexGuard<'static, ()>;

/// Waits for the turn of the calling test. Returns `None` if there is no engine, and panics
/// then in CI.
pub(crate) fn turn() -> Option<Turn> {
    static TURN: Mutex<()> = Mutex::new(());
    // A poisoned lock means that another test failed, which that test reports itself.
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    if node_image().is_some() {
        return Some(turn);
    }
    assert!(std::env::var_os("CI").is_none(), "no docker engine");
    tell("SKIPPED: no docker engine");
    None
}

/// Returns the name of the node image of this source tree, or `None` if there is no engine. The
/// first call removes leftovers and builds the image.
pub(crate) fn node_image() -> Option<&'static str> {
    static IMAGE: OnceLock<Option<String>> = OnceLock::new();
    let prepare = || {
        docker(&["version"]).ok()?;
        remove_leftovers();
        Some(build_image())
    };
    IMAGE.get_or_init(prepare).as_deref()
}

/// Prints a line immediately: the test harness would capture what `println!` prints.
pub(crate) fn tell(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Runs the docker client. Returns its output, or on failure the command and all its output.
pub(crate) fn docker(words: &[&str]) -> Result<String, String> {
    docker_with(words, b"").map(|output| String::from_utf8_lossy(&output).trim_end().to_owned())
}

/// Runs the docker client with `input` on its standard input. The output may be binary.
pub(crate) fn docker_with(words: &[&str], input: &[u8]) -> Result<Vec<u8>, String> {
    let mut command = Command::new("docker");
    command.args(words);
    let output = output_of(command, input).map_err(|error| format!("docker: {error}"))?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(shown(&format!("docker {}", words.join(" ")), &output))
    }
}

/// Runs `command` to its end.
pub(crate) fn output_of(mut command: Command, input: &[u8]) -> io::Result<Output> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let stdin = child.stdin.take();
    thread::scope(|scope| {
        scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(input)));
        child.wait_with_output()
    })
}

/// Formats a command with its status and all its output.
pub(crate) fn shown(command: &str, output: &Output) -> String {
    format!(
        "{command}: {}\n--- stdout\n{}--- stderr\n{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// The objects that the engine has of one cluster, found by label and by name.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Objects {
    /// The containers' names.
    pub(crate) containers: BTreeSet<String>,
    /// The volumes of these containers.
    pub(crate) volumes: BTreeSet<String>,
    /// The networks' names.
    pub(crate) networks: BTreeSet<String>,
}

impl Objects {
    /// Asks the engine for all objects of `cluster`.
    pub(crate) fn of(cluster: &str) -> Result<Self, String> {
        let format = "--format={{.Names}}";
        let labelled = format!("--filter=label={CLUSTER}={cluster}");
        let named = format!("--filter=name=^{cluster}-");
        let mut containers = lines(&docker(&["ps", "--all", format, &labelled])?);
        containers.extend(lines(&docker(&["ps", "--all", format, &named])?));

        let mut volumes = BTreeSet::new();
        if !containers.is_empty() {
            let mut words = vec!["container", "inspect"];
            words.push("--format={{range .Mounts}}{{if eq .Type \"volume\"}}{{println .Name}}{{end}}{{end}}");
            words.extend(containers.iter().map(String::as_str));
            volumes = lines(&docker(&words)?);
        }

        let format = "--format={{.Name}}";
        let named = format!("--filter=name=^mok-{cluster}$");
        let mut networks = lines(&docker(&["network", "ls", format, &labelled])?);
        networks.extend(lines(&docker(&["network", "ls", format, &named])?));
        Ok(Self { containers, volumes, networks })
    }

    /// Returns those of these volumes that the engine still has.
    pub(crate) fn volumes_left(&self) -> Result<BTreeSet<String>, String> {
        let all = lines(&docker(&["volume", "ls", "--quiet"])?);
        Ok(self.volumes.intersection(&all).cloned().collect())
    }
}

/// Removes everything that carries the label of `cluster`.
pub(crate) fn remove(cluster: &str) -> Result<(), String> {
    let label = format!("--filter=label={CLUSTER}={cluster}");
    let containers = docker(&["ps", "--all", "--quiet", &label])?;
    if !containers.is_empty() {
        let words = ["rm", "--force", "--volumes"];
        docker(&words.into_iter().chain(containers.lines()).collect::<Vec<_>>())?;
    }
    let networks = docker(&["network", "ls", "--quiet", &label])?;
    if !networks.is_empty() {
        let words = ["network", "rm"];
        docker(&words.into_iter().chain(networks.lines()).collect::<Vec<_>>())?;
    }
    Ok(())
}

/// Removes the clusters of earlier test runs that were killed: they would use memory and ports
/// that this run needs. Their names end in the process id of their run, which means something
/// only if the engine is on this host.
fn remove_leftovers() {
    let here = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    if docker(&["info", "--format={{.Name}}"]).as_deref() != Ok(here.trim()) {
        return;
    }
    let format = format!("--format={{{{.Label {CLUSTER:?}}}}}");
    let label = format!("--filter=label={CLUSTER}");
    let mut names = lines(&docker(&["ps", "--all", &format, &label]).unwrap_or_default());
    names.extend(lines(&docker(&["network", "ls", &format, &label]).unwrap_or_default()));
    for name in names.iter().filter(|name| name.starts_with("e2e-")) {
        let process = name.rsplit('-').next().filter(|id| id.parse::<u32>().is_ok());
        if process.is_some_and(|id| !Path::new("/proc").join(id).exists()) {
            tell(&format!("removing {name}, which a run that is gone has left"));
            if let Err(why) = remove(name) {
                tell(&why);
            }
        }
    }
}

/// Builds the node image, if it is not there yet. Shows the progress: it may take minutes.
fn build_image() -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_mokctl"))
        .args(["build", "image"])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success(), "mokctl build image: {}", output.status);
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Returns the lines of `text` that are not empty.
pub(crate) fn lines(text: &str) -> BTreeSet<String> {
    text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}
