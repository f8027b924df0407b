//! The plans of `create snapshot`, `restore cluster` and `create cluster --from`.

use super::create::{ReserveBy, begin, joins, wait};
use super::delete::remove;
use super::{Plan, Since, Stage, Step, resume, start, stop};
use crate::cluster::name::{ClusterName, NodeName, Role};
use crate::cluster::roster::Roster;
use crate::cluster::wait::Until;

/// Returns the plan that stops running nodes, so that all files are closed and of the same moment,
/// makes the images, and starts the nodes again, unless `stay_stopped`.
#[must_use]
pub fn save(roster: &Roster, running: &Roster, stay_stopped: bool) -> Plan {
    let Plan(mut stages) = stop(running);
    stages.push(Stage::new("Saving nodes", roster.nodes().iter().cloned().map(Step::Save)));
    if !stay_stopped {
        // Without a running master, there is no API that tells whether nodes are Ready.
        let has_master = running.with_role(Role::Master).next().is_some();
        stages.extend(if has_master { start(running, running) } else { resume(running) }.0);
    }
    Plan(stages)
}

/// Returns the plan that replaces the containers `names` and the `network`, if they exist, with
/// the cluster of `roster`. All nodes start at once, as after a power failure: each waits for the
/// others by itself. With `renew_certificates`, masters renew their certificates themselves, and
/// workers get new credentials from a master.
#[must_use]
pub fn restore(
    roster: &Roster,
    names: Vec<String>,
    network: bool,
    renew_certificates: bool,
) -> Plan {
    let mut stages = remove(names, false, network);
    // Snapshots exist only with docker, which reserves names with containers.
    stages.extend(begin(roster.first_master(), ReserveBy::Container));
    stages.push(Stage::new("Starting nodes", roster.nodes().iter().cloned().map(Step::StartNode)));
    let workers = roster.with_role(Role::Worker).filter(|_| renew_certificates).cloned();
    let kubernetes: Vec<NodeName> = roster.kubernetes().cloned().collect();
    stages.push(Stage::new(
        "Waiting for nodes to become Ready",
        [Step::WaitReady(kubernetes, Since::Start)]
            .into_iter()
            .chain(workers.map(Step::IssueCredentials)),
    ));
    let keep = Step::MarkComplete(roster.nodes().to_vec());
    stages.push(Stage::new("Completing setup", [Step::SaveKubeconfig, keep]));
    Plan(stages)
}

