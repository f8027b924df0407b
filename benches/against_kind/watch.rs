//! Watches a cluster come up from inside its first node, the same way for both
//! sides: two docker clients that wait, and no polling that would cost the machine
//! what is measured.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::side::Side;

/// Waits until something listens where the API will be, by looking and not by
/// starting kubectl in vain; then lets kubectl tell every change. A watch ends, with
/// status 0, when its API server does: one that is started anew while masters join.
const WATCH: &str = "
export KUBECONFIG=/etc/kubernetes/admin.conf
until [ -s $KUBECONFIG ] && (: </dev/tcp/127.0.0.1/6443) 2>/dev/null; do sleep 0.1; done
while :; do kubectl get nodes --watch --no-headers 2>/dev/null || :; sleep 0.1; done";

/// Returns the moment when `nodes` nodes were Ready at once. The watch gives up
/// with `limit` seconds.
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

/// Returns when the container runs. The engine tells of starts that were before the
/// question, too.
fn wait_for_container(name: &str) -> Result<(), String> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let since = format!("--since={since}");
    // The engine's own filter for a name takes what merely begins with it.
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
