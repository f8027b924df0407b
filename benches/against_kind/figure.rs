//! The figures that are timed.

use std::collections::BTreeMap;

/// Seconds by the name of the figure, for some of [`FIGURES`].
pub(crate) type Seconds = BTreeMap<&'static str, f64>;

/// All figures, in the order of reports: the name, and the event at which the time ends.
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
