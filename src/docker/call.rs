//! One call of the docker client, as data: it can be printed, compared and run.

use std::time::Duration;

/// The words after `docker`, what goes to its standard input, and how long it
/// may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The command line without the program.
    pub args: Vec<String>,
    /// Bytes for the standard input; none closes it.
    pub stdin: Option<Vec<u8>>,
    /// What these bytes are, in words.
    pub input: Option<String>,
    /// From the start until the call is ended and counts as failed.
    pub deadline: Duration,
    /// Whether a signal waits for its end.
    pub to_its_end: bool,
}

impl Call {
    /// What an engine that is well answers in a blink: lists, inspections.
    pub const QUICK: Duration = Duration::from_secs(30);
    /// What has work to do: start, stop, remove, copy.
    pub const WORK: Duration = Duration::from_secs(120);

    /// What moves gigabytes: images, logs.
    pub const TRANSFER: Duration = Duration::from_secs(900);

    /// A call without input that may take [`Call::QUICK`].
    pub fn new<S: Into<String>>(args: impl IntoIterator<Item = S>) -> Self {
        Self {
            args: args.into_iter().map(Into::into).collect(),
            stdin: None,
            input: None,
            deadline: Self::QUICK,
            to_its_end: false,
        }
    }

    /// With `bytes` on its standard input.
    #[must_use]
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = Some(bytes.into());
        self
    }

    /// With a name for what is, or will be, on its standard input.
    #[must_use]
    pub fn input(mut self, name: impl Into<String>) -> Self {
        self.input = Some(name.into());
        self
    }

    /// With `deadline` in place of [`Call::QUICK`].
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Not cut short by a signal. For what makes something: the engine would finish
    /// it without its client, maybe later than the rollback.
    #[must_use]
    pub fn to_its_end(mut self) -> Self {
        self.to_its_end = true;
        self
    }
}
