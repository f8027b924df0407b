//! The plan of `create cluster`. Pure: takes a roster, returns stages.

use std::iter;

use super::{Plan, Since, Stage, Step};
use crate::cluster::addons::Addons;
use crate::cluster::host::Host;
use crate::cluster::manual::Manual;
use crate::cluster::name::{NodeName, Role};
use crate::cluster::roster::Roster;
use crate::cluster::wait::Until;

/// Returns the plan that creates the cluster of `roster`, up to the setup that is left to the
/// user. The hosts `lacking` have no node image yet. `reserve` tells how the name is reserved.
#[must_use]
pub fn create(
    roster: &Roster,
    manual: Manual,
    addons: &Addons,
    lacking: &[Host],
    reserve: ReserveBy,
    until: Until,
) -> Plan {
    let set_up = |role| -> Vec<NodeName> {
        roster.with_role(role).filter(|_| !manual.covers(role)).cloned().collect()
    };
    let (masters, workers) = (set_up(Role::Master), set_up(Role::Worker));

    let mut stages = begin(roster.first_master(), reserve);
    if !lacking.is_empty() {
        // The image must be there before a container is created from it.
        let copy = lacking.iter().cloned().map(Step::CopyImage);
        stages.insert(1, Stage::new("Copying the image", copy));
    }
    stages.push(Stage::new("Starting nodes", roster.nodes().iter().cloned().map(Step::StartNode)));

    if let Some((first, further)) = masters.split_first() {
        // The API does not answer before most members of etcd do, so these start in parallel.
        let beside = further.iter().cloned().map(Step::StartControlPlane);
        let start = [Step::InitMaster(first.clone())].into_iter().chain(beside);
        stages.push(Stage::new("Starting control plane", start));
        let mut finish = vec![Step::FinishInit(first.clone())];
        let mut joining = joins(further, &workers);
        // The first master is finished beside the joins, which take longer.
        if let Some(stage) = &mut joining {
            stage.steps.append(&mut finish);
        }
        stages.extend(joining);
        let kubernetes = masters.iter().chain(&workers).cloned().collect();
        let addons = (!addons.is_empty()).then(|| Step::StartAddons(first.clone()));
        let beside = iter::once(Step::SaveKubeconfig).chain(finish);
        let beside = beside.chain([Step::RevokeToken]).chain(addons);
        stages.extend(wait(kubernetes, beside, until));
    }
    stages.push(Stage::new("Completing setup", [Step::MarkComplete(roster.nodes().to_vec())]));
    Plan(stages)
}

/// Returns the stages that wait for `nodes` until the state `until`, with the steps `beside` in
/// parallel.
pub(super) fn wait(
    nodes: Vec<NodeName>,
    beside: impl IntoIterator<Item = Step>,
    until: Until,
) -> Vec<Stage> {
    let (title, since) = match until {
        Until::Registered => ("Waiting for nodes to register", Since::Registered),
        Until::Nodes | Until::Pods => ("Waiting for nodes to become Ready", Since::Ever),
    };
    let steps = iter::once(Step::WaitReady(nodes, since)).chain(beside);
    let pods = Stage::new("Waiting for pods to become Ready", [Step::WaitPods]);
    let pods = (until == Until::Pods).then_some(pods);
    iter::once(Stage::new(title, steps)).chain(pods).collect()
}

/// How a cluster's name is reserved: with an object that the engine gives to one run only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReserveBy {
    /// With the first master's container. docker may create several networks of one name, and then
    /// starts no container on them.
    Container,
    /// With the network: a swarm and podman allow only one of a name.
    Network,
}

/// Returns the first stages, which reserve the name with the container of `first` or with the
/// network.
pub(super) fn begin(first: NodeName, reserve: ReserveBy) -> Vec<Stage> {
    let network = Stage::new("Creating network", [Step::CreateNetwork]);
    let container = Stage::new("Reserving the name", [Step::ReserveName(first)]);
    match reserve {
        ReserveBy::Container => vec![container, network],
        ReserveBy::Network => vec![network, container],
    }
}

