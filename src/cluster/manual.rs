//! How much of a cluster's setup is left to the user. The containers of such nodes are running and
//! have the scripts that mokctl would have run.

use super::name::Role;

/// The part of the setup that is left to the user. Each variant includes the ones before it,
/// because a node can join only after the nodes it talks to have been set up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Manual {
    /// Nothing: mokctl does everything.
    #[default]
    Nothing,
    /// The workers.
    Workers,
    /// The masters, and therefore the workers.
    Masters,
    /// The load balancer, and therefore all nodes.
    Everything,
}

impl Manual {
    /// Whether the setup of nodes of `role` is left to the user.
    #[must_use]
    pub fn covers(self, role: Role) -> bool {
        self >= match role {
            Role::Worker => Self::Workers,
            Role::Master => Self::Masters,
            Role::LoadBalancer => Self::Everything,
        }
    }
}
