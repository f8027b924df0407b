//! What has begun and must end: stages, and their steps. Whatever is dropped
//! without [`StageGuard::done`] or [`StepGuard::done`] has failed, so `?` says so for free.

use std::time::Duration;

use super::Ui;
use super::view::{Span, StepName};

/// A stage that has begun.
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

    /// Says that a step of it has begun, which is about `node` if about one alone.
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

    /// Says what it is doing now, where that is shown while it lasts.
    pub fn at(&self, what: &str) {
        self.ui.view.stage_at(&self.title, what);
    }

    /// It went well.
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

/// A step that has begun.
#[derive(Debug)]
pub struct StepGuard {
    ui: Ui,
    name: StepName,
    start: Duration,
    ended: bool,
}

impl StepGuard {
    /// It went well, and so long did it run.
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
