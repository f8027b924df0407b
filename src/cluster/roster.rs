//! The names of a cluster's nodes. Knows nothing about their state.

use std::num::NonZeroU8;

use super::name::{ClusterName, NodeName, Role};

/// The nodes of one cluster without duplicates, ordered by role and number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roster {
    name: ClusterName,
    nodes: Vec<NodeName>,
}

impl Roster {
    /// Returns the roster of the cluster `name` with `nodes`.
    #[must_use]
    pub fn new(name: ClusterName, nodes: impl IntoIterator<Item = NodeName>) -> Self {
        let mut nodes: Vec<_> = nodes.into_iter().collect();
        nodes.sort();
        nodes.dedup();
        Self { name, nodes }
    }

    /// Returns the cluster's name.
    #[must_use]
    pub fn name(&self) -> &ClusterName {
        &self.name
    }

    /// Returns all nodes, including the load balancer.
    #[must_use]
    pub fn nodes(&self) -> &[NodeName] {
        &self.nodes
    }

    /// Returns the nodes of `role`.
    pub fn with_role(&self, role: Role) -> impl Iterator<Item = &NodeName> {
        self.nodes.iter().filter(move |node| node.role() == role)
    }

    /// Returns the nodes that run a kubelet: all except the load balancer.
    pub fn kubernetes(&self) -> impl Iterator<Item = &NodeName> {
        self.nodes.iter().filter(|node| node.role().runs_kubernetes())
    }

    /// Whether there is a load balancer in front of the masters.
    #[must_use]
    pub fn has_load_balancer(&self) -> bool {
        self.with_role(Role::LoadBalancer).next().is_some()
    }

    /// Returns the node at which clients reach the API: the load balancer, or else the first
    /// master.
    #[must_use]
    pub fn api_node(&self) -> NodeName {
        let balancer = self.with_role(Role::LoadBalancer).next().cloned();
        balancer.unwrap_or_else(|| self.first_master())
    }

    /// Returns the master with the lowest number, which `create cluster` sets up first.
    #[must_use]
    pub fn first_master(&self) -> NodeName {
        let first = self.with_role(Role::Master).next().cloned();
        first.unwrap_or_else(|| NodeName::master(&self.name, NonZeroU8::MIN))
    }

    /// Whether pods may run on masters: they may if there are no workers.
    #[must_use]
    pub fn has_schedulable_masters(&self) -> bool {
        self.with_role(Role::Worker).next().is_none()
    }

    /// Returns the roster of a cluster with the same nodes and another name.
    #[must_use]
    pub fn renamed(&self, name: &ClusterName) -> Self {
        Self::new(name.clone(), self.nodes.iter().map(|node| node.in_cluster(name)))
    }

    /// Returns the roster with more nodes.
    #[must_use]
    pub fn with(&self, more: impl IntoIterator<Item = NodeName>) -> Self {
        Self::new(self.name.clone(), self.nodes.iter().cloned().chain(more))
    }

    /// Returns the roster without `node`.
    #[must_use]
    pub fn without(&self, node: &NodeName) -> Self {
        Self::new(self.name.clone(), self.nodes.iter().filter(|other| *other != node).cloned())
    }

    /// Returns the names of up to `count` new nodes of `role`, with the lowest numbers that are
    /// free and not above `last`.
    #[must_use]
    pub fn free(&self, role: Role, count: usize, last: u8) -> Vec<NodeName> {
        let name = |number| match role {
            Role::Master => NodeName::master(&self.name, number),
            Role::Worker => NodeName::worker(&self.name, number),
            Role::LoadBalancer => NodeName::load_balancer(&self.name),
        };
        let numbers = (1..=last).filter_map(NonZeroU8::new).map(name);
        numbers.filter(|node| !self.nodes.contains(node)).take(count).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roster(nodes: &[&str]) -> Roster {
        let nodes = nodes.iter().map(|node| NodeName::parse(node).unwrap());
        Roster::new(ClusterName::parse("a").unwrap(), nodes)
    }

    #[test]
    fn nodes_stand_in_the_order_of_role_and_number() {
        let roster = roster(&["a-worker-10", "a-lb", "a-worker-2", "a-master-1", "a-master-1"]);
        let names: Vec<_> = roster.nodes().iter().map(ToString::to_string).collect();
        assert_eq!(names, ["a-master-1", "a-worker-2", "a-worker-10", "a-lb"]);
    }

    #[test]
    fn the_api_is_at_the_balancer_or_at_the_first_master() {
        assert_eq!(roster(&["a-master-2", "a-master-3"]).api_node().to_string(), "a-master-2");
        assert_eq!(roster(&["a-master-1", "a-lb"]).api_node().to_string(), "a-lb");
    }

    #[test]
    fn free_numbers_fill_the_gaps_first_and_run_out() {
        let roster = roster(&["a-worker-1", "a-worker-3"]);
        let free = |count, last| {
            let free = roster.free(Role::Worker, count, last);
            free.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(free(2, 99), ["a-worker-2", "a-worker-4"]);
        assert_eq!(free(9, 4), ["a-worker-2", "a-worker-4"]);
    }
}
