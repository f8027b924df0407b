//! Calls whose client writes to a pseudo-terminal. docker shows the progress of a pull only on a
//! terminal.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Instant;

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use super::run::INTERRUPT_INTERVAL;
use super::{Call, Docker, DockerError};

/// The size of the read buffer, in bytes.
const PIECE: usize = 1 << 12;

impl Docker {
    /// Runs `call` with a pseudo-terminal as its standard output, and passes its output to
    /// `on_text` as it is printed.
    ///
    /// # Errors
    /// Fails if the call does. The error has the command and its standard error.
    pub fn draw(&self, call: &Call, mut on_text: impl FnMut(&str)) -> Result<(), DockerError> {
        // Some systems have no pseudo-terminals, such as a minimal container.
        let Ok((ours, clients)) = terminal() else {
            return self.capture(call).map(drop);
        };
        self.may_begin(call)?;
        let command = self.expression(call).stdout_file(clients).stderr_capture();
        let handle = command.start().map_err(|source| self.spawn_error(call, source))?;
        // The command holds the client's end of the terminal, and would keep it open.
        drop(command);
        let (found, pieces) = mpsc::channel();
        // The thread is not joined: a surviving child of the client may keep the client's end open.
        std::thread::spawn(move || {
            let mut ours = File::from(ours);
            let mut buffer = [0; PIECE];
            // Reading fails once the client's end is closed.
            while let Ok(count @ 1..) = ours.read(&mut buffer) {
                if found.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        let deadline = Instant::now() + self.deadline(call.deadline);
        loop {
            let ended = match pieces.recv_timeout(INTERRUPT_INTERVAL) {
                Ok(piece) => {
                    on_text(&String::from_utf8_lossy(&piece));
                    handle.try_wait()
                }
                Err(RecvTimeoutError::Timeout) => handle.try_wait(),
                Err(RecvTimeoutError::Disconnected) => handle.wait_timeout(INTERRUPT_INTERVAL),
            };
            match ended {
                Ok(Some(output)) => return self.succeed(call, output.status, b"", &output.stderr),
                Ok(None) => {}
                Err(source) => return Err(self.spawn_error(call, source)),
            }
            if let Some(error) = self.overdue(call, deadline) {
                // Fails if the client has just ended by itself, which is fine.
                let _ = handle.kill();
                return Err(error);
            }
        }
    }
}

/// Opens a pseudo-terminal. Returns mokctl's end and the client's end.
fn terminal() -> io::Result<(OwnedFd, OwnedFd)> {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
    rustix::io::fcntl_setfd(&ours, rustix::io::FdFlags::CLOEXEC)?;
    grantpt(&ours)?;
    unlockpt(&ours)?;
    let name = ptsname(&ours, Vec::new())?;
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    Ok((ours, rustix::fs::open(name.as_c_str(), flags, Mode::empty())?))
}
