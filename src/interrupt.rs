//! Signals that ask mokctl to stop. A signal is recorded, and waiting code checks for it. Knows
//! nothing about what is running or how it is rolled back.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use signal_hook::consts::{SIGHUP, SIGTERM};
use signal_hook::iterator::Signals;

/// A signal that asks to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// SIGHUP: the terminal was closed.
    Hangup,
    /// SIGINT: Ctrl-C.
    Interrupt,
    /// SIGTERM.
    Terminate,
}

impl Signal {
    const ALL: [Self; 3] = [Self::Hangup, Self::Interrupt, Self::Terminate];

    fn number(self) -> u8 {
        match self {
            Self::Hangup => 1,
            Self::Interrupt => 2,
            Self::Terminate => 15,
        }
    }

    fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|signal| signal.number() == number)
    }

    /// Returns the exit status of a process that the signal ends, as shells report it.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        128 + self.number()
    }
}

/// The signals that this process was started to ignore, as by `nohup` or in a background job: bit
/// N-1 stands for signal N. They stay ignored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ignored(u64);

impl Ignored {
    /// Parses the `SigIgn` line of a `/proc/PID/status`. Without the line, no signal is ignored.
    #[must_use]
    pub fn from_status(status: &str) -> Self {
        let line = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        let mask = line.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
        Self(mask.unwrap_or_default())
    }

    fn has(self, signal: Signal) -> bool {
        self.0 & (1 << (signal.number() - 1)) != 0
    }
}

/// The number of the first signal, or 0. Shared between the signal handlers and everything that
/// waits; clones share it too.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicU8>);

impl Interrupt {
    /// Catches SIGINT, SIGTERM and SIGHUP until the process ends. The first signal is only
    /// recorded, by a separate thread: the main thread rolls back. The second one is passed to
    /// `leave`, which ends the process.
    ///
    /// # Errors
    /// Fails if the system refuses.
    pub fn install(
        &self,
        ignored: Ignored,
        leave: impl Fn(Signal) + Clone + Send + 'static,
    ) -> io::Result<()> {
        let first = self.clone();
        let note = move |signal: Signal| {
            if !first.note(signal) {
                leave(signal);
            }
        };
        if !ignored.has(Signal::Interrupt) {
            let note = note.clone();
            ctrlc::set_handler(move || note(Signal::Interrupt)).map_err(io::Error::other)?;
        }
        // ctrlc could catch these too, but does not tell which one arrived.
        let others = [(Signal::Hangup, SIGHUP), (Signal::Terminate, SIGTERM)];
        let others = others.into_iter().filter(|(signal, _)| !ignored.has(*signal));
        let mut signals = Signals::new(others.map(|(_, number)| number))?;
        std::thread::Builder::new().name("signals".into()).spawn(move || {
            for number in signals.forever() {
                if let Some(signal) = u8::try_from(number).ok().and_then(Signal::from_number) {
                    note(signal);
                }
            }
        })?;
        Ok(())
    }

    /// Records that `signal` has arrived. Returns false if another one had arrived before.
    pub(crate) fn note(&self, signal: Signal) -> bool {
        let (none, this) = (0, signal.number());
        self.0.compare_exchange(none, this, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }

    /// Returns the first signal that has arrived.
    #[must_use]
    pub fn signal(&self) -> Option<Signal> {
        Signal::from_number(self.0.load(Ordering::SeqCst))
    }

    /// Returns an interrupt that no signal sets: the signal that causes a rollback must not
    /// interrupt it.
    #[must_use]
    pub fn never() -> Self {
        Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_signal_stays() {
        let interrupt = Interrupt::default();
        assert_eq!(interrupt.signal(), None);
        assert!(interrupt.note(Signal::Hangup));
        assert!(!interrupt.clone().note(Signal::Interrupt));
        assert_eq!(interrupt.signal(), Some(Signal::Hangup));
        assert_eq!(Signal::ALL.map(Signal::exit_code), [129, 130, 143]);
    }

    #[test]
    fn ignored_signals_are_read() {
        // The mask of a process that nohup has started.
        let ignored =
            Ignored::from_status("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000001\n");
        assert_eq!(Signal::ALL.map(|signal| ignored.has(signal)), [true, false, false]);
        assert_eq!(Ignored::from_status("Name:\tx\n"), Ignored::default());
    }
}
