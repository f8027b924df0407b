//! An existing cluster, with everything that a command on it must know.

use super::activity::Activity;
use super::error::InventoryError;
use super::found::{Asked, ContainerScan};
use super::members::{self, Member, is_set_up};
use super::networks::{self, EngineNetwork};
use crate::cluster::cni::Cni;
use crate::cluster::host::Host;
use crate::cluster::layout::Layout;
use crate::cluster::marks::Marks;
use crate::cluster::name::{ClusterName, NodeName, Role};
use crate::cluster::port::PortBinding;
use crate::cluster::ranges::Ranges;
use crate::cluster::roster::Roster;
use crate::cluster::runtime::Runtime;
use crate::cluster::upgrade::node_of_former;
use crate::docker::{Docker, DockerError, Engines, args};
use crate::ui::Ui;

/// An existing cluster, according to the engine.
#[derive(Debug)]
pub struct ExistingCluster {
    /// The cluster's name.
    pub name: ClusterName,
    /// Its containers.
    pub members: Vec<Member>,
    /// Its nodes.
    pub roster: Roster,
    /// The engines that its nodes are on.
    pub engines: Engines,
    /// Hosts of the cluster that do not answer. Their nodes are unknown.
    away: Vec<Host>,
}

impl ExistingCluster {
    /// Looks for the cluster `name`.
    pub fn find(asked: Asked<'_>, name: &ClusterName) -> Result<Self, InventoryError> {
        let found = ContainerScan::look(asked, Some(name))?;
        if found.members.is_empty() {
            return Err(InventoryError::NotFound(name.clone()));
        }
        let (engines, ContainerScan { members, away, .. }) = (found.of_cluster(), found);
        let roster = members::roster(name, &members);
        Ok(Self { name: name.clone(), members, roster, engines, away })
    }

    /// Records the context and the API's URL, which `--output json` prints in its result.
    pub fn tell(&self, ui: &Ui) {
        ui.fact("context", self.name.context());
        if let Some(PortBinding { address, port, .. }) = self.members.iter().find_map(Member::api) {
            ui.fact("server", format!("https://{address}:{port}"));
        }
    }

    /// Returns the container of `node`.
    #[must_use]
    pub fn member(&self, node: &NodeName) -> Option<&Member> {
        self.members.iter().find(|member| member.node.as_ref() == Some(node))
    }

    /// Returns the container runtime of the nodes, which is the same for all.
    #[must_use]
    pub fn runtime(&self) -> Runtime {
        let node =
            self.members.iter().find(|member| member.role().is_some_and(Role::runs_kubernetes));
        node.map(|member| member.runtime).unwrap_or_default()
    }

    /// Returns the port of the API on the engine's host.
    #[must_use]
    pub fn api(&self) -> Option<&PortBinding> {
        self.member(&self.roster.api_node()).and_then(Member::api)
    }

    /// Returns the other ports that the node with the API's port publishes.
    #[must_use]
    pub fn published(&self) -> Vec<PortBinding> {
        let published = self.member(&self.roster.api_node()).map(|member| &member.published);
        published.into_iter().flatten().filter(|p| !p.is_api()).cloned().collect()
    }

    /// Returns the pod and Service ranges.
    #[must_use]
    pub fn ranges(&self) -> Ranges {
        let master = self.members.iter().find(|member| member.role() == Some(Role::Master));
        master.map(|member| member.profile.ranges).unwrap_or_default()
    }

    /// Returns who sets up the pod network.
    #[must_use]
    pub fn cni(&self) -> Cni {
        let master = self.members.iter().find(|member| member.role() == Some(Role::Master));
        master.map(|member| member.profile.cni).unwrap_or_default()
    }

    /// Returns the labels and taints of the nodes.
    #[must_use]
    pub fn marks(&self) -> Marks {
        let all = self.members.iter().map(|member| member.profile.marks.clone());
        all.fold(Marks::default(), Marks::with)
    }

    /// Returns the nodes whose setup is left to the user.
    #[must_use]
    pub fn manual(&self) -> Vec<NodeName> {
        let manual = self.members.iter().filter(|member| member.profile.manual);
        manual.filter_map(|member| member.node.clone()).collect()
    }

    /// Returns the nodes with this activity.
    #[must_use]
    pub fn with_activity(&self, activity: Activity) -> Roster {
        let those = self.members.iter().filter(|member| member.activity == activity);
        Roster::new(self.name.clone(), those.filter_map(|member| member.node.clone()))
    }

    /// Whether the load balancer was removed by hand: then no remaining node publishes the API.
    #[must_use]
    pub fn lacks_load_balancer(&self) -> bool {
        let is_master = |member: &&Member| member.role() == Some(Role::Master);
        !self.is_partly_away()
            && !self.roster.has_load_balancer()
            && self.members.iter().filter(is_master).any(|master| master.complete)
            && self.members.iter().all(|member| member.api().is_none())
    }

