//! Watches a cluster start from inside its first node, in the same way for both sides: two docker
//! clients that wait, without polling that would use the CPU time that is measured.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::side::Side;

/// A script that waits until the API's port listens, without starting kubectl before, and then has
/// kubectl print every change. A watch ends with status 0 if its API server is restarted, as
/// happens while masters join, so it is repeated.
const WATCH: &str = "
export KUBECONFIG=/etc/kubernetes/admin.conf
until [ -s $KUBECONFIG ] && (: </dev/tcp/127.0.0.1/6443) 2>/dev/null; do sleep 0.1; done
while :; do kubectl get nodes --watch --no-headers 2>/dev/null || :; sleep 0.1; done";

/// Returns the moment at which `nodes` nodes were Ready at the same time. Gives up after `limit`
/// seconds.
pub(crate) fn all_ready(side: Side, nodes: usize, limit: u32) -> Result<Instant, String> {
    wait_for_container(&side.first_node())?;
    let limit = limit.to_string();
    let first = side.first_node();
    let mut watch = docker(&["exec", &first, "timeout", &limit, "bash", "-c", WATCH])?;
    let mut ready = BTreeSet::new();
    let mut reached = None;
    for line in lines(&mut watch) {
        let mut words = line.split_whitespace();
        if let (Some(name), Some(status)) = (words.next(), words.next()) {
            if status == "Ready" {
                ready.insert(name.to_owned());
            } else {
                ready.remove(name);
            }
        }
        if ready.len() == nodes {
            reached = Some(Instant::now());
            break;
        }
    }
    end(watch);
    reached.ok_or_else(|| format!("only {ready:?} of {nodes} nodes became Ready"))
}

/// Waits until the container has been started. Because of `--since`, the engine also reports a
/// start that precedes the connection of the docker client.
fn wait_for_container(name: &str) -> Result<(), String> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let since = format!("--since={since}");
    // The engine's filter for names matches prefixes as well.
    let format = "--format={{.Actor.Attributes.name}}";
    let mut events = docker(&["events", &since, "--filter=event=start", format])?;
    let started = lines(&mut events).find(|started| started == name);
    end(events);
    started.map(drop).ok_or_else(|| format!("the engine told nothing of {name}"))
}

fn docker(words: &[&str]) -> Result<Child, String> {
    let mut command = Command::new("docker");
    command.args(words).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    command.spawn().map_err(|error| format!("docker: {error}"))
}

fn lines(child: &mut Child) -> impl Iterator<Item = String> + use<> {
    child
        .stdout
        .take()
        .into_iter()
        .flat_map(|out| BufReader::new(out).lines())
        .map_while(Result::ok)
}

fn end(mut child: Child) {
    let _ = child.kill();
    let _ = child.wait();
}
