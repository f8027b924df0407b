//! Clusters without internet access: packets that a node sends out of this host are rejected.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::Command;

use crate::cluster::Cluster;
use crate::engine::{self, docker, shown, tell};

/// An address outside of this host that nothing answers at (RFC 5737).
const OUTSIDE: &str = "192.0.2.1";

/// The rule that rejects a cluster's packets, removed when this is dropped.
pub(crate) struct Offline {
    /// The rule as arguments of iptables, the chain first. `None` if the user may not add one.
    rule: Option<Vec<String>>,
}

impl Offline {
    /// Creates a cluster with the further `words`. It is cut off before its network exists.
    pub(crate) fn create(cluster: &Cluster, words: &[&str]) -> Self {
        let words = [&["create", "cluster", &cluster.name], words].concat();
        let dry = cluster.mokctl(&[&words[..], &["--dry-run"]].concat());
        let plan = String::from_utf8_lossy(&dry.stdout);
        let subnet = plan.split_whitespace().find_map(|word| word.strip_prefix("--subnet="));
        let subnet = subnet.unwrap_or_else(|| panic!("{}", shown("a dry run", &dry)));
        let offline = Self::of(subnet);
        let output = cluster.mokctl(&[&words[..], &["--subnet", subnet]].concat());
        assert!(output.status.success(), "{}", shown("create cluster", &output));
        offline.holds(&cluster.node("master-1"));
        offline
    }

    fn of(subnet: &str) -> Self {
        // Packets that leave by a docker bridge go to a container, not out of the host.
        let words = ["--source", subnet, "!", "--out-interface", "br-+", "--jump", "REJECT"];
        if fs::metadata("/proc/self").unwrap().uid() == 0 {
            let rule: Vec<_> = [chain()].into_iter().chain(words).map(String::from).collect();
            iptables("--insert", &rule).unwrap();
            Self { rule: Some(rule) }
        } else {
            tell(&format!("{subnet} is NOT cut off from the internet: that needs root"));
            Self { rule: None }
        }
    }

    fn holds(&self, node: &str) {
        if self.rule.is_none() {
            return;
        }
        let connect = format!(": </dev/tcp/{OUTSIDE}/80");
        let refused = docker(&["exec", node, "timeout", "5", "bash", "-c", &connect]).unwrap_err();
        // An engine in its own network namespace has no way out in the first place.
        let is_cut_off = ["Connection refused", "Network is unreachable"];
        assert!(is_cut_off.iter().any(|error| refused.contains(error)), "{refused}");
    }
}

impl Drop for Offline {
    fn drop(&mut self) {
        if let Some(rule) = &self.rule {
            let _ = iptables("--delete", rule);
        }
    }
}

/// Returns the chain for the rule: the one that docker leaves to users and consults before its
/// own. It does not exist if docker's firewall uses nftables.
fn chain() -> &'static str {
    const USERS: &str = "DOCKER-USER";
    if iptables("--list-rules", &[USERS.into()]).is_ok() { USERS } else { "FORWARD" }
}

fn iptables(verb: &str, rule: &[String]) -> Result<(), String> {
    let mut command = Command::new("iptables");
    command.args(["--wait", verb]).args(rule);
    let output = engine::output_of(command, b"").map_err(|error| error.to_string())?;
    if output.status.success() { Ok(()) } else { Err(shown("iptables", &output)) }
}
