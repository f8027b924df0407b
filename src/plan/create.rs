//! The plan of `create cluster`. Pure: a roster in, stages out.

use super::{Plan, Stage, Step};
use crate::cluster::by_hand::ByHand;
use crate::cluster::host::Host;
use crate::cluster::name::{NodeName, Role};
use crate::cluster::roster::Roster;

/// What makes the cluster of `roster`, up to what is left to the user, on hosts of
/// which those of `lacking` have no image yet.
#[must_use]
pub fn create(roster: &Roster, by_hand: ByHand, lacking: &[Host]) -> Plan {
    let set_up = |role| -> Vec<NodeName> {
        roster.with_role(role).filter(|_| !by_hand.covers(role)).cloned().collect()
    };
    let (masters, workers) = (set_up(Role::Master), set_up(Role::Worker));

    let mut stages = vec![Stage::new("Creating network", [Step::CreateNetwork])];
    if !lacking.is_empty() {
        let bring = lacking.iter().cloned().map(Step::BringImage);
        stages.push(Stage::new("Bringing the image", bring));
    }
    stages.push(Stage::new("Claiming the name", [Step::Claim(roster.first_master())]));
    stages.push(Stage::new("Starting nodes", roster.nodes().iter().cloned().map(Step::start)));

    if let Some((first, further)) = masters.split_first() {
        // The others get ready while the control plane starts.
        let others = further.iter().chain(&workers).cloned().map(Step::IssueCredentials);
        let steps = [Step::InitMaster(first.clone())].into_iter().chain(others);
        stages.push(Stage::new("Starting control plane", steps));
        stages.extend(joins(further, &workers));
        let kubernetes = masters.iter().chain(&workers).cloned().collect();
        stages.push(Stage::new(
            "Waiting for nodes to be Ready",
            [Step::WaitReady(kubernetes), Step::SaveKubeconfig, Step::RevokeToken],
        ));
    }
    stages.push(Stage::new("Finishing", [Step::Keep(roster.nodes().to_vec())]));
    Plan(stages)
}

/// Masters join one after the other, because etcd takes one new member at a time;
/// the workers join beside the first of them.
pub(super) fn joins(masters: &[NodeName], workers: &[NodeName]) -> Vec<Stage> {
    let mut masters = masters.iter().cloned().map(Step::JoinMaster);
    let beside = masters.next().into_iter();
    let first: Vec<_> = beside.chain(workers.iter().cloned().map(Step::JoinWorker)).collect();
    let mut stages = Vec::new();
    if !first.is_empty() {
        stages.push(Stage { title: "Joining nodes".into(), steps: first });
    }
    stages.extend(masters.map(|master| Stage::new("Joining one more master", [master])));
    stages
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(nodes: &[&str]) -> String {
        plan_but(nodes, ByHand::Nothing)
    }

    fn plan_but(nodes: &[&str], by_hand: ByHand) -> String {
        let nodes: Vec<_> = nodes.iter().map(|node| NodeName::parse(node).unwrap()).collect();
        create(&Roster::new(nodes[0].cluster().clone(), nodes), by_hand, &[]).to_string()
    }

    #[test]
    fn what_is_left_to_the_user_is_not_in_the_plan() {
        let nodes = ["a-master-1", "a-worker-1"];
        let up = "Creating network\n  create network\nClaiming the name\n  create a-master-1\n\
             Starting nodes\n  start a-master-1\n  start a-worker-1\n";
        let finish = "Finishing\n  keep a-master-1, a-worker-1\n";
        let masters = "Starting control plane\n  kubeadm init on a-master-1\n\
             Waiting for nodes to be Ready\n  wait until Ready: a-master-1\n  save kubeconfig\n  \
             revoke the join token\n";
        assert_eq!(plan_but(&nodes, ByHand::Workers), format!("{up}{masters}{finish}"));
        assert_eq!(plan_but(&nodes, ByHand::Masters), format!("{up}{finish}"));
        assert_eq!(plan_but(&nodes, ByHand::Everything), format!("{up}{finish}"));
    }

    #[test]
    fn one_node_needs_no_join() {
        assert_eq!(
            plan(&["a-master-1"]),
            "Creating network\n  create network\n\
             Claiming the name\n  create a-master-1\n\
             Starting nodes\n  start a-master-1\n\
             Starting control plane\n  kubeadm init on a-master-1\n\
             Waiting for nodes to be Ready\n  wait until Ready: a-master-1\n  save kubeconfig\n  revoke the join token\n\
             Finishing\n  keep a-master-1\n"
        );
    }

    #[test]
    fn workers_join_beside_the_second_master_and_masters_one_by_one() {
        let nodes = ["a-lb", "a-master-1", "a-master-2", "a-master-3", "a-worker-1", "a-worker-2"];
        assert_eq!(
            plan(&nodes),
            "Creating network\n  create network\n\
             Claiming the name\n  create a-master-1\n\
             Starting nodes\n  start a-master-1\n  start a-master-2\n  start a-master-3\n  \
             start a-worker-1\n  start a-worker-2\n  start a-lb\n\
             Starting control plane\n  kubeadm init on a-master-1\n  \
             issue credentials for a-master-2\n  issue credentials for a-master-3\n  \
             issue credentials for a-worker-1\n  issue credentials for a-worker-2\n\
             Joining nodes\n  kubeadm join on a-master-2\n  kubeadm join on a-worker-1\n  \
             kubeadm join on a-worker-2\n\
             Joining one more master\n  kubeadm join on a-master-3\n\
             Waiting for nodes to be Ready\n  wait until Ready: a-master-1, a-master-2, \
             a-master-3, a-worker-1, a-worker-2\n  save kubeconfig\n  revoke the join token\n\
             Finishing\n  keep a-master-1, a-master-2, a-master-3, a-worker-1, a-worker-2, a-lb\n"
        );
    }
}