    /// Fails if the load balancer was removed by hand, without which the API cannot be reached.
    pub fn refuse_without_load_balancer(&self) -> Result<(), InventoryError> {
        if self.lacks_load_balancer() {
            return Err(InventoryError::NoLoadBalancer(self.name.clone()));
        }
        Ok(())
    }

    /// Returns a running master, other than `but`, on which kubectl and kubeadm can run.
    pub fn admin_node(&self, but: Option<&NodeName>) -> Result<NodeName, InventoryError> {
        let mut error = InventoryError::NoRunningMaster(self.name.clone());
        for member in self.members.iter().filter(|member| member.runs()) {
            let Some(node) = member.node.as_ref() else { continue };
            if node.role() != Role::Master || Some(node) == but {
                continue;
            }
            if self.has_joined(member)? {
                return Ok(node.clone());
            }
            error = InventoryError::NotSetUp(node.clone());
        }
        Err(error)
    }

    /// Fails if nodes cannot be added or deleted now. Every node must be running, because all must
    /// be updated; only `leaving` may be stopped.
    pub fn refuse_unchangeable(&self, leaving: Option<&NodeName>) -> Result<(), InventoryError> {
        if self.members.iter().any(|member| member.newer) {
            return Err(InventoryError::Newer(self.name.clone()));
        }
        if self.members.iter().any(|member| node_of_former(&member.name).is_some()) {
            return Err(InventoryError::Upgrading(self.name.clone()));
        }
        if let Some(host) = self.away.first() {
            return Err(InventoryError::Away { cluster: self.name.clone(), host: host.clone() });
        }
        self.refuse_without_load_balancer()?;
        let stays = |member: &&Member| leaving.is_none() || member.node.as_ref() != leaving;
        // If no container is complete, the user may have changed the restart policies.
        let finished = self.members.iter().any(|member| member.complete);
        let unfinished = self.members.iter().filter(stays).find(|member| !member.complete);
        if let Some(node) = unfinished.filter(|_| finished).and_then(|it| it.node.clone()) {
            return Err(InventoryError::NotFinished(node));
        }
        self.members.iter().filter(stays).try_for_each(|member| self.refuse(member))
    }

    /// Fails if a node is paused: it could not be shut down properly.
    pub fn refuse_paused(&self) -> Result<(), InventoryError> {
        let mut paused = self.members.iter().filter(|it| it.activity == Activity::Paused);
        paused.try_for_each(|member| self.refuse(member))
    }

    fn refuse(&self, member: &Member) -> Result<(), InventoryError> {
        if member.runs() {
            return Ok(());
        }
        let (cluster, node) = (self.name.clone(), member.name.clone());
        Err(InventoryError::NotRunning { cluster, node, activity: member.activity })
    }

    /// Returns the nodes that an interrupted upgrade has left with a former container.
    #[must_use]
    pub fn half_upgraded(&self) -> Vec<NodeName> {
        self.members.iter().filter_map(|member| node_of_former(&member.name)).collect()
    }

    /// Whether a host of the cluster does not answer.
    #[must_use]
    pub fn is_partly_away(&self) -> bool {
        !self.away.is_empty()
    }

    /// Returns the addresses of its nodes. In a swarm, managers know the network; other hosts know
    /// it only while a node on it is running there.
    pub fn layout(&self) -> Result<Layout, InventoryError> {
        let network = self.name.network();
        let call = args::inspect_networks([network.as_str()]);
        let mut failed = None;
        for engine in self.engines.iter() {
            match engine.docker.read(&call, networks::read_named) {
                Ok(found) => {
                    let subnet = found.iter().find_map(EngineNetwork::subnet);
                    let layout = subnet.map(|it| Layout::new(it, self.ranges().family()));
                    return layout.ok_or_else(|| InventoryError::NoNetwork(self.name.clone()));
                }
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        Err(failed
            .map_or_else(|| InventoryError::NoNetwork(self.name.clone()), InventoryError::from))
    }

    /// Whether a running container has joined its cluster: a node that the user sets up may not
    /// have.
    pub fn has_joined(&self, member: &Member) -> Result<bool, DockerError> {
        Ok(!member.profile.manual || is_set_up(self.engine(member), &member.name)?)
    }

    /// Returns the engine of `member`.
    #[must_use]
    pub fn engine(&self, member: &Member) -> &Docker {
        member.node.as_ref().map_or(self.engines.manager(), |node| self.engines.of(node))
    }

    /// Fails if the cluster is spread over several hosts. `what` names what the command would do.
    pub fn refuse_hosts(&self, what: &'static str) -> Result<(), InventoryError> {
        let spread = self.members.iter().any(|member| !member.hosts.is_empty());
        if spread {
            Err(InventoryError::Spread { cluster: self.name.clone(), what })
        } else {
            Ok(())
        }
    }
}
