//! Runs mokctl in a separate folder with the fake docker, and compares all its output. Output that
//! is not expected is a failure, which is shown with everything that is known about the run.

use std::fmt::Write;
use std::fs::{self, File};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use regex::Regex;
use tempfile::TempDir;

use crate::fake_docker::FakeDocker;

/// How long a run may take. The longest runs are those with a hanging transfer, which ends after
/// 90 s: its deadline of 900 s at the largest scale for hanging calls, 0.1 (faults).
const BOUND: Duration = Duration::from_secs(150);

/// The user's kubeconfig before mokctl runs.
pub(crate) const OTHERS: &str = "# mine
apiVersion: v1
kind: Config
clusters:
- name: work   # do not touch
  cluster: {server: \"https://work.example:6443\"}
contexts:
- name: work
  context: {cluster: work, user: me}
users:
- name: me
  user: {token: abc}
current-context: work
";

/// Makes a folder, in memory if possible. The tests make thousands of machines with some hundred
/// files each, on which ext4 spends more time than everything else takes (617 s of system time
/// instead of 99).
fn new_folder() -> TempDir {
    TempDir::new_in("/dev/shm").or_else(|_| TempDir::new()).unwrap()
}

/// A machine: a home directory and a fake docker.
pub(crate) struct Machine {
    folder: TempDir,
    pub(crate) docker: FakeDocker,
    runs: AtomicUsize,
}

impl Machine {
    pub(crate) fn new() -> Self {
        let folder = new_folder();
        fs::create_dir(folder.path().join("home")).unwrap();
        let docker = FakeDocker::new(folder.path());
        Self { folder, docker, runs: AtomicUsize::new(0) }
    }

    /// Returns another machine in the same state.
    pub(crate) fn copy(&self) -> Self {
        let folder = new_folder();
        let from = self.folder.path().join(".");
        let done = Command::new("cp").arg("-a").arg(from).arg(folder.path()).status().unwrap();
        assert!(done.success(), "cp");
        let docker = self.docker.copied(folder.path());
        Self { folder, docker, runs: AtomicUsize::new(100) }
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub(crate) fn kubeconfig(&self) -> PathBuf {
        self.path("home/.kube/config")
    }

    /// Returns the user's kubeconfig, or an empty string.
    pub(crate) fn kubeconfig_text(&self) -> String {
        fs::read_to_string(self.kubeconfig()).unwrap_or_default()
    }

    /// Returns a run of mokctl with the words of `line`.
    pub(crate) fn mokctl(&self, line: &str) -> Mokctl<'_> {
        let words: Vec<_> = line.split_whitespace().collect();
        self.mokctl_words(&words)
    }

    pub(crate) fn mokctl_words(&self, words: &[&str]) -> Mokctl<'_> {
        Mokctl {
            machine: self,
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            wrapper: Vec::new(),
            env: vec![
                ("PATH".into(), format!("{}:/usr/bin:/bin", self.path("bin").display())),
                ("HOME".into(), self.path("home").display().to_string()),
            ],
            stdout: String::new(),
            stderr: String::new(),
            code: 0,
        }
    }

    /// Returns the machine with a cluster, created with the words of `line`.
    pub(crate) fn with_cluster(self, line: &str) -> Self {
        let outcome = self.mokctl(&format!("create cluster {line}")).outcome();
        outcome.assert(outcome.code() == Some(0), "the cluster is not there");
        self
    }
}

/// A run of mokctl with its expected results: by default success, without output.
#[must_use]
pub(crate) struct Mokctl<'a> {
    machine: &'a Machine,
    words: Vec<String>,
    wrapper: Vec<String>,
    env: Vec<(String, String)>,
    stdout: String,
    stderr: String,
    code: i32,
}

