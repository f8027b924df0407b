//! Shows progress as lines without colour or movement, for files, pipes and CI.

use super::view::{Span, View, err, seconds};

/// The mode that prints a line for each stage when it ends.
#[derive(Debug)]
pub(super) struct Plain;

impl View for Plain {
    fn stage_ended(&self, title: &str, good: bool, span: Span) {
        let how = if good { "ok" } else { "FAILED" };
        err(&format!("{title} .. {how} ({})", seconds(span.took())));
    }

    fn output(&self, source: &str, line: &str) {
        err(&format!("{source}: {line}"));
    }

    fn note(&self, text: &str) {
        err(text);
    }
}
