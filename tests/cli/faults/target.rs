//! A call of a run without faults, described so that it can be found in another run and be made to
//! go wrong.

use std::collections::BTreeMap;

use super::Fault;
use crate::fake_docker::Call;
use crate::harness::{Machine, Outcome};

/// The call.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// The words, with `*` for what differs from run to run.
    pub(super) glob: String,
    /// The position among calls with the same words.
    pub(super) nth: usize,
    call: Call,
}

pub(super) fn targets(calls: &[Call]) -> Vec<Target> {
    let mut seen = BTreeMap::new();
    let target = |call: &Call| {
        let words: Vec<_> = call.argv.iter().map(|word| constant(word)).collect();
        let glob = match words.iter().position(|word| word.ends_with("/ready.sh")) {
            // The timeout in seconds, and the time after which reports count.
            Some(at) => format!("{} * {}", words[..=at].join(" "), words[at + 3..].join(" ")),
            None => words.join(" "),
        };
        let nth = seen.entry(glob.clone()).or_insert(0);
        *nth += 1;
        Target { glob, nth: *nth, call: call.clone() }
    };
    calls.iter().map(target).collect()
}

fn constant(word: &str) -> String {
    // Ids of containers and networks have 64 digits, those of tokens 6.
    let is_id = [64, 6].contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let start = [
        "--label=mok.run=",
        "--label=mok.snapshot.created=",
        "--label=mok.issued=",
        "--change=",
        "--publish=",
        "--subnet=",
        "--gateway=",
        "--ip-range=",
        "--ip=",
        "--network=",
    ];
    match start.iter().find(|start| word.starts_with(**start)) {
        Some(start) => format!("{start}*"),
        None if is_id => "*".to_owned(),
        None => word.to_owned(),
    }
}

/// Calls in a node whose output is ignored.
const UNREAD: [&str; 16] = [
    "control_plane.sh",
    "join.sh",
    "ready.sh",
    "finish.sh",
    "addons.sh",
    "revoke.sh",
    "leave.sh",
    "remove_member.sh",
    "network.sh",
    "admin.conf drain",
    "admin.conf delete",
    "--filename=-",
    "kubeadm init --config",
    "images import",
    "images list",
    "snapshots list",
];

impl Target {
    /// Returns the words of the call.
    pub(super) fn line(&self) -> String {
        self.call.line()
    }

    /// Checks that the error names the step of the call.
    pub(super) fn check_step_is_named(
        &self,
        outcome: &Outcome<'_>,
        old: &[String],
    ) -> Result<(), String> {
        let error = match self.step(old) {
            Some(step) => format!("mokctl: error: failed to {step}"),
            None => "mokctl: error: ".to_owned(),
        };
        outcome.check(outcome.stderr.contains(&error), &format!("no '{error}'"))
    }

    /// Returns the step of the plan that the call belongs to, or `None` for calls before the plan.
    /// `old` are the nodes that exist before.
    pub(super) fn step(&self, old: &[String]) -> Option<String> {
        let words = &self.call.argv;
        let node = |word: &str| word.trim_end_matches(":/").to_owned();
        let is_old = |word: &str| old.contains(&node(word));
        let first = self.nth == 1;
        let makes = old.is_empty();
        Some(match self.call.verb().as_str() {
            "network create" => "create network".to_owned(),
            "network disconnect" => format!("disconnect {}", words[words.len() - 1]),
            "network connect" => format!("connect {}", words[words.len() - 1]),
            // These containers reserve names.
            "create" if !makes || self.call.flag("name")?.ends_with("-master-1") => {
                format!("create {}", self.call.flag("name")?)
            }
            "create" => format!("start {}", self.call.flag("name")?),
            "update" => "mark ".to_owned(),
            "start" => format!("start {}", words[1]),
            "stop" => format!("stop {}", words[words.len() - 1]),
            "commit" | "run" | "rm" if self.saved_node().is_some() => {
                format!("save {}", self.saved_node()?)
            }
            "kill" => format!("update {}", words[words.len() - 1]),
            "rm" => format!("remove {}", words[words.len() - 1]),
            "cp" if is_old(&words[2]) && words[2].ends_with("-lb:/") => {
                format!("update {}", node(&words[2]))
            }
            "cp" if is_old(&words[2]) => format!("update routes of {}", node(&words[2])),
            "cp" if first => format!("start {}", node(&words[2])),
            "cp" => format!("issue credentials for {}", node(&words[2])),
            "exec" => self.step_in_node()?,
            _ => return None,
        })
    }

