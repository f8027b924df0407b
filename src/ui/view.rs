//! What a mode of the output makes of the events. All that is here by default is
//! what must be seen in every mode, and so the whole of the quiet one.

use std::fmt;
use std::io::{self, Write};
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use console::StyledObject;
use serde_json::{Map, Value};

/// A step, and what it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StepName {
    /// The title of its stage.
    pub(super) stage: String,
    /// What it does.
    pub(super) name: String,
    /// Where, if it is about one place alone.
    pub(super) node: Option<String>,
}

/// From when to when something ran, since the program's start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// When it began.
    pub start: Duration,
    /// When it ended.
    pub end: Duration,
}

impl Span {
    /// How long it ran.
    #[must_use]
    pub fn took(self) -> Duration {
        self.end.saturating_sub(self.start)
    }
}

/// A step that would be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedStep {
    /// What it does.
    pub name: String,
    /// Where, if it is about one place alone.
    pub node: Option<String>,
    /// The commands that would do it.
    pub commands: Vec<String>,
}

/// Why the program ends without success.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ErrorReport<'a> {
    /// What went wrong, in one line.
    pub line: &'a str,
    /// The end of what the failing command printed.
    pub output: Option<&'a str>,
    /// Where all of it is.
    pub log: Option<&'a Path>,
    /// What to do about it.
    pub hint: Option<&'a str>,
}

/// How one mode shows what happens. Called by several threads at once.
pub(super) trait View: fmt::Debug + Send + Sync {
    /// A stage has begun.
    fn stage_begun(&self, _title: &str) {}

    /// The running stage is at `what`.
    fn stage_at(&self, _title: &str, _what: &str) {}

    /// A stage has ended, well or not, after all of its steps.
    fn stage_ended(&self, _title: &str, _good: bool, _span: Span) {}

    /// A step of the running stage has begun.
    fn step_begun(&self, _step: &StepName, _at: Duration) {}

    /// A step of the running stage has ended, well or not.
    fn step_ended(&self, _step: &StepName, _good: bool, _span: Span) {}

    /// A stage that would be carried out.
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

    /// A line that a step has printed.
    fn output(&self, _source: &str, _line: &str) {}

    /// What the user may want to know.
    fn note(&self, _text: &str) {}

    /// What the user must know.
    fn line(&self, text: &str) {
        err(text);
    }

    /// A word that stands out, where words can.
    fn mark(&self, word: StyledObject<&'static str>) -> String {
        word.force_styling(false).to_string()
    }

    /// How the command ended, with the facts that were found.
    fn result(
        &self,
        _facts: Map<String, Value>,
        _trouble: Option<&ErrorReport<'_>>,
        _at: Duration,
    ) {
    }

    /// Whether a user can answer a question.
    fn may_ask(&self) -> bool {
        true
    }

    /// The program ends now, whatever is running.
    fn close(&self) {}
}

/// Nothing but what must be seen.
#[derive(Debug)]
pub(super) struct Quiet;

impl View for Quiet {}

/// A whole line on standard error. If the reader is gone, so is the message.
pub(super) fn err(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Text on standard output, in one piece: what several threads say is not mixed.
pub(super) fn out(text: &str) {
    let mut stdout = io::stdout().lock();
    let result = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    // A reader that has gone away wants no more.
    if let Err(error) = result
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        let _ = UNWRITTEN.set(error);
    }
}

/// Why standard output, of which a process has one, did not take what was printed first.
static UNWRITTEN: OnceLock<io::Error> = OnceLock::new();

/// None where it took everything, or its reader wanted no more.
pub(super) fn unwritten() -> Option<&'static io::Error> {
    UNWRITTEN.get()
}

/// Seconds, as people read them.
pub(super) fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}
