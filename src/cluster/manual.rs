//! How much of a cluster's setup is left to the user: the containers are up, and
//! the scripts that would have run lie in them.

use super::name::Role;

/// What the user sets up. Each includes what stands before it: a node cannot join
/// before the one is there that it talks to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Manual {
    /// Nothing: mokctl does it all.
    #[default]
    Nothing,
    /// The workers.
    Workers,
    /// The masters, and so the workers.
    Masters,
    /// The balancer, and so all nodes.
    Everything,
}

impl Manual {
    /// Whether nodes of `role` are left to the user.
    #[must_use]
    pub fn covers(self, role: Role) -> bool {
        self >= match role {
            Role::Worker => Self::Workers,
            Role::Master => Self::Masters,
            Role::LoadBalancer => Self::Everything,
        }
    }
}
