//! The files that are copied into a node before its first start.

use std::collections::BTreeSet;
use std::time::Duration;

use super::Run;
use super::error::StepError;
use super::origin::Origin;
use super::outputs::MissingOutput;
use crate::cluster::cni::Cni;
use crate::cluster::layout::Layout;
use crate::cluster::mirror::Mirror;
use crate::cluster::name::{NodeName, Role};
use crate::cluster::port::Protocol;
use crate::cluster::registry::Reach;
use crate::node::files::File;
use crate::node::kubeadm::config::Discovery;
use crate::node::kubeadm::{dns, etcd, probes};
use crate::node::network::{self, Network};
use crate::node::{
    addons, balancer, limits, manual, proxy, registry, scripts, snapshot, stand_ins,
};

/// How long a script in a node may wait for one thing.
const PATIENCE: Duration = Duration::from_secs(60);

impl Run<'_> {
    /// Returns the files that the container of `node` finds at every start.
    pub(super) fn files(&self, node: &NodeName) -> Result<Vec<File>, StepError> {
        if let Origin::Restore(restore) = &self.origin {
            return Ok(snapshot::files(
                node.role(),
                self.origin.runtime()?,
                restore.renew_certificates,
            ));
        }
        let layout = self.outputs.layout()?;
        let is_manual = self.manual.contains(node);
        if node.role() == Role::LoadBalancer {
            let config = self.balancer_config(layout);
            // A load balancer that is left to the user starts without masters behind it.
            let alone = || {
                let config = balancer::config([], &BTreeSet::new(), layout, balancer::CHECK);
                File::public(balancer::CONFIG, config)
            };
            return Ok(if is_manual {
                manual::balancer(config).into_iter().chain([alone()]).collect()
            } else {
                vec![File::public(balancer::CONFIG, config)]
            });
        }
        let mtu = self.is_spread().then_some(network::OVERLAY_MTU);
        let net = Network { layout, ranges: self.nodes.ranges, api: self.endpoint(layout) };
        let mut files = match self.nodes.cni {
            Cni::Static => network::files(node, self.roster.nodes(), &net, mtu),
            Cni::None => network::without_pods(node, &net),
        };
        files.extend(scripts::files(&self.script_values(node, layout)?));
        files.extend(self.outside_files(layout)?);
        if node.role() == Role::Master {
            let config = self.init_config(node, layout)?;
            // The user's settings may be secret.
            files.push(File { mode: 0o600, ..File::public(scripts::INIT_CONFIG, config) });
            files.extend(self.nodes.settings.files());
            files.extend(
                probes::patches()
                    .map(|(pod, patch)| File::public(scripts::probes_patch(pod), patch)),
            );
        }
        files.extend(self.nodes.settings.files_of_runtime());
        files.extend(self.nodes.settings.patches.files(node.role()));
        files.extend(limits::files(self.nodes.limits));
        if self.nodes.other_images.contains_key(node) {
            files.extend(stand_ins::files(&self.nodes.stand_ins));
        }
        if self.is_first_member(node) {
            let members =
                self.first_masters().map(|master| (master, layout.addresses(master).primary()));
            files.push(File::public(scripts::ETCD_PATCH, etcd::patch(members)));
        }
        if *node == self.roster.first_master() {
            files.push(addons::file(&self.nodes.addons, layout));
            files.push(File::public(scripts::DNS_PATCH, dns::patch()));
        }
        let pki = self.origin.pki().filter(|_| !is_manual);
        let credentials = pki.map(|pki| self.credentials(pki, node, layout)).transpose()?;
        let credentials = credentials.unwrap_or_default();
        if is_manual {
            files.extend(self.manual_files(node, layout)?);
        }
        if let Origin::Clone { image, .. } = &self.origin {
            files.extend(snapshot::files_of_clone(node.role(), image.runtime, credentials));
        } else {
            files.extend(credentials);
        }
        Ok(files)
    }

    /// Returns the files about the world outside of the cluster: registries, proxies, authorities.
    fn outside_files(&self, layout: Layout) -> Result<Vec<File>, MissingOutput> {
        let runtime = self.origin.runtime()?;
        let registry = self.nodes.registry.as_ref();
        let reach = Reach { layout, own: self.nodes.own_registry.as_ref() };
        let mirrors = &self.nodes.settings.mirrors;
        // Other mirrors are reached through the proxy, as the rest of the outside is.
        let near = mirrors.iter().map(Mirror::at).filter(|at| at.bypasses_proxy());
        let no_proxy = registry.into_iter().chain(near).map(|registry| registry.host(reach));
        let no_proxy: Vec<String> = no_proxy.collect();
        let proxy =
            self.nodes.proxy.clone().map(|proxy| {
                proxy.with_exceptions(self.roster, (layout, self.nodes.ranges), no_proxy)
            });
        let registry = registry::files(registry, &self.nodes.settings, reach, runtime);
        let none = || self.origin.cloned().map(|_| vec![proxy::none()]);
        let proxy = proxy.map(|proxy| proxy::files(&proxy, runtime)).or_else(none);
        Ok(registry.into_iter().chain(proxy.into_iter().flatten()).collect())
    }

    /// Returns the files of a node whose setup is left to the user.
    fn manual_files(&self, node: &NodeName, layout: Layout) -> Result<Vec<File>, StepError> {
        if *node == self.roster.first_master() {
            return Ok(vec![manual::init()]);
        }
        let discovery = Discovery::Manual { endpoint: &self.endpoint(layout) };
        Ok(manual::join(self.join_config(node, layout, discovery)?))
    }

    /// Returns haproxy's configuration for the masters of the roster.
    pub(super) fn balancer_config(&self, layout: Layout) -> String {
        let masters = self.roster.with_role(Role::Master);
        let check = self.admin_engine().deadline(balancer::CHECK).max(balancer::CHECK);
        balancer::config(masters, &self.node_ports(), layout, check)
    }

    fn node_ports(&self) -> BTreeSet<u16> {
        let tcp = self.nodes.ports.iter().filter(|port| port.protocol == Protocol::Tcp);
        tcp.map(|port| port.target).collect()
    }

    fn script_values(&self, node: &NodeName, layout: Layout) -> Result<scripts::Values, StepError> {
        let image = self.image(node)?;
        Ok(scripts::Values {
            node: node.to_string(),
            cni: self.nodes.cni,
            cri_socket: image.cri_socket.clone(),
            endpoint: self.endpoint(layout),
            skip_init_phases: image.skip_init_phases(),
            skip_join_phases: image.skip_join_phases(),
            etcd: etcd::here(layout.addresses(node).primary()),
            upload_certs: self.origin.pki().is_none()
                && self.roster.with_role(Role::Master).count() > 1,
            patience: self.engines.of(node).deadline(PATIENCE),
        })
    }
}
