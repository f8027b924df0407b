//! The guards of stages and steps that have begun. A guard that is dropped without
//! [`StageGuard::done`] or [`StepGuard::done`] shows a failure, so `?` needs no further code.

use std::time::Duration;

use super::Ui;
use super::view::{Span, StepName};

/// The guard of a stage that has begun.
#[derive(Debug)]
pub struct StageGuard {
    ui: Ui,
    title: String,
    start: Duration,
    ended: bool,
}

impl StageGuard {
    pub(super) fn begin(ui: &Ui, title: &str) -> Self {
        ui.view.stage_begun(title);
        Self { ui: ui.clone(), title: title.to_owned(), start: ui.elapsed(), ended: false }
    }

    /// Shows that a step of the stage has begun. `node` is given if the step is about a single
    /// node.
    #[must_use]
    pub fn step(&self, name: &str, node: Option<&str>) -> StepGuard {
        let ui = self.ui.clone();
        let name = StepName {
            stage: self.title.clone(),
            name: name.to_owned(),
            node: node.map(String::from),
        };
        let start = ui.elapsed();
        ui.view.step_begun(&name, start);
        StepGuard { ui, name, start, ended: false }
    }

    /// Shows what the stage is doing now. Only the terminal mode shows it.
    pub fn at(&self, what: &str) {
        self.ui.view.stage_at(&self.title, what);
    }

    /// Shows that the stage succeeded.
    pub fn done(mut self) {
        self.end(true);
    }

    fn end(&mut self, good: bool) {
        self.ended = true;
        let span = Span { start: self.start, end: self.ui.elapsed() };
        self.ui.view.stage_ended(&self.title, good, span);
    }
}

impl Drop for StageGuard {
    fn drop(&mut self) {
        if !self.ended {
            self.end(false);
        }
    }
}

/// The guard of a step that has begun.
#[derive(Debug)]
pub struct StepGuard {
    ui: Ui,
    name: StepName,
    start: Duration,
    ended: bool,
}

impl StepGuard {
    /// Shows that the step succeeded, and returns when it ran.
    #[expect(clippy::must_use_candidate, reason = "few callers ask how long")]
    pub fn done(mut self) -> Span {
        self.end(true)
    }

    fn end(&mut self, good: bool) -> Span {
        self.ended = true;
        let span = Span { start: self.start, end: self.ui.elapsed() };
        self.ui.view.step_ended(&self.name, good, span);
        span
    }
}

impl Drop for StepGuard {
    fn drop(&mut self) {
        if !self.ended {
            self.end(false);
        }
    }
}