/// Returns the plan that creates the cluster of `roster`, which has one master, from a snapshot of
/// the cluster `former`. Workers join as new ones.
#[must_use]
pub fn clone(roster: &Roster, former: &ClusterName, until: Until) -> Plan {
    let first = roster.first_master();
    let workers: Vec<NodeName> = roster.with_role(Role::Worker).cloned().collect();
    let mut stages = begin(first.clone(), ReserveBy::Container);
    stages.push(Stage::new("Starting nodes", roster.nodes().iter().cloned().map(Step::StartNode)));
    stages.push(Stage::new("Starting control plane", [Step::CloneMaster(first.clone())]));
    let change = Step::ChangeObjects(first);
    match joins(&[], &workers) {
        Some(mut joining) if roster.name() != former => {
            joining.steps.push(change);
            stages.push(joining);
        }
        // kubeadm refuses a node whose name is that of a Ready node.
        joining => {
            stages.push(Stage::new("Changing saved objects", [change]));
            stages.extend(joining);
        }
    }
    let kubernetes = roster.kubernetes().cloned().collect();
    stages.extend(wait(kubernetes, [Step::SaveKubeconfig, Step::RevokeToken], until));
    stages.push(Stage::new("Completing setup", [Step::MarkComplete(roster.nodes().to_vec())]));
    Plan(stages)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roster(nodes: &[&str]) -> Roster {
        let nodes: Vec<_> = nodes.iter().map(|node| NodeName::parse(node).unwrap()).collect();
        Roster::new(NodeName::parse("a-lb").unwrap().cluster().clone(), nodes)
    }

    const SAVE: &str = "Saving nodes\n  save a-master-1\n  save a-worker-1\n";

    #[test]
    fn a_cluster_is_saved_stopped_and_then_runs_again() {
        let all = roster(&["a-master-1", "a-worker-1"]);
        let stop = "Stopping workers\n  stop a-worker-1\nStopping masters\n  stop a-master-1\n";
        let start = "Starting masters\n  start a-master-1\nStarting workers\n  start a-worker-1\n\
             Waiting for nodes to become Ready\n  wait for a-master-1, a-worker-1 to become Ready\n";
        assert_eq!(save(&all, &all, false).to_string(), format!("{stop}{SAVE}{start}"));
        assert_eq!(save(&all, &all, true).to_string(), format!("{stop}{SAVE}"));
    }

    #[test]
    fn what_was_stopped_stays_stopped() {
        let all = roster(&["a-master-1", "a-worker-1"]);
        assert_eq!(save(&all, &roster(&[]), false).to_string(), SAVE);
        let plan = save(&all, &roster(&["a-worker-1"]), false).to_string();
        assert!(plan.ends_with("Starting workers\n  start a-worker-1\n"), "{plan}");
    }

    #[test]
    fn a_restore_removes_first_and_starts_all_at_once() {
        let all = roster(&["a-lb", "a-master-1", "a-worker-1"]);
        let rest = "Reserving the name\n  create a-master-1\nCreating network\n  create network\n\
             Starting nodes\n  start a-master-1\n  start a-worker-1\n  start a-lb\n\
             Waiting for nodes to become Ready\n  wait for a-master-1, a-worker-1 to become Ready\n\
             Completing setup\n  save kubeconfig\n  mark a-master-1, a-worker-1, a-lb as complete\n";
        assert_eq!(restore(&all, Vec::new(), false, false).to_string(), rest);
        let remove = "Removing containers\n  remove a-lb\nRemoving network\n  remove network\n";
        let there = restore(&all, vec!["a-lb".to_owned()], true, false).to_string();
        assert_eq!(there, format!("{remove}{rest}"));
        let renewed = restore(&all, Vec::new(), false, true).to_string();
        let end = "wait for a-master-1, a-worker-1 to become Ready\n  \
                   issue credentials for a-worker-1\nCompleting setup";
        assert!(renewed.contains(end), "{renewed}");
    }

    #[test]
    fn a_clone_has_a_new_control_plane_and_its_workers_join() {
        let up = "Reserving the name\n  create a-master-1\nCreating network\n  create network\n\
             Starting nodes\n  start a-master-1\n";
        let ready = |nodes| {
            format!("Waiting for nodes to become Ready\n  wait for {nodes} to become Ready")
        };
        let former = ClusterName::parse("b").unwrap();
        assert_eq!(
            clone(&roster(&["a-master-1"]), &former, Until::Nodes).to_string(),
            format!(
                "{up}Starting control plane\n  run kubeadm init with saved data on a-master-1\n\
                 Changing saved objects\n  change the saved objects on a-master-1\n{}\n  \
                 save kubeconfig\n  revoke the join token\nCompleting setup\n  mark a-master-1 as complete\n",
                ready("a-master-1")
            )
        );
        assert_eq!(
            clone(&roster(&["a-master-1", "a-worker-2"]), &former, Until::Nodes).to_string(),
            format!(
                "{up}  start a-worker-2\n\
                 Starting control plane\n  run kubeadm init with saved data on a-master-1\n\
                 Joining nodes\n  join a-worker-2\n  change the saved objects on a-master-1\n\
                 {}\n  save kubeconfig\n  revoke the join token\n\
                 Completing setup\n  mark a-master-1, a-worker-2 as complete\n",
                ready("a-master-1, a-worker-2")
            )
        );
    }

    #[test]
    fn under_the_former_name_nodes_join_when_the_former_nodes_are_gone() {
        let all = roster(&["a-master-1", "a-worker-1"]);
        let plan = clone(&all, all.name(), Until::Nodes).to_string();
        assert!(
            plan.contains(
                "Changing saved objects\n  change the saved objects on a-master-1\n\
                 Joining nodes\n  join a-worker-1\nWaiting"
            ),
            "{plan}"
        );
    }
}
