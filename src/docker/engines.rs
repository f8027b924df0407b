//! Which engine a node is on. Without hosts there is one, and every node is there.

use super::{Call, Client, Docker};
use crate::cluster::host::Host;
use crate::cluster::name::NodeName;
use crate::cluster::placement::Placement;

/// An engine.
#[derive(Debug, Clone)]
pub struct Engine {
    /// The host that it is; none for the client's own engine of a cluster without hosts.
    pub host: Option<Host>,
    /// The client, for this engine.
    pub docker: Docker,
}

/// A call, with the engine that it is for.
pub type EngineCall<'a> = (&'a Docker, Call);

/// The engines of a cluster, one at least.
#[derive(Debug, Clone)]
pub struct Engines {
    first: Engine,
    others: Vec<Engine>,
    placement: Placement,
    /// Of a manager of the swarm, which knows of networks.
    manager: Docker,
}

impl Engines {
    /// All nodes are on one.
    #[must_use]
    pub fn one(docker: Docker) -> Self {
        let first = Engine { host: None, docker: docker.clone() };
        Self { first, others: Vec::new(), placement: Placement::new(), manager: docker }
    }

    /// The nodes are on `first` and `others` as `placement` says, and `manager` is the
    /// one to ask for networks.
    #[must_use]
    pub fn several(
        first: Engine,
        others: Vec<Engine>,
        placement: Placement,
        manager: Docker,
    ) -> Self {
        Self { first, others, placement, manager }
    }

    /// The engine of `node`; the first one where it has no place.
    #[must_use]
    pub fn of(&self, node: &NodeName) -> &Docker {
        let host = self.host(node);
        let found = self.iter().find(|engine| engine.host.as_ref() == host);
        &found.unwrap_or(&self.first).docker
    }

    /// The host of `node`; none in a cluster without hosts.
    #[must_use]
    pub fn host(&self, node: &NodeName) -> Option<&Host> {
        self.placement.get(node)
    }

    /// The engine of `host`.
    #[must_use]
    pub fn at(&self, host: &Host) -> &Docker {
        let found = self.iter().find(|engine| engine.host.as_ref() == Some(host));
        &found.unwrap_or(&self.first).docker
    }

    /// Where networks are made and removed.
    #[must_use]
    pub fn manager(&self) -> &Docker {
        &self.manager
    }

    /// Whether several networks of one name can come to be: docker's own, not podman's, and
    /// not those of a swarm.
    #[must_use]
    pub fn repeat_networks(&self) -> bool {
        self.manager.client() == Client::Docker && self.first.host.is_none()
    }

    /// Every engine.
    pub fn iter(&self) -> impl Iterator<Item = &Engine> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// The hosts; none in a cluster without.
    #[must_use]
    pub fn hosts(&self) -> Vec<Host> {
        self.iter().filter_map(|engine| engine.host.clone()).collect()
    }

    /// The same with other places.
    #[must_use]
    pub fn placed(self, placement: Placement) -> Self {
        Self { placement, ..self }
    }

    /// Where the nodes are.
    #[must_use]
    pub fn placement(&self) -> &Placement {
        &self.placement
    }

    /// The same for undoing: they do not stop when the user asks to.
    #[must_use]
    pub fn uninterruptible(&self) -> Self {
        let engine = |engine: &Engine| Engine {
            host: engine.host.clone(),
            docker: engine.docker.uninterruptible(),
        };
        Self {
            first: engine(&self.first),
            others: self.others.iter().map(engine).collect(),
            placement: self.placement.clone(),
            manager: self.manager.uninterruptible(),
        }
    }
}
