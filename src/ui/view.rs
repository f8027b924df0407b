//! What a mode of the output does with each event. The default methods show what must be seen
//! in every mode, so the quiet mode overrides none of them.

use std::fmt;
use std::io::{self, Write};
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use console::StyledObject;
use serde_json::{Map, Value};

/// The name of a step, with its stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StepName {
    /// The title of the step's stage.
    pub(super) stage: String,
    /// What the step does.
    pub(super) name: String,
    /// The node, if the step is about a single one.
    pub(super) node: Option<String>,
}

/// The time in which something ran. Both ends are measured from the program's start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// When it began.
    pub start: Duration,
    /// When it ended.
    pub end: Duration,
}

impl Span {
    /// Returns how long it ran.
    #[must_use]
    pub fn took(self) -> Duration {
        self.end.saturating_sub(self.start)
    }
}

/// A step that a dry run shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedStep {
    /// What the step does.
    pub name: String,
    /// The node, if the step is about a single one.
    pub node: Option<String>,
    /// The commands that the step would run.
    pub commands: Vec<String>,
}

/// Why the program ends without success.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ErrorReport<'a> {
    /// What went wrong, in one line.
    pub line: &'a str,
    /// The end of what the failing command printed.
    pub output: Option<&'a str>,
    /// The file with everything that the failing command printed.
    pub log: Option<&'a Path>,
    /// What the user can do about it.
    pub hint: Option<&'a str>,
}

/// A mode of the output: how it shows each event. Several threads call it at once.
pub(super) trait View: fmt::Debug + Send + Sync {
    /// A stage has begun.
    fn stage_begun(&self, _title: &str) {}

    /// The running stage is now doing `what`.
    fn stage_at(&self, _title: &str, _what: &str) {}

    /// A stage has succeeded or failed, after all of its steps.
    fn stage_ended(&self, _title: &str, _good: bool, _span: Span) {}

    /// A step of the running stage has begun.
    fn step_begun(&self, _step: &StepName, _at: Duration) {}

    /// A step of the running stage has succeeded or failed.
    fn step_ended(&self, _step: &StepName, _good: bool, _span: Span) {}

    /// A dry run shows a stage and its steps.
    fn planned(&self, stage: &str, steps: &[PlannedStep]) {
        let beside = if steps.len() > 1 { " (side by side)" } else { "" };
        let mut text = format!("{stage}{beside}\n");
        for PlannedStep { name, commands, .. } in steps {
            let commands: String =
                commands.iter().map(|command| format!("    {command}\n")).collect();
            text = format!("{text}  {name}\n{commands}");
        }
        out(&text);
    }

    /// A step has printed a line.
    fn output(&self, _source: &str, _line: &str) {}

    /// Shows a text that the user may want to know.
    fn note(&self, _text: &str) {}

    /// Shows a line that the user must see, such as a warning.
    fn line(&self, text: &str) {
        err(text);
    }

    /// Returns `word`, highlighted in the modes that have colours.
    fn mark(&self, word: StyledObject<&'static str>) -> String {
        word.force_styling(false).to_string()
    }

    /// The command has ended, at `at`. `facts` are further fields of its result.
    fn result(
        &self,
        _facts: Map<String, Value>,
        _trouble: Option<&ErrorReport<'_>>,
        _at: Duration,
    ) {
    }

    /// Whether this mode may ask the user questions.
    fn may_ask(&self) -> bool {
        true
    }

    /// The program ends now, even if a stage is still running.
    fn close(&self) {}
}

/// The mode that shows only what must be seen.
#[derive(Debug)]
pub(super) struct Quiet;

impl View for Quiet {}

/// Writes a line to standard error. Failures are ignored: without a reader, the message is lost.
pub(super) fn err(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Writes text to standard output in one piece, so that the output of threads is not mixed.
pub(super) fn out(text: &str) {
    let mut stdout = io::stdout().lock();
    let result = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    // A reader that closed the pipe wants no more, so that is not a failure.
    if let Err(error) = result
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        let _ = UNWRITTEN.set(error);
    }
}

/// The first failure to write to standard output. It is global because a process has only one
/// standard output.
static UNWRITTEN: OnceLock<io::Error> = OnceLock::new();

/// Returns the first failure to write to standard output. `None` if all was written, or if its
/// reader closed the pipe.
pub(super) fn stdout_error() -> Option<&'static io::Error> {
    UNWRITTEN.get()
}

/// Returns the duration in seconds for people, such as `1.5 s`.
pub(super) fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}
