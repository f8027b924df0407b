//! A call of the docker client, as data that can be printed, compared and run.

use std::time::Duration;

/// A call of the docker client: its arguments, its standard input and its deadline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The arguments, without the program.
    pub args: Vec<String>,
    /// The bytes on standard input. `None` if there is no input, or it comes from elsewhere.
    pub stdin: Option<Vec<u8>>,
    /// A description of what is on standard input.
    pub input: Option<String>,
    /// How long the call may take before it is killed and counts as failed.
    pub deadline: Duration,
    /// Whether mokctl lets the call finish before it reacts to a signal.
    pub to_its_end: bool,
}

impl Call {
    /// The deadline of calls that a healthy engine answers immediately, such as `ps` or `inspect`.
    pub const QUICK: Duration = Duration::from_secs(30);
    /// The deadline of calls that change something: start, stop, remove, copy.
    pub const WORK: Duration = Duration::from_secs(120);

    /// The deadline of calls that transfer gigabytes: images, logs.
    pub const TRANSFER: Duration = Duration::from_secs(900);

    /// Returns a call without input and with the deadline [`Call::QUICK`].
    pub fn new<S: Into<String>>(args: impl IntoIterator<Item = S>) -> Self {
        Self {
            args: args.into_iter().map(Into::into).collect(),
            stdin: None,
            input: None,
            deadline: Self::QUICK,
            to_its_end: false,
        }
    }

    /// Sets the bytes on standard input.
    #[must_use]
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = Some(bytes.into());
        self
    }

    /// Sets the description of what is, or will be, on standard input.
    #[must_use]
    pub fn input(mut self, name: impl Into<String>) -> Self {
        self.input = Some(name.into());
        self
    }

    /// Sets the deadline.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Makes signals wait until the call is finished. For calls that create something: without its
    /// client, the engine would go on, and might finish after the rollback.
    #[must_use]
    pub fn to_its_end(mut self) -> Self {
        self.to_its_end = true;
        self
    }
}
