//! The one way to the engine: every call runs the client, docker or podman, through
//! [`Docker`], the only place that uses `duct`. What a call says on its command
//! line comes from the pure functions in [`args`]. Knows nothing of clusters.

pub mod args;
mod call;
mod client;
mod deadline;
mod endpoint;
mod error;
pub mod privilege;
mod stream;

use std::ffi::OsStr;
use std::fmt::Display;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output};
use std::time::{Duration, Instant};

use duct::{Expression, Handle};

pub use call::Call;
pub use client::Client;
pub use deadline::{DeadlineScale, ScaleError};
pub use endpoint::{Endpoint, EndpointError};
pub use error::DockerError;

use privilege::{BoundingSet, Privilege};

use crate::interrupt::{Interrupt, Signal};

/// How often a waiting call looks whether the user wants to stop.
const INTERRUPT_INTERVAL: Duration = Duration::from_millis(50);

/// How long a client that was ended is listened to.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// How often something is listed anew when a part of it goes away meanwhile.
const LIST_TRIES: u32 = 5;

/// The client, found once. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Docker {
    /// As the user calls it.
    name: String,
    program: PathBuf,
    client: Client,
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
            interrupt,
            deadlines: DeadlineScale::default(),
        })
    }

    /// The same client with other deadlines.
    #[must_use]
    pub fn with_deadlines(self, deadlines: DeadlineScale) -> Self {
        Self { deadlines, ..self }
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
        let words = self.client.translate(&call.args);
        let words = std::iter::once(&self.name).chain(&words);
        words.map(|word| shell_escape::escape(word.into())).collect::<Vec<_>>().join(" ")
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

    /// Where the engine is, as the client says. podman has none: it is its own, here.
    ///
    /// # Errors
    /// Every failure, and [`DockerError::Unexpected`] for what is no endpoint.
    pub fn endpoint(&self) -> Result<Endpoint, DockerError> {
        match self.client {
            Client::Docker => self.read(&args::endpoint(), Endpoint::parse),
            Client::Podman => Ok(Endpoint::Here),
        }
    }

    /// Whether the user has asked to stop.
    #[must_use]
    pub fn interrupted(&self) -> Option<Signal> {
        self.interrupt.signal()
    }

    /// Runs `call` quietly and returns its standard output, without the newline
    /// at its end.
    ///
    /// # Errors
    /// Every failure, with the command and what it printed.
    pub fn capture(&self, call: &Call) -> Result<String, DockerError> {
        let output = self.capture_bytes(call)?;
        let text = String::from_utf8(output)
            .map_err(|_| self.unexpected(call, "bytes that are not UTF-8".into()))?;
        Ok(text.trim_end_matches('\n').to_owned())
    }

    /// Runs `call` and reads what it prints.
    ///
    /// # Errors
    /// Every failure, and [`DockerError::Unexpected`] for what cannot be read.
    pub fn read<T, E: Display>(
        &self,
        call: &Call,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, DockerError> {
        let text = self.capture(call)?;
        read(&text).map_err(|error| self.unexpected(call, error.to_string()))
    }

    /// Lists ids with `list` and reads what `inspect` prints of them all; none where
    /// there is nothing.
    ///
    /// # Errors
    /// As [`Docker::read`]. That something went away since it was listed is none: the
    /// rest is still there, and is listed anew.
    pub fn read_listed<T, E: Display>(
        &self,
        list: &Call,
        inspect: impl Fn(&[String]) -> Call,
        read: impl Fn(&str) -> Result<T, E>,
    ) -> Result<Option<T>, DockerError> {
        for attempt in 1.. {
            let ids = self.ids(list)?;
            if ids.is_empty() {
                break;
            }
            match self.read(&inspect(&ids), &read) {
                Ok(found) => return Ok(Some(found)),
                Err(error) if error.is_about_something_gone() && attempt < LIST_TRIES => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Runs `call`, which asks about one image, and returns what it prints; none
    /// where the engine has no such image.
    ///
    /// # Errors
    /// Every other failure.
    pub fn ask_image(&self, call: &Call) -> Result<Option<String>, DockerError> {
        match self.capture(call) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.is_about_no_image() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What to try where `--privileged` is refused: what the engine's own host has,
    /// as a container of `image` sees it.
    ///
    /// # Errors
    /// Where that container cannot run.
    pub fn lesser_privilege(&self, image: &str) -> Result<Privilege, DockerError> {
        self.read(&args::host_status(image), |status| {
            let set = BoundingSet::from_status(status).map(Privilege::Listed);
            set.ok_or("a process status without CapBnd")
        })
    }

    /// Runs `call`, which lists ids without cutting them short.
    ///
    /// # Errors
    /// Every failure, and [`DockerError::Unexpected`] for anything that is no id:
    /// what is listed here may be removed next.
    pub fn ids(&self, call: &Call) -> Result<Vec<String>, DockerError> {
        let text = self.capture(call)?;
        let is_id = |line: &str| {
            // An image's says what it is the hash of.
            let id = line.strip_prefix("sha256:").unwrap_or(line);
            id.len() == 64 && id.bytes().all(|b| b.is_ascii_hexdigit())
        };
        match text.lines().find(|line| !is_id(line)) {
            Some(line) => {
                Err(self.unexpected(call, format!("'{}', which is no id", line.escape_debug())))
            }
            None => Ok(text.lines().map(String::from).collect()),
        }
    }

    /// Runs `call`, which creates a network, and returns what that one alone is
    /// called: its id. podman prints its name, which no other network has.
    ///
    /// # Errors
    /// Every failure, and [`DockerError::Unexpected`] where nothing like that is
    /// printed.
    pub fn create_network(&self, call: &Call) -> Result<String, DockerError> {
        if self.client == Client::Podman {
            let name = self.capture(call)?;
            return if call.args.last() == Some(&name) {
                Ok(name)
            } else {
                Err(self.unexpected(call, format!("'{}', another name", name.escape_debug())))
            };
        }
        let mut ids = self.ids(call)?;
        match (ids.pop(), ids.len()) {
            (Some(id), 0) => Ok(id),
            (_, more) => {
                let many = if more > 0 { "several" } else { "no" };
                Err(self.unexpected(call, format!("{many} ids, not one")))
            }
        }
    }

    /// As [`Docker::capture`], for output that is not text.
    ///
    /// # Errors
    /// Every failure, with the command and what it printed.
    pub fn capture_bytes(&self, call: &Call) -> Result<Vec<u8>, DockerError> {
        self.may_begin(call)?;
        let started = self.expression(call).stdout_capture().stderr_capture().start();
        let handle = started.map_err(|source| self.spawn_error(call, source))?;
        let output = self.wait(call, &handle)?;
        self.succeed(call, output.status, &output.stdout, &output.stderr)?;
        Ok(output.stdout)
    }

    /// As [`Docker::capture`], with the output of another program on the call's
    /// standard input, however much that is.
    ///
    /// # Errors
    /// Every failure of either, with the command and what it printed.
    pub fn capture_piped(
        &self,
        program: &Path,
        words: &[&str],
        call: &Call,
    ) -> Result<String, DockerError> {
        self.piped(&duct::cmd(program, words), call)
    }

    /// As [`Docker::capture`] of `call`, with what `from` prints on its standard
    /// input. The deadline is that of `call`.
    ///
    /// # Errors
    /// Every failure of either, with the command of `call` and what both printed.
    pub fn pipe(&self, from: &Call, call: &Call) -> Result<String, DockerError> {
        self.piped(&self.command(from), call)
    }

    fn piped(&self, producer: &Expression, call: &Call) -> Result<String, DockerError> {
        self.may_begin(call)?;
        let piped = producer.pipe(self.command(call)).unchecked().before_spawn(own_process_group);
        let started = piped.stdout_capture().stderr_capture().start();
        let handle = started.map_err(|source| self.spawn_error(call, source))?;
        let output = self.wait(call, &handle)?;
        self.succeed(call, output.status, &output.stdout, &output.stderr)?;
        Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
    }

    /// Runs `call` with the user's own terminal and returns how it ended. Only
    /// the user ends it.
    ///
    /// # Errors
    /// [`DockerError::Spawn`] where it cannot be started.
    pub fn attach(&self, call: &Call) -> Result<ExitStatus, DockerError> {
        let expression = self.command(call).unchecked();
        expression
            .run()
            .map(|output| output.status)
            .map_err(|source| self.spawn_error(call, source))
    }

    /// Nothing is begun after the user has asked to stop.
    fn may_begin(&self, call: &Call) -> Result<(), DockerError> {
        match self.interrupt.signal() {
            Some(signal) => Err(DockerError::Interrupted { command: self.pretty(call), signal }),
            None => Ok(()),
        }
    }

    fn command(&self, call: &Call) -> Expression {
        duct::cmd(&self.program, self.client.translate(&call.args))
    }

    fn expression(&self, call: &Call) -> Expression {
        let expression = self
            .command(call)
            // duct's own error would hold neither streams nor status.
            .unchecked()
            .before_spawn(own_process_group);
        match &call.stdin {
            Some(bytes) => expression.stdin_bytes(bytes.clone()),
            None => expression.stdin_null(),
        }
    }

    fn wait(&self, call: &Call, handle: &Handle) -> Result<Output, DockerError> {
        let deadline = Instant::now() + self.deadline(call.deadline);
        loop {
            match handle.wait_timeout(INTERRUPT_INTERVAL) {
                Ok(Some(output)) => return Ok(output.clone()),
                Ok(None) => {}
                Err(source) => return Err(self.spawn_error(call, source)),
            }
            if let Some(error) = self.overdue(call, deadline) {
                let _ = handle.kill();
                // A grandchild that lives on would hold the streams open for good.
                let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
                return Err(match handle.wait_timeout(LAST_WORDS) {
                    Ok(Some(printed)) => {
                        error.with_output(text(&printed.stdout) + &text(&printed.stderr))
                    }
                    Ok(None) | Err(_) => error,
                });
            }
        }
    }

    fn succeed(
        &self,
        call: &Call,
        status: ExitStatus,
        stdout: &[u8],
        stderr: &[u8],
    ) -> Result<(), DockerError> {
        if status.success() {
            return Ok(());
        }
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        Err(DockerError::failed(self.pretty(call), status, text(stdout), text(stderr)))
    }

    fn spawn_error(&self, call: &Call, source: io::Error) -> DockerError {
        DockerError::Spawn { command: self.pretty(call), source }
    }

    fn unexpected(&self, call: &Call, what: String) -> DockerError {
        DockerError::Unexpected { command: self.pretty(call), what }
    }

    fn overdue(&self, call: &Call, deadline: Instant) -> Option<DockerError> {
        if let Some(signal) = self.interrupt.signal().filter(|_| !call.to_its_end) {
            Some(DockerError::Interrupted { command: self.pretty(call), signal })
        } else if Instant::now() >= deadline {
            let after = self.deadline(call.deadline);
            let output = String::new();
            Some(DockerError::TimedOut { command: self.pretty(call), after, output })
        } else {
            None
        }
    }
}

/// A Ctrl-C goes to the whole group of the terminal; in one of its own the client
/// lives on until mokctl has decided what to undo.
#[expect(clippy::unnecessary_wraps, reason = "the signature that duct asks for")]
fn own_process_group(command: &mut Command) -> io::Result<()> {
    command.process_group(0);
    Ok(())
}

#[cfg(test)]
mod tests;
