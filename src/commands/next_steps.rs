//! Prints what the user may do with a new cluster, or still has to do.

use std::time::Duration;

use super::Context;
use crate::cluster::addons::Addon;
use crate::cluster::cni::Cni;
use crate::cluster::name::{ClusterName, NodeName, Role};
use crate::cluster::roster::Roster;
use crate::cluster::wait::Until;
use crate::node::manual::SETUP;
use crate::node::scripts;
use crate::run::Run;

/// A note for clusters without a pod network.
const INSTALL_NETWORK: &str =
    "Nodes become Ready when you have installed a network for pods: --cni none.\n";

/// A note for engines on other machines.
const PUBLISH_INSTEAD: &str = "Services of type LoadBalancer are reached from the engine's host \
    alone; 'create cluster --publish PORT:NODEPORT' publishes one here.\n";

/// Prints the next steps for the cluster that `run` has created. `is_apart` is whether this
/// machine reaches no address on the cluster's network.
pub(super) fn tell(context: &Context, run: &Run<'_>, is_apart: bool) {
    let total = context.ui.elapsed();
    context.ui.note(&match run.manual.as_slice() {
        [] => when_ready(run.roster.name(), run.wait.until, total),
        manual => manual_setup(run.roster, manual, total),
    });
    if run.nodes.cni == Cni::None {
        context.ui.note(INSTALL_NETWORK);
    }
    if is_apart && run.nodes.addons.has(Addon::LoadBalancer) {
        context.ui.note(PUBLISH_INSTEAD);
    }
}

/// Returns the setup commands that are left to the user, in order.
fn manual_setup(roster: &Roster, manual: &[NodeName], total: Duration) -> String {
    let (name, first) = (roster.name(), &roster.first_master());
    let exec = |node: &NodeName, words: &str| format!("mokctl exec {node} -- bash {words}");
    let setup = |role: Role| {
        let nodes = manual.iter().filter(move |node| node.role() == role);
        nodes.map(move |node| match role {
            Role::Worker => exec(node, &format!("{SETUP} JOIN")),
            Role::Master if node != first => exec(node, &format!("{SETUP} JOIN_MASTER")),
            Role::Master | Role::LoadBalancer => exec(node, SETUP),
        })
    };
    let nodes: Vec<String> = roster.kubernetes().map(ToString::to_string).collect();
    let ready = exec(first, &format!("{} 240 0 {}", scripts::READY, nodes.join(" ")));
    let access = if manual.contains(first) {
        format!("mokctl get kubeconfig {name}")
    } else {
        format!("kubectl --context {} get nodes", name.context())
    };
    let roles = [Role::LoadBalancer, Role::Master, Role::Worker];
    let steps = roles.into_iter().flat_map(setup).chain([ready, access]);
    let steps: Vec<String> = steps.map(|step| format!("  {step}\n")).collect();

    let is_asked = |mark: &str| steps.iter().any(|step| step.ends_with(&format!(" {mark}\n")));
    let config = format!("--config=/{}", scripts::INIT_CONFIG);
    let kubeadm = |words: &str| format!("mokctl exec {first} -- kubeadm {words} {config}");
    let token = kubeadm("token create --print-join-command");
    let key = kubeadm("init phase upload-certs --upload-certs");
    let joins = [
        (
            "JOIN_MASTER",
            format!(
                "JOIN with --control-plane --certificate-key KEY; this prints a fresh KEY:\n\n  {key}"
            ),
        ),
        ("JOIN", format!("the join command; this prints a fresh one:\n\n  {token}")),
    ];
    let is_needed = |mark: &str| is_asked(mark) || (mark == "JOIN" && is_asked("JOIN_MASTER"));
    let joins = joins.into_iter().filter(|(mark, _)| is_needed(mark));
    let joins = joins.map(|(mark, text)| format!("{mark} is {text}\n\n"));
    format!(
        "Cluster {name} is up after {:.1} s. The rest is yours, in this order:\n\n{}\n{}",
        total.as_secs_f64(),
        steps.concat(),
        joins.collect::<String>()
    )
}

/// Returns the next steps for the cluster `name`, which took `total` to create.
pub(super) fn when_ready(name: &ClusterName, until: Until, total: Duration) -> String {
    let how = match until {
        Until::Registered => "up, its nodes soon Ready,",
        Until::Nodes | Until::Pods => "ready",
    };
    format!(
        "Cluster {name} is {how} after {:.1} s. The current context is {context}; next:\n\n  \
         kubectl --context {context} get nodes\n  mokctl exec {name}-master-1\n  mokctl delete cluster {name}\n",
        total.as_secs_f64(),
        context = name.context(),
    )
}
