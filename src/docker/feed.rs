//! Calls whose standard input mokctl produces while they run. The input may have any size.

use std::io::{self, PipeWriter, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Instant;

use duct::Handle;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{OFlags, fcntl_setfl};
use rustix::time::Timespec;

use super::run::{INTERRUPT_INTERVAL, LAST_WORDS, own_process_group};
use super::{Call, Docker, DockerError, join};

impl Docker {
    /// Runs `call` with what `write` writes on its standard input. While `write` is running, a
    /// signal ends even a call that would otherwise be run to its end.
    ///
    /// # Errors
    /// The outer error is that of the call, with its output. The inner one is that of `write`.
    pub fn feed(
        &self,
        call: &Call,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()> + Send,
    ) -> Result<io::Result<()>, DockerError> {
        self.may_begin(call)?;
        let spawn_error = |source| self.spawn_error(call, source);
        let (reader, pipe) = io::pipe().map_err(spawn_error)?;
        fcntl_setfl(&pipe, OFlags::NONBLOCK).map_err(|error| spawn_error(error.into()))?;
        let command = self.command(call).unchecked().before_spawn(own_process_group);
        let command = command.stdin_file(reader).stdout_capture().stderr_capture();
        let handle = command.start().map_err(spawn_error)?;
        // The command holds the client's end of the pipe, and would keep it open.
        drop(command);
        let (fed, ended) = (AtomicBool::new(false), AtomicBool::new(false));
        let (written, waited) = thread::scope(|scope| {
            let (handle, fed) = (&handle, &fed);
            let mut input = Input { pipe, ended: &ended };
            let writer = scope.spawn(move || {
                let written = write(&mut input);
                if written.is_err() {
                    // A client that got only a part of the input must not process it.
                    let _ = handle.kill();
                }
                fed.store(true, Ordering::Relaxed);
                written
            });
            let waited = self.wait_fed(call, handle, fed);
            ended.store(true, Ordering::Relaxed);
            (join(writer), waited)
        });
        waited?;
        let output = handle.wait().map_err(spawn_error)?;
        match written {
            // The client was killed above, so its error is not the cause.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Ok(Err(error)),
            // A broken pipe is no failure: the client may not need all of the input.
            _ => {
                self.succeed(call, output.status, &output.stdout, &output.stderr)?;
                Ok(Ok(()))
            }
        }
    }

    /// Waits until the client has ended. Until `fed` is true, a signal ends any call.
    fn wait_fed(&self, call: &Call, handle: &Handle, fed: &AtomicBool) -> Result<(), DockerError> {
        let deadline = Instant::now() + self.deadline(call.deadline);
        let begun = Call { to_its_end: false, ..call.clone() };
        loop {
            match handle.wait_timeout(INTERRUPT_INTERVAL) {
                Ok(Some(_)) => return Ok(()),
                Ok(None) => {}
                Err(source) => return Err(self.spawn_error(call, source)),
            }
            let call = if fed.load(Ordering::Relaxed) { call } else { &begun };
            if let Some(error) = self.overdue(call, deadline) {
                let _ = handle.kill();
                let _ = handle.wait_timeout(LAST_WORDS);
                return Err(error);
            }
        }
    }
}

/// The client's standard input. Writing fails once the client has ended, even if a child of the
/// client still keeps the pipe open.
struct Input<'a> {
    pipe: PipeWriter,
    ended: &'a AtomicBool,
}

impl Write for Input<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            if self.ended.load(Ordering::Relaxed) {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            match self.pipe.write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                written => return written,
            }
            let interval = Timespec::try_from(INTERRUPT_INTERVAL).map_err(io::Error::other)?;
            // The next round checks whether the pipe is writable or the client has ended.
            let _ = poll(&mut [PollFd::new(&self.pipe, PollFlags::OUT)], Some(&interval));
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
