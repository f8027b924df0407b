//! Removes objects from engines: containers with their anonymous volumes, images, networks.
//!
//! Docker's DNS server resolves names for containers. Before docker removes a container, it waits
//! for the answers to all pending lookups, up to four seconds if none comes, as on a machine
//! without internet (libnetwork's resolver; measured with 1+0: 4.3 s instead of 0.7). So running
//! nodes end their lookups first.

use std::thread;
use std::time::{Duration, Instant};

use crate::cluster::host::Host;
use crate::cluster::labels;
use crate::cluster::name::{ClusterName, Role};
use crate::docker::{Call, Client, Docker, DockerError, Engine, EngineCall, ErrorKind, args, join};
use crate::inventory::found::ContainerScan;
use crate::inventory::members::Member;
use crate::inventory::{networks, registries};
use crate::node::network::END_LOOKUPS;

/// How long a manager of a swarm may take to learn what another one has removed.
const SWARM_DELAY: Duration = Duration::from_secs(10);
/// How long a node may take to end its lookups: as long as docker would wait for them.
const LOOKUPS: Duration = Duration::from_secs(4);
/// How long to wait before an object is looked for or removed again.
const INTERVAL: Duration = Duration::from_millis(100);

/// The objects that will be removed, each with its engine.
#[derive(Debug, Clone, Default)]
pub struct Removal {
    /// The calls that end the lookups of running nodes.
    lookups: Vec<(Docker, Call)>,
    containers: Vec<(Docker, Call)>,
    images: Vec<(Docker, Call)>,
    /// The ids of networks, by the engine that lists them. A swarm's network is listed by every
    /// host with a node on it, and one manager removes it for all.
    networks: Vec<(Engine, Vec<String>)>,
    /// The calls that disconnect registries, which stay, from these networks.
    disconnects: Vec<(Docker, Call)>,
}

impl Removal {
    /// Collects everything that was found of `cluster`.
    ///
    /// # Errors
    /// Fails if an engine does not list its networks.
    pub fn of_cluster(
        found: &ContainerScan<'_>,
        cluster: &ClusterName,
    ) -> Result<Self, DockerError> {
        let mut removal = Self::default();
        let networks: Vec<_> = thread::scope(|scope| {
            let ids = |engine: &Engine| networks::ids(&engine.docker, cluster);
            let threads = found.engines().iter().map(|engine| scope.spawn(move || ids(engine)));
            threads.collect::<Vec<_>>().into_iter().map(join).collect()
        });
        for (engine, networks) in found.engines().iter().zip(networks) {
            let here =
                found.members.iter().filter(|it| found.engine(it).same_engine(&engine.docker));
            removal.add_members(&engine.docker, here);
            removal.add_networks(engine, networks?);
        }
        let pulls = |member: &Member| member.profile.own_registry.is_some();
        if found.members.is_empty() || found.members.iter().any(pulls) {
            for engine in found.engines().iter().take(1) {
                removal.add_disconnects(&engine.docker)?;
            }
        }
        Ok(removal)
    }

