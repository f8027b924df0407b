//! Calls whose output is processed while they run.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};
use std::panic;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Instant;

use super::run::INTERRUPT_INTERVAL;
use super::{Call, Docker, DockerError};

/// How many lines of output an error keeps: more than any step prints. If a runaway build prints
/// more, the last ones are kept.
pub(super) const KEPT_LINES: usize = 10_000;

impl Docker {
    /// Runs `call`, and has `read` process its standard output, of any size, while it runs. Output
    /// that `read` does not consume is dropped.
    ///
    /// # Errors
    /// The outer error is that of the call, with its standard error. The inner one is that of
    /// `read`.
    pub fn read_out<T>(
        &self,
        call: &Call,
        read: impl FnOnce(&mut dyn Read) -> io::Result<T>,
    ) -> Result<io::Result<T>, DockerError> {
        self.may_begin(call)?;
        let started = self.expression(call).stderr_capture().reader();
        let client = started.map_err(|source| self.spawn_error(call, source))?;
        let deadline = Instant::now() + self.deadline(call.deadline);
        let (ended, end) = mpsc::channel::<()>();
        let (result, overdue) = std::thread::scope(|scope| {
            let client = &client;
            let watch = scope.spawn(move || {
                while end.recv_timeout(INTERRUPT_INTERVAL) == Err(RecvTimeoutError::Timeout) {
                    if let Some(error) = self.overdue(call, deadline) {
                        // Fails if the client has just ended by itself, which is fine.
                        let _ = client.kill();
                        return Some(error);
                    }
                }
                None
            });
            let mut stdout = client;
            let result = read(&mut stdout);
            if result.is_err() {
                // A client whose output is not read would wait forever.
                let _ = client.kill();
            }
            // Reading up to the end of the output also waits for the client.
            let drained = io::copy(&mut stdout, &mut io::sink());
            drop(ended);
            let overdue = watch.join().unwrap_or_else(|reason| panic::resume_unwind(reason));
            (drained.and(result), overdue)
        });
        if let Some(error) = overdue {
            return Err(error);
        }
        match client.try_wait() {
            // The client was killed because `read` has failed: that failure is the error.
            Ok(Some(output)) if result.is_err() && output.status.code().is_none() => {}
            Ok(Some(output)) => self.succeed(call, output.status, b"", &output.stderr)?,
            Ok(None) => {}
            Err(source) => return Err(self.spawn_error(call, source)),
        }
        Ok(result)
    }

    /// Runs `call`, and passes each line of its standard output and standard error to `on_line` as
    /// soon as it is printed.
    ///
    /// # Errors
    /// Fails if the call does. The error has the command and the last lines of its output.
    pub fn stream(&self, call: &Call, mut on_line: impl FnMut(&str)) -> Result<(), DockerError> {
        self.may_begin(call)?;
        let started = self.expression(call).stderr_to_stdout().reader();
        let client = Arc::new(started.map_err(|source| self.spawn_error(call, source))?);
        let (found, lines) = mpsc::channel();
        let reader = Arc::clone(&client);
        // The thread is not joined: a surviving child of the client may keep the stream open
        // forever.
        std::thread::spawn(move || {
            // Sending fails if the call was given up.
            BufReader::new(&*reader).split(b'\n').try_for_each(|line| found.send(line))
        });
        let deadline = Instant::now() + self.deadline(call.deadline);
        let mut last = VecDeque::new();
        let kept = |last: VecDeque<String>| Vec::from(last).join("\n");
        loop {
            match lines.recv_timeout(INTERRUPT_INTERVAL) {
                Ok(line) => {
                    let line = line.map_err(|source| self.spawn_error(call, source))?;
                    let text = String::from_utf8_lossy(&line);
                    let text = text.trim_end_matches('\r');
                    on_line(text);
                    if last.len() == KEPT_LINES {
                        last.pop_front();
                    }
                    last.push_back(text.to_owned());
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if let Some(error) = self.overdue(call, deadline) {
                // Fails if the client has just ended by itself, which is fine.
                let _ = client.kill();
                return Err(error.with_output(kept(last)));
            }
        }
        match client.try_wait() {
            Ok(Some(output)) => self.succeed(call, output.status, b"", kept(last).as_bytes()),
            Ok(None) => Err(self.unexpected(call, "the end of its output before its own".into())),
            Err(source) => Err(self.spawn_error(call, source)),
        }
    }
}