    /// Returns the node that is saved in the snapshot `s`.
    fn saved_node(&self) -> Option<&str> {
        let word = match self.call.verb().as_str() {
            "run" => self.call.flag("name"),
            "commit" => self.call.argv.iter().rev().nth(1).map(String::as_str),
            _ => self.call.argv.last().filter(|word| word.starts_with("mok-")).map(String::as_str),
        }?;
        Some(word.strip_prefix("mok-snapshot-s-").unwrap_or(word))
    }

    fn step_in_node(&self) -> Option<String> {
        let words = &self.call.argv;
        let (at, program) = words.iter().enumerate().skip(1).find(|(_, word)| {
            ["kubectl", "kubeadm", "tar", "cat", "ctr"].contains(&word.as_str())
                || word.contains(".sh")
        })?;
        let node = words[..at].iter().rfind(|word| *word != "bash")?;
        Some(match program.rsplit('/').next()? {
            "init.sh" => format!("run kubeadm init on {node}"),
            "clone.sh" => format!("run kubeadm init with saved data on {node}"),
            "control_plane.sh" => format!("start control plane on {node}"),
            "finish.sh" => format!("finish kubeadm init on {node}"),
            "addons.sh" => format!("start add-ons on {node}"),
            "tar" => "issue credentials for ".to_owned(),
            "kubeadm" if words[at + 1] == "init" => {
                format!("change the saved objects on {node}")
            }
            "kubeadm" => "create a join token".to_owned(),
            "join.sh" => format!("join {node}"),
            "ready.sh" => "wait for ".to_owned(),
            "remove_member.sh" => format!("remove {} from etcd", words[at + 1]),
            "leave.sh" => format!("run kubeadm reset on {node}"),
            "network.sh" => format!("update routes of {node}"),
            "revoke.sh" => "revoke the join token".to_owned(),
            "cat" => "save kubeconfig".to_owned(),
            // Lists Node objects before the plan.
            "kubectl" if words[at + 3] == "get" => return None,
            "kubectl" if words[at + 2] == "drain" => format!("drain {}", words[at + 3]),
            "kubectl" if words[at + 3] == "node" => {
                format!("delete Node object {}", words[at + 4])
            }
            "kubectl" => format!("change the saved objects on {node}"),
            _ => return None,
        })
    }

    /// Whether mokctl cannot notice the fault, or may ignore it.
    pub(super) fn is_unnoticed(&self, fault: Fault) -> bool {
        // docker waits if this call fails.
        if self.line().ends_with("end_lookups.sh") {
            return true;
        }
        // These answers only tell whether an image need not be loaded.
        let spares_a_load = self.line().ends_with("images list --quiet")
            || self.line().starts_with("image inspect --format={{.Id}}");
        let answer_is_read = match self.call.verb().as_str() {
            "create" | "start" | "stop" | "kill" | "cp" | "update" | "network rm" | "rm"
            | "network connect" | "network disconnect" | "commit" | "run" | "image rm"
            | "image prune" => false,
            "exec" => !UNREAD.iter().any(|word| self.line().contains(word)),
            _ => !spares_a_load,
        };
        // An empty list has no output either.
        let may_be_empty = ["ps", "network ls", "image ls"].contains(&self.call.verb().as_str());
        match fault {
            Fault::Garbage => !answer_is_read,
            Fault::Silent => !answer_is_read || may_be_empty,
            Fault::Fails | Fault::Hangs | Fault::Killed | Fault::Orphans => false,
        }
    }

    pub(super) fn goes_wrong(&self, machine: &Machine, fault: Fault) {
        let rule = machine.docker.on(&self.glob).nth(self.nth);
        match fault {
            Fault::Fails => rule.fails(1, "Error response from daemon: no space left on device"),
            Fault::Hangs => rule.hangs(),
            Fault::Killed => rule.is_killed(),
            Fault::Garbage => rule.prints(b"WARNING: {{ garbage\n"),
            Fault::Silent => rule.prints(b""),
            Fault::Orphans => rule.orphans(),
        }
    }
}
