//! Shows events as JSON on standard output, one object per line, for CI and editors.
//! docs/json.md describes them.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::view::{ErrorReport, PlannedStep, Span, StepName, View, out};

/// The mode that prints an object for each event of a step, and one for the result.
#[derive(Debug)]
pub(super) struct Json;

impl View for Json {
    fn step_begun(&self, step: &StepName, at: Duration) {
        print(&event(step, "started", [("start", seconds(at))]));
    }

    fn step_ended(&self, step: &StepName, good: bool, span: Span) {
        let state = if good { "done" } else { "failed" };
        print(&event(step, state, [("start", seconds(span.start)), ("end", seconds(span.end))]));
    }

    fn planned(&self, stage: &str, steps: &[PlannedStep]) {
        for PlannedStep { name, node, commands } in steps {
            let (stage, name, node) = (stage.to_owned(), name.clone(), node.clone());
            let step = StepName { stage, name, node };
            print(&event(&step, "planned", [("commands", commands.clone().into())]));
        }
    }

    fn output(&self, source: &str, line: &str) {
        print(&json!({ "event": "output", "node": source, "line": line }));
    }

    fn result(
        &self,
        mut facts: Map<String, Value>,
        report: Option<&ErrorReport<'_>>,
        at: Duration,
    ) {
        facts.insert("event".into(), "result".into());
        facts.insert("ok".into(), report.is_none().into());
        facts.insert("seconds".into(), seconds(at));
        if let Some(report) = report {
            facts.insert("error".into(), report.line.into());
            let more = [
                ("output", report.output.map(Value::from)),
                ("log", report.log.map(|path| path.display().to_string().into())),
                ("hint", report.hint.map(Value::from)),
            ];
            let known = more.into_iter().filter_map(|(key, value)| Some((key.into(), value?)));
            facts.extend(known);
        }
        print(&facts.into());
    }

    /// Always `false`: a program that reads JSON does not answer questions.
    fn may_ask(&self) -> bool {
        false
    }
}

fn event<const N: usize>(step: &StepName, state: &str, more: [(&str, Value); N]) -> Value {
    let StepName { stage, name, node } = step;
    let mut event = Map::new();
    event.insert("event".into(), "step".into());
    event.insert("stage".into(), stage.as_str().into());
    event.insert("name".into(), name.as_str().into());
    event.extend(node.as_deref().map(|node| ("node".into(), node.into())));
    event.insert("state".into(), state.into());
    event.extend(more.map(|(key, value)| (key.into(), value)));
    event.into()
}

/// Returns the duration in seconds, rounded to milliseconds.
fn seconds(duration: Duration) -> Value {
    ((duration.as_secs_f64() * 1000.0).round() / 1000.0).into()
}

fn print(object: &Value) {
    out(&format!("{object}\n"));
}
