//! The plan of `create cluster`. Pure: a specification in, stages out.

use super::{Plan, Stage, Step};
use crate::cluster::name::Role;
use crate::cluster::spec::ClusterSpec;

/// What makes the cluster of `spec`.
#[must_use]
pub fn create(spec: &ClusterSpec) -> Plan {
    let nodes = spec.nodes();
    let (balancers, nodes): (Vec<_>, Vec<_>) =
        nodes.into_iter().partition(|node| node.role() == Role::LoadBalancer);
    let (masters, workers): (Vec<_>, Vec<_>) =
        nodes.iter().cloned().partition(|node| node.role() == Role::Master);
    let (first, further) = masters.split_first().map_or((None, &[][..]), |(a, b)| (Some(a), b));

    let mut stages = vec![Stage::new("Creating network", [Step::CreateNetwork])];
    let starts = nodes.iter().cloned().map(Step::StartNode);
    let balancers = balancers.into_iter().map(Step::StartLoadBalancer);
    stages.push(Stage::new("Starting nodes", balancers.chain(starts)));

    // The others get ready while the control plane starts.
    let init = first.cloned().map(Step::InitMaster);
    let others = further.iter().chain(&workers).cloned().map(Step::IssueCredentials);
    stages.push(Stage::new("Starting control plane", init.into_iter().chain(others)));

    // One after the other: etcd takes one new member at a time.
    for master in further {
        stages.push(Stage::new("Joining masters", [Step::JoinMaster(master.clone())]));
    }
    if !workers.is_empty() {
        stages.push(Stage::new("Joining workers", workers.into_iter().map(Step::JoinWorker)));
    }
    stages.push(Stage::new(
        "Waiting for nodes to be Ready",
        [Step::WaitReady(nodes), Step::SaveKubeconfig],
    ));
    Plan(stages)
}
