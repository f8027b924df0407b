//! Runs the client, with `duct`, and waits for it. A call is killed at its deadline, or when a
//! signal to mokctl arrives. Does not know what calls mean.

use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitStatus, Output};
use std::time::{Duration, Instant};

use duct::{Expression, Handle};

use super::environment;
use super::{Call, Docker, DockerError};

/// How long a waiting call sleeps before it checks for signals again.
pub(super) const INTERRUPT_INTERVAL: Duration = Duration::from_millis(50);

/// How long mokctl still reads the output of a client that it has killed.
pub(super) const LAST_WORDS: Duration = Duration::from_secs(1);

impl Docker {
    /// Runs `call` and returns its standard output, without newlines at the end.
    ///
    /// # Errors
    /// Fails if the call does. The error has the command and its output.
    pub fn capture(&self, call: &Call) -> Result<String, DockerError> {
        let output = self.capture_bytes(call)?;
        let text = String::from_utf8(output)
            .map_err(|_| self.unexpected(call, "bytes that are not UTF-8".into()))?;
        Ok(text.trim_end_matches('\n').to_owned())
    }

    /// Runs `call` as [`Docker::capture`] does, but returns its output unchanged, as bytes.
    ///
    /// # Errors
    /// As [`Docker::capture`].
    pub fn capture_bytes(&self, call: &Call) -> Result<Vec<u8>, DockerError> {
        self.may_begin(call)?;
        let started = self.expression(call).stdout_capture().stderr_capture().start();
        let handle = started.map_err(|source| self.spawn_error(call, source))?;
        let output = self.wait(call, &handle)?;
        self.succeed(call, output.status, &output.stdout, &output.stderr)?;
        Ok(output.stdout)
    }

    /// Runs `call` as [`Docker::capture`] does, with the output of another program on its standard
    /// input: `program` with the arguments `words`. That output may have any size.
    ///
    /// # Errors
    /// Fails if the program or the call fails. The error has the command of `call` and the output
    /// of both.
    pub fn capture_piped(
        &self,
        program: &Path,
        words: &[&str],
        call: &Call,
    ) -> Result<String, DockerError> {
        self.piped(&duct::cmd(program, words), call)
    }

    /// Runs `from` with this client, and pipes its output into `call`, which the client `to` runs.
    /// The deadline of `call` counts for both.
    ///
    /// # Errors
    /// Fails if either call fails. The error has the command of `call` and the output of both.
    pub fn pipe(&self, from: &Call, to: &Self, call: &Call) -> Result<String, DockerError> {
        to.piped(&self.command(from), call)
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

    /// Runs `call` on the user's terminal, without a deadline, and returns its exit status.
    ///
    /// # Errors
    /// Fails with [`DockerError::Spawn`] if the client cannot be started.
    pub fn attach(&self, call: &Call) -> Result<ExitStatus, DockerError> {
        let expression = self.command(call).unchecked();
        expression
            .run()
            .map(|output| output.status)
            .map_err(|source| self.spawn_error(call, source))
    }

    /// Fails if a signal has arrived. After that, no further call may begin.
    pub(super) fn may_begin(&self, call: &Call) -> Result<(), DockerError> {
        match self.interrupt.signal() {
            Some(signal) => {
                let command = self.command_line(call).to_string();
                Err(DockerError::Interrupted { command, signal })
            }
            None => Ok(()),
        }
    }

    pub(super) fn command(&self, call: &Call) -> Expression {
        environment::adjust(duct::cmd(&self.program, self.words(call)), call)
    }

    pub(super) fn expression(&self, call: &Call) -> Expression {
        let expression = self
            .command(call)
            // duct's own error would have neither the output nor the exit status.
            .unchecked()
            .before_spawn(own_process_group);
        match &call.stdin {
            Some(bytes) => expression.stdin_bytes(bytes.clone()),
            None => expression.stdin_null(),
        }
    }

    pub(super) fn wait(&self, call: &Call, handle: &Handle) -> Result<Output, DockerError> {
        let deadline = Instant::now() + self.deadline(call.deadline);
        loop {
            match handle.wait_timeout(INTERRUPT_INTERVAL) {
                Ok(Some(output)) => return Ok(output.clone()),
                Ok(None) => {}
                Err(source) => return Err(self.spawn_error(call, source)),
            }
            if let Some(error) = self.overdue(call, deadline) {
                let _ = handle.kill();
                // The wait is limited: a surviving child of the client could keep the streams open.
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

    pub(super) fn succeed(
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
        Err(DockerError::failed(self.command_line(call), status, text(stdout), text(stderr)))
    }

    pub(super) fn spawn_error(&self, call: &Call, source: io::Error) -> DockerError {
        DockerError::Spawn { command: self.command_line(call), source }
    }

    pub(super) fn overdue(&self, call: &Call, deadline: Instant) -> Option<DockerError> {
        if let Some(signal) = self.interrupt.signal().filter(|_| !call.to_its_end) {
            let command = self.command_line(call).to_string();
            Some(DockerError::Interrupted { command, signal })
        } else if Instant::now() >= deadline {
            let after = self.deadline(call.deadline);
            let output = String::new();
            Some(DockerError::TimedOut { command: self.command_line(call), after, output })
        } else {
            None
        }
    }
}

/// Puts the client in its own process group. A terminal sends Ctrl-C to its whole foreground
/// group: the client must go on until mokctl has decided what to roll back.
#[expect(clippy::unnecessary_wraps, reason = "the signature that duct asks for")]
pub(super) fn own_process_group(command: &mut Command) -> io::Result<()> {
    command.process_group(0);
    Ok(())
}
