//! The plans that add nodes to a running cluster and remove them.

use std::slice;

use super::create::joins;
use super::{Plan, Since, Stage, Step};
use crate::cluster::name::{NodeName, Role};
use crate::cluster::roster::Roster;

/// Returns the plan that reserves the names of `new` nodes. Another run may add nodes at the same
/// time, which the reversal of [`add`] would remove from the cluster.
#[must_use]
pub fn reserve(new: &[NodeName]) -> Plan {
    Plan(vec![Stage::new("Reserving the names", new.iter().cloned().map(Step::ReserveName))])
}

/// Returns the plan that adds `new` nodes, all of one role and with reserved names, to the cluster
/// of `old`. The Node objects of `stale` nodes, whose containers are missing, are deleted first:
/// kubeadm refuses a node whose name the cluster has.
#[must_use]
pub fn add(old: &Roster, new: &[NodeName], stale: &[NodeName]) -> Plan {
    let masters = new.iter().any(|node| node.role() == Role::Master);
    let issue = new.iter().cloned().map(Step::IssueCredentials);
    let routes = old.kubernetes().cloned().map(Step::UpdateRoutes);

    // etcd may have a member without container and Node object.
    let former =
        new.iter().filter(|node| node.role() == Role::Master && !stale.contains(node)).cloned();

    let mut stages = objects_of(stale);
    stages.push(Stage::new("Starting nodes", new.iter().cloned().map(Step::StartNode)));
    let credentials = [Step::CreateToken].into_iter().chain(issue);
    let credentials = credentials.chain(former.map(Step::RemoveEtcdMember));
    stages.push(Stage::new("Issuing join credentials", credentials));
    if masters {
        // One at a time, each after etcd has started on the last: a member that finds other
        // members than kubeadm has told it at its start exits.
        stages.extend(new.iter().filter_map(|master| joins(slice::from_ref(master), &[])));
    } else {
        stages.extend(joins(&[], new));
    }
    stages.push(Stage::new(
        "Waiting for nodes to become Ready",
        [Step::WaitReady(new.to_vec(), Since::Ever), Step::RevokeToken],
    ));
    let balancer = masters.then(|| old.with_role(Role::LoadBalancer)).into_iter().flatten();
    let keep = [Step::MarkComplete(new.to_vec())];
    stages.push(Stage::new(
        "Completing setup",
        balancer.cloned().map(Step::UpdateLoadBalancer).chain(routes).chain(keep),
    ));
    Plan(stages)
}

/// Returns the plan that reverts a failed [`add`] in the cluster itself. The containers are
/// removed afterwards, with everything that the run has created. A master that etcd still counted
/// could cost the others their majority.
#[must_use]
pub fn revert_add(old: &Roster, new: &[NodeName]) -> Plan {
    let masters = new.iter().filter(|node| node.role() == Role::Master).cloned();
    let routes = old.kubernetes().cloned().map(Step::UpdateRoutes);
    let balancer = old.with_role(Role::LoadBalancer).cloned().map(Step::UpdateLoadBalancer);
    Plan(vec![
        Stage::new("Leaving etcd", masters.map(Step::LeaveControlPlane)),
        Stage::new("Deleting Node objects", new.iter().cloned().map(Step::DeleteNodeObject)),
        Stage::new("Revoking the join token", [Step::RevokeToken]),
        Stage::new("Updating other nodes", routes.chain(balancer)),
    ])
}

