//! What a container does at the moment.

use std::fmt;

use crate::docker::inspect::State;

/// Of a node, as the engine says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// Its processes run.
    Running,
    /// They are frozen, by `docker pause`. The engine calls that running, but runs nothing
    /// in it.
    Paused,
    /// It has none.
    Stopped,
}

impl Activity {
    /// What the engine's answer comes to.
    #[must_use]
    pub fn of(state: &State) -> Self {
        match (state.running, state.paused) {
            (true, false) => Self::Running,
            (_, true) => Self::Paused,
            (false, false) => Self::Stopped,
        }
    }

    /// As `get` prints it.
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