/// Returns the stage in which nodes join in parallel. Callers pass masters of a running cluster
/// one at a time: etcd accepts a new member only when the last one has caught up.
pub(super) fn joins(masters: &[NodeName], workers: &[NodeName]) -> Option<Stage> {
    let steps: Vec<_> = masters.iter().chain(workers).cloned().map(Step::Join).collect();
    (!steps.is_empty()).then(|| Stage::new("Joining nodes", steps))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(nodes: &[&str]) -> String {
        plan_but(nodes, Manual::Nothing)
    }

    fn plan_but(nodes: &[&str], manual: Manual) -> String {
        let (roster, addons) = (roster(nodes), Addons::all());
        create(&roster, manual, &addons, &[], ReserveBy::Container, Until::Nodes).to_string()
    }

    fn roster(nodes: &[&str]) -> Roster {
        let nodes: Vec<_> = nodes.iter().map(|node| NodeName::parse(node).unwrap()).collect();
        Roster::new(nodes[0].cluster().clone(), nodes)
    }

    #[test]
    fn without_add_ons_none_are_started() {
        let roster = roster(&["a-master-1"]);
        let steps = |addons: &Addons| {
            let reserve = ReserveBy::Container;
            let Plan(stages) = create(&roster, Manual::Nothing, addons, &[], reserve, Until::Nodes);
            stages.into_iter().flat_map(|stage| stage.steps).collect::<Vec<_>>()
        };
        let start = Step::StartAddons(roster.first_master());
        assert!(steps(&Addons::parse("policy").unwrap()).contains(&start));
        assert!(!steps(&Addons::default()).contains(&start));
    }

    #[test]
    fn a_plan_waits_for_no_more_than_was_asked() {
        let roster = roster(&["a-master-1"]);
        let plan = |until| {
            let (manual, reserve) = (Manual::Nothing, ReserveBy::Container);
            create(&roster, manual, &Addons::default(), &[], reserve, until).to_string()
        };
        let beside = "  save kubeconfig\n  finish kubeadm init on a-master-1\n  \
                      revoke the join token\n";
        let registered = "Waiting for nodes to register\n  wait for a-master-1 to register\n";
        assert!(plan(Until::Registered).contains(&format!("{registered}{beside}Completing")));
        let pods = "Waiting for pods to become Ready\n  wait for pods to become Ready\n";
        assert!(plan(Until::Pods).contains(&format!("Ready\n{beside}{pods}Completing")));
        assert!(!plan(Until::Nodes).contains("pods") && !plan(Until::Nodes).contains("register"));
    }

    #[test]
    fn what_is_left_to_the_user_is_not_in_the_plan() {
        let nodes = ["a-master-1", "a-worker-1"];
        let up = "Reserving the name\n  create a-master-1\nCreating network\n  create network\n\
             Starting nodes\n  start a-master-1\n  start a-worker-1\n";
        let finish = "Completing setup\n  mark a-master-1, a-worker-1 as complete\n";
        let masters = "Starting control plane\n  run kubeadm init on a-master-1\n\
             Waiting for nodes to become Ready\n  wait for a-master-1 to become Ready\n  save kubeconfig\n  \
             finish kubeadm init on a-master-1\n  revoke the join token\n  start add-ons on a-master-1\n";
        assert_eq!(plan_but(&nodes, Manual::Workers), format!("{up}{masters}{finish}"));
        assert_eq!(plan_but(&nodes, Manual::Masters), format!("{up}{finish}"));
        assert_eq!(plan_but(&nodes, Manual::Everything), format!("{up}{finish}"));
    }

    #[test]
    fn one_node_needs_no_join() {
        assert_eq!(
            plan(&["a-master-1"]),
            "Reserving the name\n  create a-master-1\n\
             Creating network\n  create network\n\
             Starting nodes\n  start a-master-1\n\
             Starting control plane\n  run kubeadm init on a-master-1\n\
             Waiting for nodes to become Ready\n  wait for a-master-1 to become Ready\n  save kubeconfig\n  \
             finish kubeadm init on a-master-1\n  revoke the join token\n  start add-ons on a-master-1\n\
             Completing setup\n  mark a-master-1 as complete\n"
        );
    }

    #[test]
    fn all_nodes_join_side_by_side() {
        let nodes = ["a-lb", "a-master-1", "a-master-2", "a-master-3", "a-worker-1", "a-worker-2"];
        assert_eq!(
            plan(&nodes),
            "Reserving the name\n  create a-master-1\n\
             Creating network\n  create network\n\
             Starting nodes\n  start a-master-1\n  start a-master-2\n  start a-master-3\n  \
             start a-worker-1\n  start a-worker-2\n  start a-lb\n\
             Starting control plane\n  run kubeadm init on a-master-1\n  \
             start control plane on a-master-2\n  start control plane on a-master-3\n\
             Joining nodes\n  join a-master-2\n  join a-master-3\n  \
             join a-worker-1\n  join a-worker-2\n  \
             finish kubeadm init on a-master-1\n\
             Waiting for nodes to become Ready\n  wait for a-master-1, a-master-2, \
             a-master-3, a-worker-1, a-worker-2 to become Ready\n  save kubeconfig\n  revoke the join token\n  \
             start add-ons on a-master-1\n\
             Completing setup\n  mark a-master-1, a-master-2, a-master-3, a-worker-1, a-worker-2, a-lb as complete\n"
        );
    }
}
