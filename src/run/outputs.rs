//! What is learned while a plan runs: the one typed place for values that steps
//! hand to each other.

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Instant;

use thiserror::Error;

use crate::cluster::host::Host;
use crate::cluster::layout::Layout;
use crate::cluster::name::NodeName;
use crate::docker::args::Container;
use crate::docker::privilege::Privilege;
use crate::kubeconfig::KubeconfigError;
use crate::node::kubeadm::join_command::JoinCommand;

/// A plan that asks for what no earlier stage learned.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the plan needs {0} before any step has found it")]
pub struct MissingOutput(pub(super) &'static str);

/// Learned once each, read by all later steps.
#[derive(Debug, Default)]
pub struct Outputs {
    layout: OnceLock<Layout>,
    network: OnceLock<String>,
    reserved: Mutex<BTreeMap<String, Container>>,
    api_port: OnceLock<u16>,
    join: OnceLock<JoinCommand>,
    privileges: Mutex<BTreeMap<Option<Host>, Privilege>>,
    started: OnceLock<u64>,
    waiting: OnceLock<Instant>,
    saved: OnceLock<()>,
    lagging: OnceLock<Vec<Host>>,
    unsaved: Mutex<Option<KubeconfigError>>,
}

impl Outputs {
    /// Where the nodes are.
    pub fn layout(&self) -> Result<Layout, MissingOutput> {
        self.layout.get().copied().ok_or(MissingOutput("the network"))
    }

    /// The network's id; where this run made none, the name must do.
    pub fn network(&self) -> Option<&str> {
        self.network.get().map(String::as_str)
    }

    /// Keeps the network's id; the first one stays.
    pub fn learn_network(&self, id: String) {
        let _ = self.network.set(id);
    }

    /// The container that the run reserved the name of `node` with.
    pub fn reserved(&self, node: &NodeName) -> Option<Container> {
        let reserved = self.reserved.lock().unwrap_or_else(PoisonError::into_inner);
        reserved.get(&node.to_string()).cloned()
    }

    /// Keeps that container, in place of an earlier one.
    pub fn learn_reserved(&self, container: Container) {
        let mut reserved = self.reserved.lock().unwrap_or_else(PoisonError::into_inner);
        reserved.insert(container.name.clone(), container);
    }

    /// The API's port on the host.
    pub fn api_port(&self) -> Result<u16, MissingOutput> {
        self.api_port.get().copied().ok_or(MissingOutput("the API's port"))
    }

    /// How to join.
    pub fn join(&self) -> Result<&JoinCommand, MissingOutput> {
        self.join.get().ok_or(MissingOutput("the join command"))
    }

    /// What the engine of `host` grants a node, where the first try was refused.
    pub fn privilege(&self, host: Option<&Host>) -> Option<Privilege> {
        let privileges = self.privileges.lock().unwrap_or_else(PoisonError::into_inner);
        privileges.get(&host.cloned()).copied()
    }

    /// Keeps the privilege; the first one stays.
    pub fn learn_privilege(&self, host: Option<&Host>, privilege: Privilege) {
        let mut privileges = self.privileges.lock().unwrap_or_else(PoisonError::into_inner);
        privileges.entry(host.cloned()).or_insert(privilege);
    }

    /// Whether this run wrote the user's kubeconfig.
    pub fn has_saved(&self) -> bool {
        self.saved.get().is_some()
    }

    /// Keeps that it is about to.
    pub fn learn_saved(&self) {
        let _ = self.saved.set(());
    }

    /// The hosts that list a network still that this run has removed.
    pub fn lagging(&self) -> &[Host] {
        self.lagging.get().map_or(&[], Vec::as_slice)
    }

    /// Keeps those hosts; the first ones stay.
    pub fn learn_lagging(&self, hosts: Vec<Host>) {
        let _ = self.lagging.set(hosts);
    }

    /// Keeps why the kubeconfig could not be written: no reason to remove a cluster.
    pub fn learn_unsaved(&self, error: KubeconfigError) {
        *self.unsaved.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }

    /// Why the kubeconfig could not be written, once; none where it was, or was not tried.
    pub fn take_unsaved(&self) -> Option<KubeconfigError> {
        self.unsaved.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// When the first container was started, in seconds since 1970.
    pub fn started(&self) -> Result<u64, MissingOutput> {
        self.started.get().copied().ok_or(MissingOutput("the time of the start"))
    }

    /// Keeps the time of the start; the first one stays.
    pub fn learn_started(&self, seconds: u64) {
        let _ = self.started.set(seconds);
    }

    /// When the first wait for nodes began.
    pub fn waiting(&self) -> Result<Instant, MissingOutput> {
        self.waiting.get().copied().ok_or(MissingOutput("the time of the wait"))
    }

    /// Keeps when a wait for nodes began; the first one stays.
    pub fn learn_waiting(&self, now: Instant) {
        let _ = self.waiting.set(now);
    }

    /// Keeps the layout; the first one stays.
    pub fn learn_layout(&self, layout: Layout) {
        let _ = self.layout.set(layout);
    }

    /// Keeps the port; the first one stays.
    pub fn learn_api_port(&self, port: u16) {
        let _ = self.api_port.set(port);
    }

    /// Keeps the join command; the first one stays.
    pub fn learn_join(&self, join: JoinCommand) {
        let _ = self.join.set(join);
    }
}
