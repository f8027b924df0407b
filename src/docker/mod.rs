//! The one way to the engine: every call runs the client, docker or podman, through
//! [`Docker`]. What a call says on its command line comes from the pure functions in
//! [`args`]. Here the client is found and described; it runs in `run` (calls that
//! are shown meanwhile: `stream`, `terminal`; that are fed: `feed`), and what it prints
//! is read in `ask`, or into the shapes of `inspect`. Of clusters it knows which engine a
//! node is on (`engines`).

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

/// The client, found once. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Docker {
    /// As the user calls it.
    name: String,
    program: PathBuf,
    client: Client,
    /// Words before every call's own: which engine it is for.
    at: Option<String>,
    interrupt: Interrupt,
    deadlines: DeadlineScale,
}

impl Docker {
    /// Takes `chosen` (the value of `MOKCTL_DOCKER`), or else the `docker` in `path`
    /// (the value of `PATH`), or else the `podman` there. Runs nothing.
    ///
    /// # Errors
    /// [`DockerError::NotInstalled`] where there is no such program.
    pub fn locate(
        chosen: Option<&OsStr>,
        path: Option<&OsStr>,
        interrupt: Interrupt,
    ) -> Result<Self, DockerError> {
        let names = match chosen.filter(|name| !name.is_empty()) {
            Some(name) => vec![name],
            None => ["docker", "podman"].map(OsStr::new).to_vec(),
        };
        // An absolute path: duct would look for a relative one in this folder.
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

    /// The same client with other deadlines.
    #[must_use]
    pub fn with_deadlines(self, deadlines: DeadlineScale) -> Self {
        Self { deadlines, ..self }
    }

    /// The same client for the engine of `host`, whatever its own is.
    #[must_use]
    pub fn at(&self, host: &Host) -> Self {
        Self { at: Some(args::at(host)), ..self.clone() }
    }

    /// Whether it goes to the same engine by the same name.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        self.at == other.at
    }

    /// `deadline` as it is with this client.
    #[must_use]
    pub fn deadline(&self, deadline: Duration) -> Duration {
        self.deadlines.apply(deadline)
    }

    /// The same client for undoing: it does not stop when the user asks to.
    #[must_use]
    pub fn uninterruptible(&self) -> Self {
        Self { interrupt: Interrupt::never(), ..self.clone() }
    }

    /// The client's path.
    #[must_use]
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Which client it is.
    #[must_use]
    pub fn client(&self) -> Client {
        self.client
    }

    /// `call` as it can be pasted into a shell.
    #[must_use]
    pub fn pretty(&self, call: &Call) -> String {
        let words = self.words(call);
        let words = std::iter::once(&self.name).chain(&words);
        words.map(|word| shell_escape::escape(word.into())).collect::<Vec<_>>().join(" ")
    }

    /// The same, for an error.
    fn command_line(&self, call: &Call) -> CommandLine {
        let words = self.words(call);
        CommandLine::new(std::iter::once(&self.name).chain(&words).map(String::as_str))
    }

    /// What the client is given for `call`.
    fn words(&self, call: &Call) -> Vec<String> {
        self.at.iter().cloned().chain(self.client.translate(&call.args)).collect()
    }

    /// As [`Docker::pretty`], with the name of the call's input as that of a file:
    /// where there is none, the shell says so and runs nothing.
    #[must_use]
    pub fn pretty_with_input(&self, call: &Call) -> String {
        let pretty = self.pretty(call);
        match &call.input {
            Some(name) => format!("{pretty} < {}", shell_escape::escape(name.into())),
            None => pretty,
        }
    }

    /// Whether the user has asked to stop.
    #[must_use]
    pub fn interrupted(&self) -> Option<Signal> {
        self.interrupt.signal()
    }
}

/// The results of calls, each in a thread; their panic goes on here.
pub(crate) fn join<T>(calls: ScopedJoinHandle<'_, T>) -> T {
    calls.join().unwrap_or_else(|reason| panic::resume_unwind(reason))
}

#[cfg(test)]
mod tests;
