//! What is timed, and what each is called.

use std::collections::BTreeMap;

/// Seconds by the name of a figure, those of [`FIGURES`] that there are.
pub(crate) type Seconds = BTreeMap<&'static str, f64>;

/// All of them, in the order in which they are told: name, and what ends the time.
pub(crate) const FIGURES: [(&str, &str); 9] = [
    ("ready", "all nodes Ready"),
    ("command", "the command has returned"),
    ("firstpod", "a first pod runs on every node"),
    ("firstapp", "a first app answers a pod by its Service's name"),
    ("load", "an image of 125 MB is in all nodes"),
    ("stop", "stopped"),
    ("start", "started, and the app answers again"),
    ("delete", "deleted"),
    ("fresh", "fresh again: restored, or deleted and created"),
];
