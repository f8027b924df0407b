//! Calls to the engine. Every call runs the client, docker or podman, through [`Docker`]. The pure
//! functions in [`args`] build calls. `run` runs them; `stream` and `terminal` run calls whose
//! output is processed live, and `feed` runs calls whose input mokctl produces. `ask` parses
//! output, with the types of `inspect` and `info`. `engines` knows which engine a node is on: that
//! is all that this module knows about clusters.

pub mod args;
mod ask;
mod call;
mod client;
mod command_line;
pub mod config_file;
mod deadline;
mod endpoint;
mod engines;
mod environment;
mod error;
mod feed;
pub mod info;
pub mod inspect;
pub mod module_source;
pub mod privilege;
mod run;
mod stream;
mod terminal;

use std::ffi::OsStr;
use std::panic;
use std::path::{Path, PathBuf};
use std::thread::ScopedJoinHandle;
use std::time::Duration;

pub use call::Call;
pub use client::Client;
pub use command_line::CommandLine;
pub use deadline::{DeadlineScale, ScaleError};
pub use endpoint::{Endpoint, EndpointError};
pub use engines::{Engine, EngineCall, Engines};
pub use error::{DockerError, ErrorKind};

use crate::cluster::host::Host;
use crate::interrupt::{Interrupt, Signal};

/// The client program and how to run it. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Docker {
    /// The name of the client in command lines that are shown to the user.
    name: String,
    program: PathBuf,
    client: Client,
    /// The flag that selects the engine. It precedes the arguments of every call. `None` for the
    /// client's default engine.
    at: Option<String>,
    interrupt: Interrupt,
    deadlines: DeadlineScale,
}

impl Docker {
    /// Finds the client: `chosen` (the value of `MOKCTL_DOCKER`), or else `docker` in `path` (the
    /// value of `PATH`), or else `podman` there. Runs nothing.
    ///
    /// # Errors
    /// Fails with [`DockerError::NotInstalled`] if there is no such program.
    pub fn locate(
        chosen: Option<&OsStr>,
        path: Option<&OsStr>,
        interrupt: Interrupt,
    ) -> Result<Self, DockerError> {
        let names = match chosen.filter(|name| !name.is_empty()) {
            Some(name) => vec![name],
            None => ["docker", "podman"].map(OsStr::new).to_vec(),
        };
        // The path must be absolute: duct resolves a relative one from the working directory.
        let found = names
            .iter()
            .find_map(|name| which::which_in(name, path, "/").ok().map(|found| (name, found)));
        let (name, program) = found.ok_or_else(|| DockerError::NotInstalled {
            program: names[0].to_string_lossy().into(),
        })?;
        Ok(Self {
            name: name.to_string_lossy().into(),
            client: Client::of(&program),
            program,
            at: None,
            interrupt,
            deadlines: DeadlineScale::default(),
        })
    }

    /// Returns the same client with scaled deadlines.
    #[must_use]
    pub fn with_deadlines(self, deadlines: DeadlineScale) -> Self {
        Self { deadlines, ..self }
    }

    /// Returns the same client for the engine of `host`.
    #[must_use]
    pub fn at(&self, host: &Host) -> Self {
        Self { at: Some(args::at(host)), ..self.clone() }
    }

    /// Whether `other` names the same engine. An engine that is known by two names counts as two.
    #[must_use]
    pub fn same_engine(&self, other: &Self) -> bool {
        self.at == other.at
    }

    /// Returns `deadline`, scaled for this machine.
    #[must_use]
    pub fn deadline(&self, deadline: Duration) -> Duration {
        self.deadlines.apply(deadline)
    }

    /// Returns the same client, but signals do not interrupt its calls. For rollbacks.
    #[must_use]
    pub fn uninterruptible(&self) -> Self {
        Self { interrupt: Interrupt::never(), ..self.clone() }
    }

    /// Returns the path of the client program.
    #[must_use]
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Returns the kind of client.
    #[must_use]
    pub fn client(&self) -> Client {
        self.client
    }

    /// Returns `call` as a command line that can be pasted into a shell.
    #[must_use]
    pub fn pretty(&self, call: &Call) -> String {
        let words = self.words(call);
        let words = std::iter::once(&self.name).chain(&words);
        words.map(|word| shell_escape::escape(word.into())).collect::<Vec<_>>().join(" ")
    }

    /// Returns the command line of `call`, for an error.
    fn command_line(&self, call: &Call) -> CommandLine {
        let words = self.words(call);
        CommandLine::new(std::iter::once(&self.name).chain(&words).map(String::as_str))
    }

    /// Returns all arguments of the client for `call`, including the flag that selects the engine.
    fn words(&self, call: &Call) -> Vec<String> {
        self.at.iter().cloned().chain(self.client.translate(&call.args)).collect()
    }

    /// Returns `call` as [`Docker::pretty`] does, with standard input redirected from a file that
    /// is named like the call's input. Without such a file, the shell complains and runs nothing.
    #[must_use]
    pub fn pretty_with_input(&self, call: &Call) -> String {
        let pretty = self.pretty(call);
        match &call.input {
            Some(name) => format!("{pretty} < {}", shell_escape::escape(name.into())),
            None => pretty,
        }
    }

    /// Returns the signal with which the user has asked mokctl to stop, if any.
    #[must_use]
    pub fn interrupted(&self) -> Option<Signal> {
        self.interrupt.signal()
    }
}

/// Waits for a thread and returns its result. If the thread panicked, continues its panic.
pub(crate) fn join<T>(calls: ScopedJoinHandle<'_, T>) -> T {
    calls.join().unwrap_or_else(|reason| panic::resume_unwind(reason))
}

#[cfg(test)]
mod tests;
