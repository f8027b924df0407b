//! The container of a node: what `docker create` is told about it.

use super::Run;
use super::error::StepError;
use super::origin::Origin;
use crate::cluster::cni::Cni;
use crate::cluster::labels::{self, Label};
use crate::cluster::layout::API_PORT;
use crate::cluster::limits::Limits;
use crate::cluster::name::{NodeName, Role};
use crate::cluster::port::{PortBinding, Protocol, published_at};
use crate::cluster::runtime::Runtime;
use crate::cluster::timestamp::Timestamp;
use crate::docker::args::Container;
use crate::node::balancer;

impl Run<'_> {
    /// Returns the container of `node` that the engine will create.
    pub(super) fn container(&self, node: &NodeName) -> Result<Container, StepError> {
        let kubernetes = node.role().runs_kubernetes();
        let mounts = if kubernetes { self.nodes.mounts.clone() } else { Vec::new() };
        let state = kubernetes.then(|| self.origin.runtime()).transpose()?.map(Runtime::state);
        let network = self.outputs.network().map(String::from);
        let layout = self.layout()?;
        Ok(Container {
            name: node.to_string(),
            network: network.unwrap_or_else(|| self.roster.name().network()),
            address: layout.address(node),
            ipv6_address: layout.ipv6_address(node),
            labels: self.container_labels(node)?,
            publish: self.published(node)?,
            mounts,
            limits: if kubernetes { self.nodes.limits } else { Limits::default() },
            state,
            volumes_from: None,
            privilege: kubernetes.then(|| self.privilege(node)),
            image: self.container_image(node)?,
            entrypoint: (!kubernetes).then(|| balancer::ENTRYPOINT.to_owned()),
        })
    }

    /// Returns the name of the image that the container of `node` is made from.
    fn container_image(&self, node: &NodeName) -> Result<String, StepError> {
        if let Origin::Restore(restore) = &self.origin {
            return Ok(restore.snapshot.name.image(node));
        }
        let own = self.image(node)?;
        Ok(self.origin.cloned().map_or_else(|| own.name.clone(), |one| one.image_for(node)))
    }

    /// Returns the labels of the container of `node`, in addition to those of its image.
    fn container_labels(&self, node: &NodeName) -> Result<Vec<Label>, StepError> {
        let kubernetes = node.role().runs_kubernetes();
        let mut labels = self.labels();
        if let Origin::Restore(restore) = &self.origin {
            // The snapshot's image has the other labels.
            labels.extend(Self::restored_labels(restore));
        } else {
            labels.push((labels::ROLE, node.role().as_str().into()));
            labels.push((labels::KUBERNETES, self.image(node)?.version.to_string()));
            labels.extend(self.template_labels(kubernetes));
        }
        if self.origin.cloned().is_some() {
            // The image's label is about the certificates in the image; this node gets new ones.
            labels.push((labels::ISSUED, Timestamp::now().to_string()));
        }
        if self.manual.contains(node) {
            labels.push((labels::SETUP, labels::MANUAL.into()));
        }
        if let Some(registry) = self.nodes.registry.as_ref().filter(|_| kubernetes) {
            labels.push((labels::REGISTRY, registry.to_string()));
        }
        if let Some(own) = self.nodes.own_registry.as_ref().filter(|_| kubernetes) {
            labels.push((labels::OWN_REGISTRY, own.to_string()));
        }
        if node.role() == Role::Master && !self.nodes.settings.is_empty() {
            labels.push((labels::SETTINGS, "yes".into()));
        }
        if self.nodes.proxy.is_some() && kubernetes {
            labels.push((labels::PROXY, "yes".into()));
        } else if self.origin.cloned().is_some() {
            // The image may have this label from the other cluster, whose proxies are set up for
            // another network.
            labels.push((labels::PROXY, String::new()));
        }
        if let Some(host) = self.engines.host(node) {
            labels.push((labels::HOST, host.to_string()));
        }
        Ok(labels)
    }

    /// Returns the labels that all new nodes have. A load balancer has only that of the IP family.
    fn template_labels(&self, kubernetes: bool) -> Vec<Label> {
        let nodes = &self.nodes;
        if !kubernetes {
            return nodes.ranges.labels().filter(|(key, _)| *key == labels::IP_FAMILY).collect();
        }
        let mut labels = vec![(labels::ADDONS, nodes.addons.to_string())];
        labels.extend(nodes.ranges.labels());
        labels.extend(nodes.marks.labels_of_container());
        labels.extend(nodes.limits.labels());
        if nodes.cni == Cni::None {
            labels.push((labels::CNI, Cni::None.to_string()));
        }
        labels
    }

    /// Returns the ports that `node` publishes on the host.
    fn published(&self, node: &NodeName) -> Result<Vec<PortBinding>, StepError> {
        let mut published = Vec::new();
        let is_api_node = *node == self.roster.api_node();
        if is_api_node {
            let (port, protocol) = (self.choose_port()?, Protocol::Tcp);
            let places = published_at(self.api.address, self.nodes.ranges.family());
            let api = |address| PortBinding { address, port, target: API_PORT, protocol };
            published.extend(places.map(api));
        }
        // haproxy does not forward UDP, so the first master publishes UDP ports itself.
        let takes_udp = *node == self.roster.first_master();
        let ports = self.nodes.ports.iter().filter(|port| match port.protocol {
            Protocol::Tcp => is_api_node,
            Protocol::Udp => takes_udp,
        });
        published.extend(ports.cloned());
        Ok(published)
    }
}
