//! Whether a container is running, paused or stopped.

use std::fmt;

use crate::docker::inspect::State;

/// The activity of a container, according to the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// Its processes are running.
    Running,
    /// Its processes are frozen by `docker pause`. The engine lists such a container as running,
    /// but cannot run programs in it.
    Paused,
    /// It has no processes.
    Stopped,
}

impl Activity {
    /// Reads the activity from the engine's answer.
    #[must_use]
    pub fn of(state: &State) -> Self {
        match (state.running, state.paused) {
            (true, false) => Self::Running,
            (_, true) => Self::Paused,
            (false, false) => Self::Stopped,
        }
    }

    /// Returns the word that `get` prints.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Stopped => "stopped",
        }
    }
}

impl fmt::Display for Activity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