    /// Adds the containers of `members`, which are on the engine `docker`.
    pub fn add_members<'a>(
        &mut self,
        docker: &Docker,
        members: impl IntoIterator<Item = &'a Member>,
    ) {
        let mut ids = Vec::new();
        for member in members {
            ids.push(member.id.clone());
            let is_node = member.role().is_some_and(Role::runs_kubernetes);
            // podman has no such resolver: its DNS server is a separate program.
            if is_node && member.runs() && docker.client() == Client::Docker {
                let call = args::exec(&member.name, [END_LOOKUPS]).deadline(LOOKUPS);
                self.lookups.push((docker.clone(), call));
            }
        }
        self.add_containers(docker, &ids);
    }

    /// Adds the containers `ids` of the engine `docker`.
    pub fn add_containers(&mut self, docker: &Docker, ids: &[String]) {
        if !ids.is_empty() {
            let call = args::remove(ids.iter().map(String::as_str));
            self.containers.push((docker.clone(), call));
        }
    }

    /// Adds the images `names` of the engine `docker`.
    pub fn add_images(&mut self, docker: &Docker, names: &[String]) {
        if !names.is_empty() {
            let call = args::remove_images(names.iter().map(String::as_str));
            self.images.push((docker.clone(), call));
        }
    }

    /// Adds the nameless images of snapshots. Images of a deleted snapshot stay without a name as
    /// long as a container uses them.
    pub fn add_nameless_images(&mut self, docker: &Docker) {
        self.images.push((docker.clone(), args::prune_images(labels::snapshot::NAME)));
    }

    /// Adds the networks `ids` that `engine` lists.
    pub fn add_networks(&mut self, engine: &Engine, ids: Vec<String>) {
        if !ids.is_empty() {
            self.networks.push((engine.clone(), ids));
        }
    }

    /// Adds the calls that disconnect the registries of `docker` from the networks that were
    /// added.
    ///
    /// # Errors
    /// Fails if the engine does not list its registries.
    pub fn add_disconnects(&mut self, docker: &Docker) -> Result<(), DockerError> {
        if self.networks.is_empty() {
            return Ok(());
        }
        let goes = |id: &String| self.networks.iter().any(|(_, ids)| ids.contains(id));
        let mut calls = Vec::new();
        for registry in registries::all(docker)? {
            let container = registry.name.container();
            let leaves = registry.networks.iter().filter(|(_, id)| goes(id));
            calls.extend(leaves.map(|(name, _)| args::disconnect(name, &container)));
        }
        self.disconnects.extend(calls.into_iter().map(|call| (docker.clone(), call)));
        Ok(())
    }

    /// Leaves the networks out of the removal.
    pub fn keep_networks(&mut self) {
        self.networks.clear();
        self.disconnects.clear();
    }

    /// Whether there is nothing to remove.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.containers.is_empty() && self.images.is_empty() && self.networks.is_empty()
    }

    /// Whether there are networks to remove.
    #[must_use]
    pub fn has_networks(&self) -> bool {
        !self.networks.is_empty()
    }

    /// Returns one of the networks, and an engine that lists it.
    #[must_use]
    pub fn network(&self) -> Option<(&Docker, &str)> {
        let (engine, ids) = self.networks.first()?;
        Some((&engine.docker, ids.first()?))
    }

    /// Returns the calls that end lookups, and those that remove containers, one for each engine.
    #[must_use]
    pub fn container_calls(&self) -> Vec<EngineCall<'_>> {
        let calls = self.lookups.iter().chain(&self.containers);
        calls.map(|(docker, call)| (docker, call.clone())).collect()
    }

    /// Returns the calls that remove images.
    #[must_use]
    pub fn image_calls(&self) -> Vec<EngineCall<'_>> {
        self.images.iter().map(|(docker, call)| (docker, call.clone())).collect()
    }

    /// Returns the calls that remove networks, provided that the first engine may remove them.
    pub(super) fn network_calls(&self) -> Vec<EngineCall<'_>> {
        let disconnects = self.disconnects.iter().map(|(docker, call)| (docker, call.clone()));
        disconnects.chain(self.networks.iter().take(1).map(network_call)).collect()
    }

    /// Removes the containers of all engines in parallel.
    ///
    /// # Errors
    /// Returns the first failure, after all engines have finished.
    pub fn remove_containers(&self) -> Result<(), DockerError> {
        self.end_lookups();
        let results: Vec<_> = thread::scope(|scope| {
            let remove = |(docker, call)| scope.spawn(move || remove(docker, call));
            let calls = self.containers.iter().map(|(docker, call)| (docker, call));
            let threads: Vec<_> = calls.map(remove).collect();
            threads.into_iter().map(join).collect()
        });
        results.into_iter().collect()
    }

    /// Ends the lookups of all nodes in parallel. Failures are ignored, such as that of a node of
    /// an older image, which lacks the script: docker then waits for the lookups.
    fn end_lookups(&self) {
        thread::scope(|scope| {
            for (docker, call) in &self.lookups {
                scope.spawn(move || docker.capture(call));
            }
        });
    }

    /// Removes the images.
    ///
    /// # Errors
    /// Returns the first failure.
    pub fn remove_images(&self) -> Result<(), DockerError> {
        self.images.iter().try_for_each(|(docker, call)| docker.capture(call).map(drop))
    }

    /// Removes the networks. Returns the hosts that still list them afterwards: a new cluster of
    /// the same name would find them there.
    ///
    /// # Errors
    /// Returns the first failure if every engine fails. One success is enough, because one manager
    /// removes a swarm's network for all hosts.
    pub fn remove_networks(&self) -> Result<Vec<Host>, DockerError> {
        for (docker, call) in &self.disconnects {
            remove(docker, call)?;
        }
        let mut refused = Ok(());
        for (docker, call) in self.networks.iter().map(network_call) {
            match remove(docker, &call) {
                Ok(()) => return Ok(self.wait_for_managers()),
                Err(error) => refused = refused.and(Err(error)),
            }
        }
        refused.map(|()| Vec::new())
    }

    /// Waits until no host lists the removed networks any more. Returns the hosts that still do
    /// after [`SWARM_DELAY`].
    fn wait_for_managers(&self) -> Vec<Host> {
        let deadline = Instant::now() + SWARM_DELAY;
        let lists = |engine: &Engine, ids: &[String]| {
            // Everything is removed already, so a host that does not answer now does no harm.
            let all = || engine.docker.ids(&args::network_ids()).unwrap_or_default();
            while all().iter().any(|id| ids.contains(id)) {
                if Instant::now() >= deadline {
                    return true;
                }
                thread::sleep(INTERVAL);
            }
            false
        };
        let still = self.networks.iter().filter_map(|(engine, ids)| {
            let host = engine.host.as_ref()?;
            lists(engine, ids).then(|| host.clone())
        });
        still.collect()
    }
}

/// Runs a call that removes objects. Objects that are gone already, or that another run is
/// removing right now, are no failure.
fn remove(docker: &Docker, call: &Call) -> Result<(), DockerError> {
    let deadline = Instant::now() + docker.deadline(Call::WORK);
    loop {
        match docker.capture(call) {
            Ok(_) => return Ok(()),
            Err(error) if error.is_all_gone() => return Ok(()),
            Err(error) if error.kind() == ErrorKind::BeingRemoved && Instant::now() < deadline => {
                thread::sleep(INTERVAL);
            }
            Err(error) => return Err(error),
        }
    }
}

fn network_call((engine, ids): &(Engine, Vec<String>)) -> EngineCall<'_> {
    (&engine.docker, args::remove_networks(ids.iter().map(String::as_str)))
}
