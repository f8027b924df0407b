//! Everything that mokctl writes: answers on standard output, progress, warnings and errors on
//! standard error. Each mode shows the same events in its own way, in its own file. Knows
//! nothing about what the texts mean.

mod json;
mod plain;
mod progress;
mod screen;
mod terminal;
mod view;

use std::io::{self, BufRead, IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use console::{strip_ansi_codes, style};
use serde_json::{Map, Value};

pub use progress::{StageGuard, StepGuard};
pub use view::{ErrorReport, PlannedStep, Span};

use view::{View, err, out};

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Lines without colour or movement: for files, pipes and CI.
    Plain,
    /// A spinner and coloured marks: for a terminal.
    Terminal,
    /// Nothing but warnings and errors.
    Quiet,
    /// JSON on standard output: for programs.
    Json,
}

/// The only way in which the program writes to the user. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Ui {
    view: Arc<dyn View>,
    /// Whether the steps' own output is shown as it comes.
    tail: bool,
    begun: Instant,
    facts: Arc<Mutex<Map<String, Value>>>,
}

impl Ui {
    /// Shows progress as `mode` says, and with `tail` the output of every step.
    #[must_use]
    pub fn new(mode: Mode, tail: bool) -> Self {
        let view: Arc<dyn View> = match mode {
            Mode::Plain => Arc::new(plain::Plain),
            Mode::Terminal => Arc::new(terminal::Terminal::default()),
            Mode::Quiet => Arc::new(view::Quiet),
            Mode::Json => Arc::new(json::Json),
        };
        Self { view, tail, begun: Instant::now(), facts: Arc::default() }
    }

    /// Returns the time since the program's start.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }

    /// Shows that the stage `title` has begun. Dropping the guard without [`StageGuard::done`]
    /// shows that it failed.
    #[must_use]
    pub fn stage(&self, title: &str) -> StageGuard {
        StageGuard::begin(self, title)
    }

    /// Shows the steps of `stage` in a dry run. They would run in parallel.
    pub fn planned(&self, stage: &str, steps: &[PlannedStep]) {
        self.view.planned(stage, steps);
    }

    /// Shows a line of a step's own output, with `--tailf` only. Escape sequences, and what a
    /// carriage return overwrites, are removed from it.
    pub fn detail(&self, source: &str, line: &str) {
        if self.tail {
            let line = strip_ansi_codes(line);
            self.view.output(source, line.rsplit('\r').next().unwrap_or_default());
        }
    }

    /// Shows a text that the user may want to know. Quiet and JSON output leave it out.
    pub fn note(&self, text: &str) {
        self.view.note(text);
    }

    /// Shows a warning: something that may cause trouble.
    pub fn warn(&self, text: &str) {
        let mark = self.view.mark(style("warning:").yellow());
        self.view.line(&format!("mokctl: {mark} {text}"));
    }

    /// Shows why the program ends: one line, then what the failing command printed last, where
    /// all of its output is, and what to do about the failure.
    pub fn error(&self, report: &ErrorReport<'_>) {
        let mark = self.view.mark(style("error:").red().bold());
        self.view.line(&format!("mokctl: {mark} {}", report.line));
        for line in report.output.into_iter().flat_map(str::lines) {
            self.view.line(&format!("    {line}"));
        }
        if let Some(path) = report.log {
            self.view.line(&format!("all it printed: {}", path.display()));
        }
        if let Some(hint) = report.hint {
            self.view.line(&format!("hint: {hint}"));
        }
    }

    /// Writes the answer of a command to standard output, as it is.
    pub fn answer(&self, text: &str) {
        out(text);
    }

    /// Returns why standard output did not take everything, such as a full disk.
    #[must_use]
    pub fn stdout_error(&self) -> Option<&'static io::Error> {
        view::stdout_error()
    }

    /// Adds the field `name` to the object that [`Self::result`] prints in JSON output.
    pub fn fact(&self, name: &str, value: impl Into<Value>) {
        let mut facts = self.facts.lock().unwrap_or_else(PoisonError::into_inner);
        facts.insert(name.to_owned(), value.into());
    }

    /// Prints how the command ended, in JSON output only.
    pub fn result(&self, report: Option<&ErrorReport<'_>>) {
        let facts = self.facts.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.view.result(facts, report, self.elapsed());
    }

    /// Stops drawing for good, because the program ends now.
    pub fn close(&self) {
        self.view.close();
    }

    /// Asks the user to confirm. Only the exact answer `y` is a yes. Without a terminal, or with
    /// JSON output, the user is not asked and the answer is yes.
    #[must_use]
    pub fn confirm(&self, question: &str) -> bool {
        !self.is_attended() || Self::ask(question).is_some_and(|line| line == "y")
    }

    /// Lets the user pick one of `choices` by number, and returns its index. `None` if the user
    /// cannot be asked, or gives no such number.
    #[must_use]
    pub fn choose(&self, question: &str, choices: &[&str]) -> Option<usize> {
        if !self.is_attended() {
            return None;
        }
        for (index, choice) in choices.iter().enumerate() {
            err(&format!("  {}) {choice}", index + 1));
        }
        let number: usize = Self::ask(&format!("{question} >"))?.parse().ok()?;
        number.checked_sub(1).filter(|index| *index < choices.len())
    }

    /// Whether standard input and output are both terminals, so that a program in a container can
    /// have one.
    #[must_use]
    pub fn has_terminal(&self) -> bool {
        io::stdin().is_terminal() && io::stdout().is_terminal()
    }

    fn is_attended(&self) -> bool {
        self.view.may_ask() && io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    fn ask(question: &str) -> Option<String> {
        let _ = write!(io::stderr().lock(), "{question} ");
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).ok()?;
        Some(line.trim_end_matches(['\n', '\r']).to_owned())
    }
}