impl<'a> Mokctl<'a> {
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<str>) -> Self {
        self.env.retain(|(known, _)| known != name);
        self.env.push((name.into(), value.as_ref().into()));
        self
    }

    pub(crate) fn without_env(mut self, name: &str) -> Self {
        self.env.retain(|(known, _)| known != name);
        self
    }

    /// Sets the scale of deadlines.
    pub(crate) fn deadline_scale(self, scale: &str) -> Self {
        self.env("MOKCTL_DEADLINE_SCALE", scale)
    }

    /// Has another program run mokctl: `wrapper` comes before mokctl's command line.
    pub(crate) fn under(mut self, wrapper: &[&str]) -> Self {
        self.wrapper = wrapper.iter().map(|word| (*word).to_owned()).collect();
        self
    }

    pub(crate) fn stdout(mut self, text: impl Into<String>) -> Self {
        self.stdout = text.into();
        self
    }

    /// Sets the expected standard error, in which every duration is `(0.0 s)`.
    pub(crate) fn stderr(mut self, text: impl Into<String>) -> Self {
        self.stderr = text.into();
        self
    }

    pub(crate) fn code(mut self, code: i32) -> Self {
        self.code = code;
        self
    }

    /// Returns the command line and the environment, for tests that run mokctl differently.
    pub(crate) fn into_parts(self) -> (Vec<String>, Vec<(String, String)>) {
        let program = env!("CARGO_BIN_EXE_mokctl").to_owned();
        ([vec![program], self.words].concat(), self.env)
    }

    /// Runs mokctl and compares the results.
    pub(crate) fn run(self) -> Outcome<'a> {
        let (stdout, stderr, code) = (self.stdout.clone(), self.stderr.clone(), self.code);
        let outcome = self.outcome();
        outcome.assert(outcome.stdout == stdout, &format!("stdout is not\n{stdout}"));
        outcome.assert(outcome.stderr == stderr, &format!("stderr is not\n{stderr}"));
        outcome.assert(outcome.code() == Some(code), &format!("exit status is not {code}"));
        outcome
    }

    /// Runs mokctl without comparing the results.
    pub(crate) fn outcome(self) -> Outcome<'a> {
        self.start().wait()
    }

    /// Starts mokctl in a new process group, as a shell does, and returns while it is running.
    pub(crate) fn start(self) -> Started<'a> {
        let machine = self.machine;
        let number = machine.runs.fetch_add(1, Ordering::SeqCst);
        let stream = |name: &str| machine.path(&format!("{name}.{number}"));
        let (stdout, stderr) = (stream("stdout"), stream("stderr"));
        let mut words = self.wrapper;
        words.push(env!("CARGO_BIN_EXE_mokctl").to_owned());
        words.extend(self.words);
        let child = Command::new(&words[0])
            .args(&words[1..])
            .env_clear()
            .envs(self.env)
            .current_dir(machine.folder.path())
            .stdin(Stdio::null())
            .stdout(File::create(&stdout).unwrap())
            .stderr(File::create(&stderr).unwrap())
            .process_group(0)
            .spawn()
            .unwrap();
        Started { machine, words, child, begun: Instant::now(), stdout, stderr }
    }
}

/// A running mokctl.
pub(crate) struct Started<'a> {
    machine: &'a Machine,
    words: Vec<String>,
    child: Child,
    begun: Instant,
    stdout: PathBuf,
    stderr: PathBuf,
}

impl<'a> Started<'a> {
    /// Sends a signal, such as `INT`, to mokctl only.
    pub(crate) fn signal(&self, name: &str) {
        kill(name, &self.child.id().to_string());
    }

    /// Sends a signal to mokctl's process group, as a terminal does.
    pub(crate) fn signal_group(&self, name: &str) {
        kill(name, &format!("-{}", self.child.id()));
    }

    /// Waits until mokctl ends, up to [`BOUND`].
    pub(crate) fn wait(mut self) -> Outcome<'a> {
        let mut in_time = true;
        let status = loop {
            match self.child.try_wait().unwrap() {
                Some(status) => break status,
                None if self.begun.elapsed() > BOUND => {
                    in_time = false;
                    self.child.kill().unwrap();
                    break self.child.wait().unwrap();
                }
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        };
        let outcome = Outcome {
            machine: self.machine,
            words: self.words,
            status,
            stdout: read(&self.stdout),
            stderr: masked(&read(&self.stderr)),
        };
        outcome.assert(in_time, "it did not end");
        let calls = self.machine.docker.calls();
        let known = calls.iter().all(|call| call.status != Some(97));
        outcome.assert(known, "it ran a command that the fake docker does not know");
        outcome
    }
}

fn kill(signal: &str, target: &str) {
    let script = "kill -s \"$1\" -- \"$2\"";
    let words = ["-c", script, "sh", signal, target];
    assert!(Command::new("sh").args(words).status().unwrap().success(), "kill {target}");
}

/// The results of a run.
pub(crate) struct Outcome<'a> {
    machine: &'a Machine,
    words: Vec<String>,
    status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Outcome<'_> {
    pub(crate) fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// Fails the test with everything that is known about the run, unless `good`.
    #[track_caller]
    pub(crate) fn assert(&self, good: bool, what: &str) {
        if let Err(text) = self.check(good, what) {
            panic!("{text}");
        }
    }

    /// Returns everything that is known about the run as an error, unless `good`.
    pub(crate) fn check(&self, good: bool, what: &str) -> Result<(), String> {
        if good {
            return Ok(());
        }
        let mut text = format!("{what}\n");
        let _ = writeln!(text, "--- argv: {}", self.words[..].join(" "));
        let signal = self.status.signal().map(|signal| format!(" (signal {signal})"));
        let code = self.code();
        let _ = writeln!(text, "--- exit status: {code:?}{}", signal.unwrap_or_default());
        let _ = writeln!(text, "--- stdout:\n{}", self.stdout);
        let _ = writeln!(text, "--- stderr:\n{}", self.stderr);
        let _ = writeln!(text, "--- calls:\n{}", self.machine.docker.log());
        let _ = writeln!(text, "--- left: {:?}", self.machine.docker.names());
        Err(text)
    }
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned()
}

/// Replaces durations, which differ from run to run.
fn masked(text: &str) -> String {
    static SECONDS: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(\(|after )[0-9]+\.[0-9] s").unwrap());
    SECONDS.replace_all(text, "${1}0.0 s").into_owned()
}
