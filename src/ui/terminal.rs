//! Shows progress that moves: a line with a spinner for the running stage, and a line with a
//! tick or a cross for each finished one. The cursor is never hidden, so there is nothing to
//! restore, however the program ends.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use console::{StyledObject, Term, style, truncate_str};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle, TermLike};

use super::screen::Screen;
use super::view::{Span, StepName, View, err, seconds};

const FRAMES: &str = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ ";
const TICK: Duration = Duration::from_millis(100);
/// The columns before the stage's title, for the spinner and the time.
const BEFORE: u16 = 12;
/// The most times per second that the line is drawn.
const HZ: u8 = 20;

/// The mode that draws a line for each stage.
#[derive(Debug, Default)]
pub(super) struct Terminal(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    bar: Option<ProgressBar>,
    parts: Vec<Part>,
    /// Whether the program is ending, so that no spinner may be drawn.
    closed: bool,
}

/// A step of the running stage that is about one node.
#[derive(Debug)]
struct Part {
    step: StepName,
    node: String,
    ended: Option<(bool, Span)>,
}

impl Terminal {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl View for Terminal {
    fn stage_begun(&self, title: &str) {
        let mut state = self.state();
        state.parts.clear();
        if !state.closed {
            state.bar = Some(spinner(title));
        }
    }

    fn stage_at(&self, title: &str, what: &str) {
        self.state().show(&format!("{title}: {what}"));
    }

    fn step_begun(&self, step: &StepName, _at: Duration) {
        if let Some(node) = step.node.clone() {
            let mut state = self.state();
            state.parts.push(Part { step: step.clone(), node, ended: None });
            state.update(&step.stage);
        }
    }

    fn step_ended(&self, step: &StepName, good: bool, span: Span) {
        let mut state = self.state();
        if let Some(part) = state.parts.iter_mut().find(|part| part.step == *step) {
            part.ended = Some((good, span));
        }
        state.update(&step.stage);
    }

    fn stage_ended(&self, title: &str, good: bool, span: Span) {
        let mut state = self.state();
        if let Some(bar) = state.bar.take() {
            bar.finish_and_clear();
            err(&ended(title, good, span, &state.parts, Term::stderr().size().1));
        }
    }

    fn output(&self, source: &str, line: &str) {
        self.line(&format!("{}: {line}", style(source).dim().for_stderr()));
    }

    fn note(&self, text: &str) {
        self.line(text);
    }

    fn line(&self, text: &str) {
        match &self.state().bar {
            Some(bar) => bar.suspend(|| err(text)),
            None => err(text),
        }
    }

    fn mark(&self, word: StyledObject<&'static str>) -> String {
        word.for_stderr().to_string()
    }

    fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        if let Some(bar) = state.bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl State {
    fn update(&self, title: &str) {
        self.show(&running(title, &self.parts));
    }

    fn show(&self, text: &str) {
        if let Some(bar) = &self.bar {
            let width = screen().width().saturating_sub(BEFORE);
            bar.set_message(truncate_str(text, width.into(), "…").into_owned());
        }
    }
}

fn screen() -> Screen {
    Screen::new(Term::buffered_stderr())
}

fn spinner(title: &str) -> ProgressBar {
    let target = ProgressDrawTarget::term_like_with_hz(Box::new(screen()), HZ);
    let style = ProgressStyle::with_template(" {spinner:.cyan} {seconds:>8} {wide_msg}")
        .unwrap_or_else(|_| ProgressStyle::default_spinner())
        .with_key("seconds", |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            let _ = out.write_str(&seconds(state.elapsed()));
        })
        .tick_chars(FRAMES);
    let bar = ProgressBar::with_draw_target(None, target);
    bar.set_style(style);
    bar.set_message(title.to_owned());
    bar.enable_steady_tick(TICK);
    bar
}

/// Returns the text about the running stage: its title, and, if several nodes have steps, those
/// that are not done.
fn running(title: &str, parts: &[Part]) -> String {
    if parts.len() < 2 {
        return title.to_owned();
    }
    let done = parts.iter().filter(|part| matches!(part.ended, Some((true, _)))).count();
    let rest = parts.iter().filter_map(|part| match part.ended {
        None => Some(part.node.clone()),
        Some((false, _)) => Some(format!("✗ {}", part.node)),
        Some((true, _)) => None,
    });
    let rest = rest.collect::<Vec<_>>().join(", ");
    format!("{title} {done}/{}: {rest}", parts.len())
}

/// Returns the line that remains of a finished stage: its time and title, and, if several
/// nodes have steps, the time of each.
fn ended(title: &str, good: bool, span: Span, parts: &[Part], width: u16) -> String {
    let mark = if good { style("✓").green() } else { style("✗").red() };
    let time = style(format!("{:>8}", seconds(span.took()))).dim();
    let mut line = format!(" {} {} {title}", mark.for_stderr(), time.for_stderr());
    if parts.len() > 1 {
        let part = |part: &Part| match part.ended {
            Some((true, span)) => format!("{} {:.1}", part.node, span.took().as_secs_f64()),
            Some((false, _)) | None => format!("✗ {}", part.node),
        };
        line = format!("{line}: {}", parts.iter().map(part).collect::<Vec<_>>().join(", "));
    }
    truncate_str(&line, width.into(), "…").into_owned()
}
