//! The engines of a cluster, and the engine of each node. A cluster that was created without
//! `--hosts` has one engine, which runs all nodes.

use super::{Call, Client, Docker};
use crate::cluster::host::Host;
use crate::cluster::name::NodeName;
use crate::cluster::placement::Placement;

/// An engine and the client that reaches it.
#[derive(Debug, Clone)]
pub struct Engine {
    /// The engine's host. `None` in a cluster without hosts, which uses the default engine.
    pub host: Option<Host>,
    /// The client that directs its calls to this engine.
    pub docker: Docker,
}

/// A call, after the client of the engine that it is for.
pub type EngineCall<'a> = (&'a Docker, Call);

/// The engines of a cluster, at least one.
#[derive(Debug, Clone)]
pub struct Engines {
    first: Engine,
    others: Vec<Engine>,
    placement: Placement,
    /// The engine on which networks are created: with several engines, a manager of their swarm.
    manager: Docker,
}

impl Engines {
    /// Returns the engines of a cluster whose nodes are all on one engine.
    #[must_use]
    pub fn one(docker: Docker) -> Self {
        let first = Engine { host: None, docker: docker.clone() };
        Self { first, others: Vec::new(), placement: Placement::new(), manager: docker }
    }

    /// Returns the engines of a cluster whose nodes are on `first` and `others`, according to
    /// `placement`. Networks are created on `manager`.
    #[must_use]
    pub fn several(
        first: Engine,
        others: Vec<Engine>,
        placement: Placement,
        manager: Docker,
    ) -> Self {
        Self { first, others, placement, manager }
    }

    /// Returns the engine of `node`, or the first engine if the node has no host.
    #[must_use]
    pub fn of(&self, node: &NodeName) -> &Docker {
        let host = self.host(node);
        let found = self.iter().find(|engine| engine.host.as_ref() == host);
        &found.unwrap_or(&self.first).docker
    }

    /// Returns the host of `node`. `None` in a cluster without hosts.
    #[must_use]
    pub fn host(&self, node: &NodeName) -> Option<&Host> {
        self.placement.get(node)
    }

    /// Returns the engine of `host`.
    #[must_use]
    pub fn at(&self, host: &Host) -> &Docker {
        let found = self.iter().find(|engine| engine.host.as_ref() == Some(host));
        &found.unwrap_or(&self.first).docker
    }

    /// Returns the engine on which networks are created and removed.
    #[must_use]
    pub fn manager(&self) -> &Docker {
        &self.manager
    }

    /// Whether the engine allows several networks with the same name: docker does, podman and
    /// swarms do not.
    #[must_use]
    pub fn allow_duplicate_networks(&self) -> bool {
        self.manager.client() == Client::Docker && self.first.host.is_none()
    }

    /// Returns all engines.
    pub fn iter(&self) -> impl Iterator<Item = &Engine> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// Returns the hosts. Empty in a cluster without hosts.
    #[must_use]
    pub fn hosts(&self) -> Vec<Host> {
        self.iter().filter_map(|engine| engine.host.clone()).collect()
    }

    /// Returns the same engines with another placement of nodes.
    #[must_use]
    pub fn placed(self, placement: Placement) -> Self {
        Self { placement, ..self }
    }

    /// Returns the placement of nodes.
    #[must_use]
    pub fn placement(&self) -> &Placement {
        &self.placement
    }

    /// Returns the same engines, but signals do not interrupt their calls. For rollbacks.
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
