//! Decides which node is on which host. Pure: takes nodes, hosts and the user's choices, returns a
//! host for each node.

use std::collections::BTreeMap;

use thiserror::Error;

use super::host::{Host, Place, list};
use super::name::{NodeName, Role};
use super::roster::Roster;

/// The host of each node.
pub type Placement = BTreeMap<NodeName, Host>;

/// Why a node cannot be placed where the user asked for it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlaceError {
    /// The node is not one of those that the command creates.
    #[error("cannot place {0}: the command creates no such node")]
    Node(NodeName),
    /// The host is not one of the cluster's.
    #[error("cannot place {node} on {host}: the cluster's hosts are {known}")]
    Host {
        /// The node.
        node: NodeName,
        /// The host that was asked for.
        host: Host,
        /// The hosts of the cluster, comma-separated.
        known: String,
    },
}

/// Adds the `places` that were chosen for nodes of `new` to `there`.
///
/// # Errors
/// Returns the first place that is impossible.
pub fn pin(
    there: &Placement,
    new: &[NodeName],
    hosts: &[Host],
    places: &[Place],
) -> Result<Placement, PlaceError> {
    let mut placement = there.clone();
    for Place { node, host } in places {
        if !new.contains(node) {
            return Err(PlaceError::Node(node.clone()));
        }
        if !hosts.contains(host) {
            let known = if hosts.is_empty() { "none".into() } else { list(hosts) };
            return Err(PlaceError::Host { node: node.clone(), host: host.clone(), known });
        }
        placement.insert(node.clone(), host.clone());
    }
    Ok(placement)
}

/// Places every node of `roster` on one of `hosts`. Nodes in `fixed` keep their host. A master
/// goes to the host with the fewest masters, and among several such hosts to the one with the
/// fewest nodes. A worker goes to the host with the fewest nodes. Between equal hosts, the first in
/// the list wins. The load balancer goes to the first master's host. Without `hosts` and `fixed`,
/// the result is empty.
#[must_use]
pub fn spread(roster: &Roster, hosts: &[Host], fixed: &Placement) -> Placement {
    let mut placement = fixed.clone();
    for node in roster.kubernetes() {
        if placement.contains_key(node) {
            continue;
        }
        let load = |host: &&Host| {
            let on = || {
                placement
                    .iter()
                    .filter(|(other, home)| home == host && other.role().runs_kubernetes())
            };
            let masters = on().filter(|(other, _)| other.role() == Role::Master).count();
            (if node.role() == Role::Master { masters } else { 0 }, on().count())
        };
        if let Some(host) = hosts.iter().min_by_key(load) {
            placement.insert(node.clone(), host.clone());
        }
    }
    for balancer in roster.with_role(Role::LoadBalancer) {
        if let Some(host) = placement.get(&roster.first_master()).cloned() {
            placement.entry(balancer.clone()).or_insert(host);
        }
    }
    placement
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(word: &str) -> NodeName {
        NodeName::parse(word).unwrap()
    }

    fn roster(words: &[&str]) -> Roster {
        Roster::new(node("a-lb").cluster().clone(), words.iter().map(|word| node(word)))
    }

    fn told(placement: &Placement) -> String {
        let lines = placement.iter().map(|(node, host)| format!("{node}={host}"));
        lines.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn masters_are_spread_and_workers_fill_up_and_the_balancer_is_beside_the_first_master() {
        let hosts = Host::parse_all("xx,yy,zz").unwrap();
        let none = Placement::new();
        let spread_of =
            |nodes: &[&str], n: usize| told(&spread(&roster(nodes), &hosts[..n], &none));
        assert_eq!(
            spread_of(&["a-master-1", "a-worker-1", "a-worker-2"], 2),
            "a-master-1=xx a-worker-1=yy a-worker-2=xx"
        );
        let three = ["a-master-1", "a-master-2", "a-master-3", "a-lb", "a-worker-1", "a-worker-2"];
        assert_eq!(
            spread_of(&three, 3),
            "a-master-1=xx a-master-2=yy a-master-3=zz a-worker-1=xx a-worker-2=yy a-lb=xx"
        );
        assert_eq!(spread_of(&three[..4], 2), "a-master-1=xx a-master-2=yy a-master-3=xx a-lb=xx");
        assert_eq!(spread_of(&three, 0), "");
    }

    #[test]
    fn chosen_places_come_first_and_the_others_go_round_them() {
        let hosts = Host::parse_all("xx,yy").unwrap();
        let all = roster(&["a-lb", "a-master-1", "a-master-2", "a-worker-1"]);
        let places = Place::parse_all(["a-master-1=yy", "a-lb=xx"]).unwrap();
        let fixed = pin(&Placement::new(), all.nodes(), &hosts, &places).unwrap();
        assert_eq!(
            told(&spread(&all, &hosts, &fixed)),
            "a-master-1=yy a-master-2=xx a-worker-1=xx a-lb=xx"
        );
    }

    #[test]
    fn a_place_for_no_node_or_on_no_host_is_refused() {
        let hosts = Host::parse_all("xx,yy").unwrap();
        let new = [node("a-master-1")];
        let refusal = |word| {
            let places = Place::parse_all([word]).unwrap();
            pin(&Placement::new(), &new, &hosts, &places).unwrap_err().to_string()
        };
        assert_eq!(
            refusal("a-worker-1=xx"),
            "cannot place a-worker-1: the command creates no such node"
        );
        assert_eq!(
            refusal("a-master-1=zz"),
            "cannot place a-master-1 on zz: the cluster's hosts are xx,yy"
        );
    }
}
