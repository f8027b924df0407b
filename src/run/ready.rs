//! Waits for nodes to report to the API.

use std::time::{Duration, Instant};

use super::error::StepError;
use super::outputs::MissingOutput;
use super::{Run, script};
use crate::cluster::name::NodeName;
use crate::docker::Call;
use crate::inventory::members::is_set_up;
use crate::node::kubeadm::registration;
use crate::node::scripts;
use crate::plan::Since;

/// How long the script may take for everything but waiting.
const BESIDE: Duration = Duration::from_secs(30);

/// What nodes must have reported to the API.
#[derive(Debug, Clone, Copy)]
pub(super) enum Report {
    /// New nodes must be registered.
    Registered,
    /// New nodes must be Ready.
    Ready,
    /// Nodes must have reported Ready after this time, in seconds since 1970.
    Since(u64),
}

impl Run<'_> {
    /// Returns what nodes must have reported `since` then. The timeout of all waiting begins now.
    pub(super) fn begin_wait(&self, since: Since) -> Result<Report, MissingOutput> {
        self.outputs.learn_waiting(Instant::now());
        Ok(match since {
            Since::Registered => Report::Registered,
            Since::Ever => Report::Ready,
            Since::Start => Report::Since(self.outputs.started()?),
        })
    }

    /// Returns the call that waits until all of `nodes` have reported. New nodes also get their
    /// pod ranges, and the labels that kubelets may not set themselves.
    pub(super) fn ready_call(&self, nodes: &[NodeName], report: Report) -> Call {
        let seconds =
            self.admin_engine().deadline(self.wait.timeout()).as_secs().max(1).to_string();
        let word = |node: &NodeName| {
            if matches!(report, Report::Since(_)) {
                return node.to_string();
            }
            let ranges = self.nodes.ranges.pods_of(node);
            match registration::other_labels(node, &self.nodes.marks) {
                labels if labels.is_empty() => format!("{node}={ranges}"),
                labels => format!("{node}={ranges}={labels}"),
            }
        };
        let names: Vec<String> = nodes.iter().map(word).collect();
        let since = match report {
            Report::Registered => "registered".to_owned(),
            Report::Ready => "0".to_owned(),
            Report::Since(seconds) => seconds.to_string(),
        };
        let mut words = vec![scripts::READY, &seconds, &since];
        words.extend(names.iter().map(String::as_str));
        script(&self.admin_node, &words, self.wait.timeout() + BESIDE)
    }

    pub(super) fn wait_ready(&self, nodes: &[NodeName], report: Report) -> Result<(), StepError> {
        let mut joined = Vec::new();
        for node in nodes {
            // The user may not have set this node up yet.
            if !self.manual.contains(node) || is_set_up(self.engines.of(node), &node.to_string())? {
                joined.push(node.clone());
            }
        }
        if joined.is_empty() {
            return Ok(());
        }
        self.show(&self.admin_node, &self.ready_call(&joined, report)).map(drop)
    }
}
