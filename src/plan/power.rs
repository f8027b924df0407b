//! The plans of `stop cluster` and `start cluster`.

use super::{Plan, Since, Stage, Step};
use crate::cluster::name::{NodeName, Role};
use crate::cluster::roster::Roster;

/// Returns the plan that stops a cluster. Workers stop first, so that their pods end while there
/// is an API to report to. Then all masters stop at once: etcd shuts down cleanly, and no member
/// is left to elect a leader alone. The load balancer stops last.
#[must_use]
pub fn stop(roster: &Roster) -> Plan {
    stages(roster, &[Role::Worker, Role::Master, Role::LoadBalancer], "Stopping", Step::Stop)
}

/// Returns the plan that starts stopped nodes, in the reverse order of [`stop`], without waiting
/// for them.
#[must_use]
pub fn resume(stopped: &Roster) -> Plan {
    stages(stopped, &[Role::LoadBalancer, Role::Master, Role::Worker], "Starting", Step::Start)
}

/// Returns the plan that starts nodes in the reverse order of [`stop`], and waits until every node
/// is Ready. Nodes that were `stopped` must report again.
#[must_use]
pub fn start(roster: &Roster, stopped: &Roster) -> Plan {
    let Plan(mut stages) = resume(stopped);
    let again: Vec<NodeName> = stopped.kubernetes().cloned().collect();
    let runs = |node: &&NodeName| !again.contains(node);
    let running: Vec<NodeName> = roster.kubernetes().filter(runs).cloned().collect();
    let wait = [(running, Since::Ever), (again, Since::Start)].into_iter();
    let wait = wait.filter(|(nodes, _)| !nodes.is_empty());
    let wait = wait.map(|(nodes, since)| Step::WaitReady(nodes, since));
    stages.push(Stage::new("Waiting for nodes to become Ready", wait));
    Plan(stages)
}

/// Returns the plan that unpauses nodes, which comes before [`start`].
#[must_use]
pub fn unpause(paused: &Roster) -> Option<Plan> {
    let steps: Vec<_> = paused.nodes().iter().cloned().map(Step::Unpause).collect();
    (!steps.is_empty()).then(|| Plan(vec![Stage::new("Unpausing nodes", steps)]))
}

/// Returns the plan that comes before [`start`] if the network was removed while nodes were
/// stopped. It creates the network again, if `makes_network`. The engine identifies networks by
/// id, so nodes `on` the removed one are disconnected from it; they and those `off` any network
/// are connected to the new one.
#[must_use]
pub fn reconnect(makes_network: bool, on: &[NodeName], off: &[NodeName]) -> Plan {
    let nodes = on.iter().chain(off).cloned();
    let stages = [
        Stage::new("Creating network", makes_network.then_some(Step::CreateNetwork)),
        Stage::new("Disconnecting nodes", on.iter().cloned().map(Step::Disconnect)),
        Stage::new("Connecting nodes", nodes.map(Step::Connect)),
    ];
    Plan(stages.into_iter().filter(|stage| !stage.steps.is_empty()).collect())
}

/// Returns the plan that comes before [`start`] if the container of `balancer` was removed. It
/// creates a new one in front of the masters. Masters that are `stopped` start first, because they
/// have the kubeconfig.
#[must_use]
pub fn replace_balancer(balancer: &NodeName, stopped: &Roster) -> Plan {
    let Plan(mut stages) = stages(stopped, &[Role::Master], "Starting", Step::Start);
    let keep = Step::MarkComplete(vec![balancer.clone()]);
    stages.extend([
        Stage::new("Making the load balancer again", [Step::StartNode(balancer.clone())]),
        Stage::new("Completing setup", [Step::SaveKubeconfig, keep]),
    ]);
    Plan(stages)
}

fn stages(roster: &Roster, roles: &[Role], verb: &str, step: impl Fn(NodeName) -> Step) -> Plan {
    let noun = |role| match role {
        Role::Master => "masters",
        Role::Worker => "workers",
        Role::LoadBalancer => "the load balancer",
    };
    let stage = |role: &Role| {
        let steps = roster.with_role(*role).cloned().map(&step);
        Stage::new(format!("{verb} {}", noun(*role)), steps)
    };
    Plan(roles.iter().map(stage).filter(|stage| !stage.steps.is_empty()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roster(nodes: &[&str]) -> Roster {
        let nodes: Vec<_> = nodes.iter().map(|node| NodeName::parse(node).unwrap()).collect();
        Roster::new(NodeName::parse("a-lb").unwrap().cluster().clone(), nodes)
    }

    #[test]
    fn workers_stop_first_and_start_last() {
        let all = roster(&["a-master-1", "a-worker-1", "a-lb"]);
        assert_eq!(
            stop(&all).to_string(),
            "Stopping workers\n  stop a-worker-1\nStopping masters\n  stop a-master-1\n\
             Stopping the load balancer\n  stop a-lb\n"
        );
        assert_eq!(
            start(&all, &all).to_string(),
            "Starting the load balancer\n  start a-lb\nStarting masters\n  start a-master-1\n\
             Starting workers\n  start a-worker-1\n\
             Waiting for nodes to become Ready\n  wait for a-master-1, a-worker-1 to become Ready\n"
        );
    }

    #[test]
    fn nodes_get_from_a_network_that_is_gone_onto_a_new_one() {
        let node = |word| NodeName::parse(word).unwrap();
        let (on, off) = ([node("a-master-1")], [node("a-worker-1")]);
        assert_eq!(
            reconnect(true, &on, &off).to_string(),
            "Creating network\n  create network\nDisconnecting nodes\n  disconnect a-master-1\n\
             Connecting nodes\n  connect a-master-1\n  connect a-worker-1\n"
        );
        assert_eq!(reconnect(false, &[], &off).0.len(), 1);
        assert!(reconnect(false, &[], &[]).0.is_empty());
    }

    #[test]
    fn what_runs_is_not_started_and_need_not_report_anew() {
        let all = roster(&["a-master-1", "a-worker-1"]);
        let Plan(stages) = start(&all, &roster(&["a-worker-1"]));
        let steps: Vec<_> = stages.into_iter().flat_map(|stage| stage.steps).collect();
        let node = |word| NodeName::parse(word).unwrap();
        assert_eq!(
            steps,
            [
                Step::Start(node("a-worker-1")),
                Step::WaitReady(vec![node("a-master-1")], Since::Ever),
                Step::WaitReady(vec![node("a-worker-1")], Since::Start),
            ]
        );
    }
}