/// Returns the plan that removes `node` from a cluster whose other nodes are `rest`. A node
/// without pods, or one that is not running, is not drained: its pods end with the Node object.
#[must_use]
pub fn remove(rest: &Roster, node: &NodeName, has_pods: bool) -> Plan {
    let mut stages = Vec::new();
    if node.role() == Role::Master {
        // The load balancer must not open new connections to a master that leaves.
        let balancer = rest.with_role(Role::LoadBalancer).cloned().map(Step::UpdateLoadBalancer);
        stages.push(Stage::new("Updating the load balancer", balancer));
    }
    if has_pods {
        stages.push(Stage::new("Draining the node", [Step::Drain(node.clone())]));
    }
    if node.role() == Role::Master {
        stages.push(Stage::new("Leaving etcd", [Step::LeaveControlPlane(node.clone())]));
    }
    stages.push(Stage::new("Deleting Node objects", [Step::DeleteNodeObject(node.clone())]));
    let routes = rest.kubernetes().cloned().map(Step::UpdateRoutes);
    stages.push(Stage::new("Updating routes", routes));
    // Last, because as long as the container exists, running the command again continues.
    stages.push(Stage::new("Removing container", [Step::RemoveContainer(node.clone())]));
    Plan(stages)
}

/// Returns the plan that removes `node`, whose container is missing, from a cluster whose other
/// nodes are `rest`.
#[must_use]
pub fn remove_missing(rest: &Roster, node: &NodeName) -> Plan {
    let balancer = rest.with_role(Role::LoadBalancer).filter(|_| node.role() == Role::Master);
    let routes = rest.kubernetes().cloned().map(Step::UpdateRoutes);
    let balancer = balancer.cloned().map(Step::UpdateLoadBalancer);
    let mut stages = vec![Stage::new("Updating other nodes", balancer.chain(routes))];
    // Last, because as long as the Node object exists, running the command again continues.
    stages.extend(objects_of(slice::from_ref(node)));
    Plan(stages)
}

/// Returns the stages that delete the Node objects of `nodes`, if there are any.
fn objects_of(nodes: &[NodeName]) -> Vec<Stage> {
    let masters = nodes.iter().filter(|node| node.role() == Role::Master).cloned();
    [
        Stage::new("Leaving etcd", masters.map(Step::RemoveEtcdMember)),
        Stage::new("Deleting Node objects", nodes.iter().cloned().map(Step::DeleteNodeObject)),
    ]
    .into_iter()
    .filter(|stage| !stage.steps.is_empty())
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_masters_join_one_after_the_other() {
        let node = |name| NodeName::parse(name).unwrap();
        let first = node("a-master-1");
        let old = Roster::new(first.cluster().clone(), vec![node("a-lb"), first]);
        let plan = add(&old, &[node("a-master-2"), node("a-master-3")], &[]).to_string();
        let joins = "Joining nodes\n  join a-master-2\n\
                     Joining nodes\n  join a-master-3\n";
        assert!(plan.contains(joins), "{plan}");
    }

    #[test]
    fn a_member_of_etcd_without_a_node_goes_before_the_next_of_that_name() {
        let node = |name| NodeName::parse(name).unwrap();
        let first = node("a-master-1");
        let old = Roster::new(first.cluster().clone(), vec![node("a-lb"), first]);
        let plan = add(&old, &[node("a-master-2")], &[]).to_string();
        let issue = "Issuing join credentials\n  create a join token\n  \
                     issue credentials for a-master-2\n  remove a-master-2 from etcd\nJoining";
        assert!(plan.contains(issue), "{plan}");
    }

    #[test]
    fn a_master_without_container_leaves_etcd_by_another() {
        let node = |name| NodeName::parse(name).unwrap();
        let gone = node("a-master-2");
        let rest = Roster::new(gone.cluster().clone(), vec![node("a-lb"), node("a-master-1")]);
        let forgotten = "Leaving etcd\n  remove a-master-2 from etcd\n\
                         Deleting Node objects\n  delete Node object a-master-2\n";
        let updates = "Updating other nodes\n  update a-lb\n  update routes of a-master-1\n";
        assert_eq!(remove_missing(&rest, &gone).to_string(), [updates, forgotten].concat());
        let again = add(&rest, slice::from_ref(&gone), slice::from_ref(&gone)).to_string();
        assert!(again.starts_with(forgotten), "{again}");
        let worker = remove_missing(&rest, &node("a-worker-1")).to_string();
        assert_eq!(
            worker,
            "Updating other nodes\n  update routes of a-master-1\n\
             Deleting Node objects\n  delete Node object a-worker-1\n"
        );
    }
}
