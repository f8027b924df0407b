//! The values that steps find while a plan runs: the one typed place in which steps hand them to
//! later ones.

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

/// A step needs a value that no earlier stage has found.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the plan needs {0} before any step has found it")]
pub struct MissingOutput(pub(super) &'static str);

/// The values that steps have found. Each is stored once and read by later steps.
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
    kubeconfig_touched: OnceLock<()>,
    lagging: OnceLock<Vec<Host>>,
    kubeconfig_error: Mutex<Option<KubeconfigError>>,
}

impl Outputs {
    /// Returns the addresses of the nodes.
    pub fn layout(&self) -> Result<Layout, MissingOutput> {
        self.layout.get().copied().ok_or(MissingOutput("the network"))
    }

    /// Returns the id of the network, if this run has created it.
    pub fn network(&self) -> Option<&str> {
        self.network.get().map(String::as_str)
    }

    /// Stores the id of the network. The first one stays.
    pub fn learn_network(&self, id: String) {
        let _ = self.network.set(id);
    }

    /// Returns the container with which the run has reserved the name of `node`.
    pub fn reserved(&self, node: &NodeName) -> Option<Container> {
        let reserved = self.reserved.lock().unwrap_or_else(PoisonError::into_inner);
        reserved.get(&node.to_string()).cloned()
    }

    /// Stores that container, in place of an earlier one.
    pub fn learn_reserved(&self, container: Container) {
        let mut reserved = self.reserved.lock().unwrap_or_else(PoisonError::into_inner);
        reserved.insert(container.name.clone(), container);
    }

    /// Returns the port of the API on the host.
    pub fn api_port(&self) -> Result<u16, MissingOutput> {
        self.api_port.get().copied().ok_or(MissingOutput("the API's port"))
    }

    /// Returns the join command.
    pub fn join(&self) -> Result<&JoinCommand, MissingOutput> {
        self.join.get().ok_or(MissingOutput("the join command"))
    }

    /// Returns the privileges that the engine of `host` grants, if it refused the first choice.
    pub fn privilege(&self, host: Option<&Host>) -> Option<Privilege> {
        let privileges = self.privileges.lock().unwrap_or_else(PoisonError::into_inner);
        privileges.get(&host.cloned()).copied()
    }

    /// Stores the privileges. The first ones stay.
    pub fn learn_privilege(&self, host: Option<&Host>, privilege: Privilege) {
        let mut privileges = self.privileges.lock().unwrap_or_else(PoisonError::into_inner);
        privileges.entry(host.cloned()).or_insert(privilege);
    }

    /// Whether this run has changed the user's kubeconfig, or tried to.
    pub fn kubeconfig_touched(&self) -> bool {
        self.kubeconfig_touched.get().is_some()
    }

    /// Records that the run is about to change the user's kubeconfig.
    pub fn learn_kubeconfig_touched(&self) {
        let _ = self.kubeconfig_touched.set(());
    }

    /// Returns the hosts that still list a network that this run has removed.
    pub fn lagging(&self) -> &[Host] {
        self.lagging.get().map_or(&[], Vec::as_slice)
    }

    /// Stores those hosts. The first ones stay.
    pub fn learn_lagging(&self, hosts: Vec<Host>) {
        let _ = self.lagging.set(hosts);
    }

    /// Stores the reason why the kubeconfig could not be written. The cluster is kept all the
    /// same.
    pub fn learn_kubeconfig_error(&self, error: KubeconfigError) {
        *self.kubeconfig_error.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }

    /// Takes the reason why the kubeconfig could not be written, if that was tried and failed.
    pub fn take_kubeconfig_error(&self) -> Option<KubeconfigError> {
        self.kubeconfig_error.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Returns when the first container was started, in seconds since 1970.
    pub fn started(&self) -> Result<u64, MissingOutput> {
        self.started.get().copied().ok_or(MissingOutput("the time of the start"))
    }

    /// Stores the time of a start. The first one stays.
    pub fn learn_started(&self, seconds: u64) {
        let _ = self.started.set(seconds);
    }

    /// Returns when the first wait for nodes began.
    pub fn waiting(&self) -> Result<Instant, MissingOutput> {
        self.waiting.get().copied().ok_or(MissingOutput("the time of the wait"))
    }

    /// Stores when a wait for nodes began. The first one stays.
    pub fn learn_waiting(&self, now: Instant) {
        let _ = self.waiting.set(now);
    }

    /// Stores the layout. The first one stays.
    pub fn learn_layout(&self, layout: Layout) {
        let _ = self.layout.set(layout);
    }

    /// Stores the port. The first one stays.
    pub fn learn_api_port(&self, port: u16) {
        let _ = self.api_port.set(port);
    }

    /// Stores the join command. The first one stays.
    pub fn learn_join(&self, join: JoinCommand) {
        let _ = self.join.set(join);
    }
}
