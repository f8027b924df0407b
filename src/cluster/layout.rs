//! Where everything of a cluster is on its network. An address follows from a
//! node's role and number alone, so it is the same after every restart, a new
//! node needs no allocation, and nothing has to be stored.

use std::net::Ipv4Addr;

use super::name::{NodeName, Role};
use super::subnet::Subnet;

/// The pods of all nodes. Not configurable: a cluster's network is its own.
pub const POD_SUBNET: &str = "10.244.0.0/16";
/// The virtual addresses of Services; kubeadm's default.
pub const SERVICE_SUBNET: &str = "10.96.0.0/12";
/// The API server's port on every master and on the balancer.
pub const API_PORT: u16 = 6443;

/// The engine's choice.
const GATEWAY: u8 = 1;
/// The first host numbers of each role.
const LOAD_BALANCER: u8 = 2;
const MASTERS: u8 = 10;
const WORKERS: u8 = 100;

/// A cluster's network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    subnet: Subnet,
}

impl Layout {
    /// The layout on `subnet`, which is a /24 or larger.
    #[must_use]
    pub fn new(subnet: Subnet) -> Self {
        Self { subnet }
    }

    /// The network itself.
    #[must_use]
    pub fn subnet(&self) -> Subnet {
        self.subnet
    }

    /// The node's address.
    #[must_use]
    pub fn address(&self, node: &NodeName) -> Ipv4Addr {
        self.subnet.host(u32::from(host_number(node)))
    }

    /// The engine's host, as the nodes see it.
    #[must_use]
    pub fn gateway(&self) -> Ipv4Addr {
        self.subnet.host(u32::from(GATEWAY))
    }

    /// The balancer's address.
    #[must_use]
    pub fn load_balancer(&self) -> Ipv4Addr {
        self.subnet.host(u32::from(LOAD_BALANCER))
    }
}

/// The addresses of the node's pods: a /24 of [`POD_SUBNET`].
#[must_use]
pub fn pod_range(node: &NodeName) -> String {
    format!("10.244.{}.0/24", host_number(node))
}

/// At most 9 masters and 99 workers: see [`super::spec`].
fn host_number(node: &NodeName) -> u8 {
    match node.role() {
        Role::LoadBalancer => LOAD_BALANCER,
        Role::Master => MASTERS.saturating_add(node.number()),
        Role::Worker => WORKERS.saturating_add(node.number()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_diagram_of_the_network_shows_these_addresses() {
        let drawn = include_str!("../../docs/diagrams/network.dot");
        let layout = Layout::new(Subnet::parse("10.213.141.0/24").unwrap());
        for name in ["lab-master-1", "lab-master-2", "lab-worker-1", "lab-worker-2"] {
            let node = NodeName::parse(name).unwrap();
            let (address, pods) = (layout.address(&node), pod_range(&node));
            let label = format!("\"{name}\\n{address}\\npods {pods}\"");
            assert!(drawn.contains(&label), "{label}");
        }
        let (balancer, gateway) = (layout.load_balancer(), layout.gateway());
        for label in [format!("\"lab-lb\\n{balancer}:{API_PORT}\""), format!("\\n{gateway}\"")] {
            assert!(drawn.contains(&label), "{label}");
        }
    }
}
