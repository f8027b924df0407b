//! kubeadm's configuration for the first master and for each join.

use std::iter;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use super::Run;
use super::error::StepError;
use super::outputs::MissingOutput;
use crate::cluster::layout::Layout;
use crate::cluster::name::{NodeName, Role};
use crate::node::kubeadm::config::{self, ClusterConfig, Discovery, NodeConfig};
use crate::node::kubeadm::registration;
use crate::node::scripts;

/// How long kubeadm waits for the API and for control plane pods: less than the deadlines of the
/// calls that run kubeadm.
pub(super) const API: Duration = Duration::from_secs(240);

impl Run<'_> {
    fn node_config(&self, node: &NodeName, layout: Layout) -> Result<NodeConfig, MissingOutput> {
        let image = self.image(node)?;
        Ok(NodeConfig {
            version: image.version,
            name: node.to_string(),
            addresses: layout.addresses(node),
            cri_socket: image.cri_socket.clone(),
            cgroup_driver: image.cgroup_driver.clone(),
            patches: self.has_patches(node).then_some(scripts::PATCHES),
            patience: self.engines.of(node).deadline(API),
        })
    }

    /// Returns the configuration of `kubeadm init`. Every master has it, because it describes the
    /// cluster to later kubeadm calls.
    pub(super) fn init_config(&self, node: &NodeName, layout: Layout) -> Result<String, StepError> {
        let loopback = Ipv4Addr::LOCALHOST;
        let address = self.api.address;
        let elsewhere = (address != loopback).then(|| address.to_string());
        let api_node = self.roster.api_node();
        let names = ["localhost".into(), loopback.to_string(), api_node.to_string()];
        let ipv6 = layout.ipv6().map(|_| Ipv6Addr::LOCALHOST.to_string());
        // Only the further addresses, because kubeadm adds the primary ones itself.
        let nodes = iter::once(node).chain(Some(&api_node).filter(|api_node| *api_node != node));
        let others = nodes.flat_map(|node| layout.addresses(node).into_iter().skip(1));
        let others = others.map(|address| address.to_string());
        let cluster = ClusterConfig {
            endpoint: self.endpoint(layout),
            cert_sans: names.into_iter().chain(ipv6).chain(others).chain(elsewhere).collect(),
            ranges: self.nodes.ranges,
            schedulable_masters: self.roster.has_schedulable_masters(),
            several_masters: self.roster.has_load_balancer(),
            // A user who joins nodes manually takes longer than mokctl, which joins them
            // immediately.
            token_ttl: if self.manual.contains(node) { "24h0m0s" } else { "15m0s" },
        };
        self.with_settings(node, config::init(&self.node_config(node, layout)?, &cluster))
    }

    /// Returns the configuration of `kubeadm join` for `node`, which depends on its role.
    pub(super) fn join_config(
        &self,
        node: &NodeName,
        layout: Layout,
        discovery: Discovery<'_>,
    ) -> Result<String, StepError> {
        let node_config = self.node_config(node, layout)?;
        let text = match node.role() {
            Role::Master => {
                let schedulable = self.roster.has_schedulable_masters();
                config::join_control_plane(&node_config, discovery, schedulable)
            }
            Role::Worker | Role::LoadBalancer => config::join(&node_config, discovery),
        };
        self.with_settings(node, text)
    }

    /// Merges the user's settings into a kubeadm configuration.
    fn with_settings(&self, node: &NodeName, text: String) -> Result<String, StepError> {
        let schedulable = self.roster.has_schedulable_masters();
        let of_node = registration::documents(node, &self.nodes.marks, schedulable);
        let applied = self.nodes.settings.applied(text, &of_node);
        applied.map_err(StepError::Settings)
    }

    /// Whether `node` has patches for kubeadm. A worker has only the user's.
    pub(super) fn has_patches(&self, node: &NodeName) -> bool {
        let role = node.role();
        role == Role::Master || self.nodes.settings.patches.files(role).next().is_some()
    }
}
