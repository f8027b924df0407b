//! Everything that mokctl writes: answers on standard output, progress and
//! trouble on standard error. Knows nothing of what the words mean.

use std::io::{self, BufRead, IsTerminal, Write};
use std::time::{Duration, Instant};

use console::style;

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Lines without colour or movement: for files, pipes and CI.
    Plain,
    /// Coloured marks: for a terminal.
    Terminal,
    /// Nothing but warnings and errors.
    Quiet,
}

/// The one way out. Cheap to copy.
#[derive(Debug, Clone, Copy)]
pub struct Ui {
    mode: Mode,
    /// Whether the steps' own output is shown as it comes.
    tail: bool,
}

impl Ui {
    /// Shows progress as `mode` says, and with `tail` the output of every step.
    #[must_use]
    pub fn new(mode: Mode, tail: bool) -> Self {
        Self { mode, tail }
    }

    /// Says that `title` has begun. Dropping the guard without
    /// [`Running::done`] says that it failed.
    #[must_use]
    pub fn stage(self, title: &str) -> Running {
        Running { ui: self, title: title.to_owned(), begun: Instant::now(), ended: false }
    }

    /// A line of a step's own output, shown with `--tailf` only.
    pub fn detail(self, source: &str, line: &str) {
        if self.tail && self.mode != Mode::Quiet {
            err(&format!("{source}: {line}"));
        }
    }

    /// Something the user should know.
    pub fn note(self, text: &str) {
        if self.mode != Mode::Quiet {
            err(text);
        }
    }

    /// Something the user should heed.
    pub fn warn(self, text: &str) {
        let mark = match self.mode {
            Mode::Terminal => style("warning:").yellow().for_stderr().to_string(),
            Mode::Plain | Mode::Quiet => "warning:".to_owned(),
        };
        err(&format!("mokctl: {mark} {text}"));
    }

    /// Why the program ends: one line, then what the failing command printed,
    /// then what to do about it.
    pub fn error(self, text: &str, output: Option<&str>, hint: Option<&str>) {
        let mark = match self.mode {
            Mode::Terminal => style("error:").red().bold().for_stderr().to_string(),
            Mode::Plain | Mode::Quiet => "error:".to_owned(),
        };
        err(&format!("mokctl: {mark} {text}"));
        for line in output.into_iter().flat_map(str::lines) {
            err(&format!("    {line}"));
        }
        if let Some(hint) = hint {
            err(&format!("hint: {hint}"));
        }
    }

    /// What was asked for, on standard output, as it is.
    pub fn answer(self, text: &str) {
        // A reader that has gone away wants no more; there is nobody to tell.
        let _ = io::stdout().lock().write_all(text.as_bytes());
    }

    /// Asks the user, where there is one: without a terminal the answer is yes. On
    /// one, only the exact answer `y` is.
    #[must_use]
    pub fn confirm(self, question: &str) -> bool {
        !Self::is_attended() || Self::ask(question).is_some_and(|line| line == "y")
    }

    /// Has the user pick one of `choices` by number; none where there is no
    /// terminal, or no such number.
    #[must_use]
    pub fn choose(self, question: &str, choices: &[&str]) -> Option<usize> {
        if !Self::is_attended() {
            return None;
        }
        for (index, choice) in choices.iter().enumerate() {
            err(&format!("  {}) {choice}", index + 1));
        }
        let number: usize = Self::ask(&format!("{question} >"))?.parse().ok()?;
        number.checked_sub(1).filter(|index| *index < choices.len())
    }

    /// Whether the user sits before a terminal that a program can have.
    #[must_use]
    pub fn has_terminal(self) -> bool {
        io::stdin().is_terminal() && io::stdout().is_terminal()
    }

    fn is_attended() -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    fn ask(question: &str) -> Option<String> {
        let _ = write!(io::stderr().lock(), "{question} ");
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).ok()?;
        Some(line.trim_end_matches(['\n', '\r']).to_owned())
    }

    fn ended(self, title: &str, good: bool, took: Duration) {
        let seconds = format!("{:.1} s", took.as_secs_f64());
        match self.mode {
            Mode::Quiet => {}
            Mode::Plain if good => err(&format!("{title} .. ok ({seconds})")),
            Mode::Plain => err(&format!("{title} .. FAILED ({seconds})")),
            Mode::Terminal => {
                let mark = if good { style("✓").green() } else { style("✗").red() };
                err(&format!(" {} {title} {}", mark.for_stderr(), style(seconds).dim()));
            }
        }
    }
}

/// Something that has begun.
#[derive(Debug)]
pub struct Running {
    ui: Ui,
    title: String,
    begun: Instant,
    ended: bool,
}

impl Running {
    /// It went well.
    pub fn done(mut self) {
        self.end(true);
    }

    fn end(&mut self, good: bool) {
        self.ended = true;
        self.ui.ended(&self.title, good, self.begun.elapsed());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.ended {
            self.end(false);
        }
    }
}

fn err(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}
