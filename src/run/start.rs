//! A node's first start: its container, its files and its rights.

use std::collections::BTreeSet;
use std::time::Duration;

use super::Run;
use super::error::StepError;
use super::origin::Origin;
use super::outputs::MissingOutput;
use crate::cluster::cni::Cni;
use crate::cluster::labels::{self, Label};
use crate::cluster::layout::{API_PORT, Layout};
use crate::cluster::limits::Limits;
use crate::cluster::mirror::Mirror;
use crate::cluster::name::{NodeName, Role};
use crate::cluster::port::{PortBinding, Protocol, published_at};
use crate::cluster::registry::Reach;
use crate::cluster::runtime::Runtime;
use crate::cluster::timestamp::Timestamp;
use crate::docker::Call;
use crate::docker::args::{self, Container};
use crate::docker::privilege::Privilege;
use crate::node::files::{File, archive};
use crate::node::kubeadm::config::Discovery;
use crate::node::kubeadm::{dns, etcd};
use crate::node::network::{self, Network};
use crate::node::{
    addons, balancer, limits, manual, proxy, registry, scripts, snapshot, stand_ins,
};

/// What a script in a node may wait for, in the calls that run it.
const PATIENCE: Duration = Duration::from_secs(60);

/// The container of a node, what is put into it, and its start.
pub(super) struct FirstStart {
    container: Container,
    /// Whether it is there already, with the cluster's name.
    is_there: bool,
    put: Call,
    start: Call,
}

impl FirstStart {
    /// All calls that it takes if the engine refuses none.
    pub(super) fn calls(&self) -> Vec<Call> {
        let create = (!self.is_there).then(|| args::create_container(&self.container));
        create.into_iter().chain([self.put.clone(), self.start.clone()]).collect()
    }
}

impl Run<'_> {
    /// What a container finds at its first start as at every later one.
    pub(super) fn files(&self, node: &NodeName) -> Result<Vec<File>, StepError> {
        if let Origin::Restore(restore) = &self.origin {
            return Ok(snapshot::files(node.role(), self.origin.runtime()?, restore.renews));
        }
        let layout = self.outputs.layout()?;
        let is_manual = self.manual.contains(node);
        if node.role() == Role::LoadBalancer {
            let config = self.balancer_config(layout);
            // Left to the user it runs without masters behind it.
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
            // What the user has said may be secret.
            files.push(File { mode: 0o600, ..File::public(scripts::INIT_CONFIG, config) });
            files.extend(self.nodes.settings.files());
        }
        files.extend(self.nodes.settings.files_of_runtime());
        files.extend(self.nodes.settings.patches.files(node.role()));
        files.extend(limits::files(self.nodes.limits));
        let (others, names) = &self.nodes.other_images;
        if others.contains_key(node) {
            files.extend(stand_ins::files(names));
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

    /// What a node has for what is outside of the cluster.
    fn outside_files(&self, layout: Layout) -> Result<Vec<File>, MissingOutput> {
        let runtime = self.origin.runtime()?;
        let registry = self.nodes.registry.as_ref();
        let reach = Reach { layout, own: self.nodes.own_registry.as_ref() };
        let mirrors = &self.nodes.settings.mirrors;
        // Others are reached as the rest of the outside is.
        let near = mirrors.iter().map(Mirror::at).filter(|at| at.is_near());
        let direct = registry.into_iter().chain(near).map(|registry| registry.host(reach));
        let direct: Vec<String> = direct.collect();
        let proxy = self
            .nodes
            .proxy
            .clone()
            .map(|proxy| proxy.around(self.roster, (layout, self.nodes.ranges), direct));
        let registry = registry::files(registry, &self.nodes.settings, reach, runtime);
        let none = || self.origin.cloned().map(|_| vec![proxy::none()]);
        let proxy = proxy.map(|proxy| proxy::files(&proxy, runtime)).or_else(none);
        Ok(registry.into_iter().chain(proxy.into_iter().flatten()).collect())
    }

    /// What a node has whose setup is left to the user.
    fn manual_files(&self, node: &NodeName, layout: Layout) -> Result<Vec<File>, StepError> {
        if *node == self.roster.first_master() {
            return Ok(vec![manual::init()]);
        }
        let discovery = Discovery::Manual { endpoint: &self.endpoint(layout) };
        Ok(manual::join(self.join_config(node, layout, discovery)?))
    }

    /// The balancer's configuration, for the masters of the roster.
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

    /// The container of `node`, as the engine shall create it.
    pub(super) fn container(&self, node: &NodeName) -> Result<Container, StepError> {
        let mut labels = self.labels();
        let image = if let Origin::Restore(restore) = &self.origin {
            labels.extend(Self::restored_labels(restore));
            restore.snapshot.name.image(node)
        } else {
            let image = self.image(node)?;
            labels.push((labels::ROLE, node.role().as_str().into()));
            labels.push((labels::KUBERNETES, image.version.to_string()));
            match self.origin.cloned() {
                Some(snapshot) => {
                    // The image says it of the certificates in it.
                    labels.push((labels::ISSUED, Timestamp::now().to_string()));
                    snapshot.image_for(node)
                }
                None => image.name.clone(),
            }
        };
        if self.manual.contains(node) {
            labels.push((labels::SETUP, labels::MANUAL.into()));
        }
        let kubernetes = node.role().runs_kubernetes();
        if kubernetes && !matches!(self.origin, Origin::Restore(_)) {
            labels.push((labels::ADDONS, self.nodes.addons.to_string()));
        }
        if !matches!(self.origin, Origin::Restore(_)) {
            let is_for = |(key, _): &Label| kubernetes || *key == labels::IP_FAMILY;
            labels.extend(self.nodes.ranges.labels().filter(is_for));
        }
        if let Some(registry) = self.nodes.registry.as_ref().filter(|_| kubernetes) {
            labels.push((labels::REGISTRY, registry.to_string()));
        }
        if let Some(own) = self.nodes.own_registry.as_ref().filter(|_| kubernetes) {
            labels.push((labels::OWN_REGISTRY, own.to_string()));
        }
        if kubernetes && !matches!(self.origin, Origin::Restore(_)) {
            labels.extend(self.nodes.marks.labels_of_container());
            labels.extend(self.nodes.limits.labels());
            if self.nodes.cni == Cni::None {
                labels.push((labels::CNI, Cni::None.to_string()));
            }
        }
        if node.role() == Role::Master && !self.nodes.settings.is_empty() {
            labels.push((labels::SETTINGS, "yes".into()));
        }
        if self.nodes.proxy.is_some() && kubernetes {
            labels.push((labels::PROXY, "yes".into()));
        } else if self.origin.cloned().is_some() {
            // The image may say it of the other cluster, whose proxies know its network.
            labels.push((labels::PROXY, String::new()));
        }
        if let Some(host) = self.engines.host(node) {
            labels.push((labels::HOST, host.to_string()));
        }
        let mounts = if kubernetes { self.nodes.mounts.clone() } else { Vec::new() };
        let state = kubernetes.then(|| self.origin.runtime()).transpose()?.map(Runtime::state);
        let network = self.outputs.network().map(String::from);
        let layout = self.layout()?;
        Ok(Container {
            name: node.to_string(),
            network: network.unwrap_or_else(|| self.roster.name().network()),
            address: layout.address(node),
            ipv6_address: layout.ipv6_address(node),
            labels,
            publish: self.published(node)?,
            mounts,
            limits: if kubernetes { self.nodes.limits } else { Limits::default() },
            state,
            volumes_from: None,
            privilege: kubernetes.then(|| self.privilege(node)),
            image,
            entrypoint: (!kubernetes).then(|| balancer::ENTRYPOINT.to_owned()),
        })
    }

    /// What `node` publishes on the host.
    fn published(&self, node: &NodeName) -> Result<Vec<PortBinding>, StepError> {
        let mut published = Vec::new();
        let is_api_node = *node == self.roster.api_node();
        if is_api_node {
            let (port, protocol) = (self.choose_port()?, Protocol::Tcp);
            let places = published_at(self.api.address, self.nodes.ranges.family());
            let api = |address| PortBinding { address, port, target: API_PORT, protocol };
            published.extend(places.map(api));
        }
        // haproxy forwards TCP alone.
        let takes_udp = *node == self.roster.first_master();
        let ports = self.nodes.ports.iter().filter(|port| match port.protocol {
            Protocol::Tcp => is_api_node,
            Protocol::Udp => takes_udp,
        });
        published.extend(ports.cloned());
        Ok(published)
    }

    /// The call that makes the container of `node` and thereby gets its name, before the
    /// node is started.
    pub(super) fn reserve_name(&self, node: &NodeName) -> Result<Call, StepError> {
        let container = self.container(node)?;
        let call = args::create_container(&container);
        self.outputs.learn_reserved(container);
        Ok(call)
    }

    /// Where the nodes are, or will be unless the engine refuses that subnet.
    fn layout(&self) -> Result<Layout, StepError> {
        match self.outputs.layout() {
            Ok(layout) => Ok(layout),
            Err(_) => Ok(self.layout_on(self.free_subnet(&self.network.taken)?)),
        }
    }

    /// What the first start of `node` takes.
    pub(super) fn first_start(&self, node: &NodeName) -> Result<FirstStart, StepError> {
        if node.role().runs_kubernetes() {
            self.outputs.learn_started(Timestamp::now().seconds());
        }
        let reserved = self.outputs.reserved(node);
        Ok(FirstStart {
            is_there: reserved.is_some(),
            container: reserved.map_or_else(|| self.container(node), Ok)?,
            put: put(node, &self.files(node)?)?,
            start: args::start([node.to_string().as_str()]),
        })
    }

    /// Starts a node's container, which is created unless it is there.
    pub(super) fn start(&self, node: &NodeName, first: FirstStart) -> Result<(), StepError> {
        let FirstStart { mut container, mut is_there, put, start } = first;
        let docker = self.engines.of(node);
        for attempt in 1.. {
            if !is_there {
                docker.capture(&args::create_container(&container))?;
            }
            docker.capture(&put)?;
            match docker.capture(&start) {
                Ok(_) => break,
                Err(error) if self.may_retry(&container, &error, attempt) => {}
                Err(error) if container.privilege.is_some_and(|all| all.refused(&error)) => {
                    self.learn_lesser_privilege(node, &container.image)?;
                }
                Err(error) => return Err(error.into()),
            }
            docker.capture(&args::remove([container.name.as_str()]))?;
            container = self.container(node)?;
            is_there = false;
        }
        if let Some(publish) = container.publish.iter().find(|publish| publish.is_api()) {
            self.outputs.learn_api_port(publish.port);
        }
        Ok(())
    }

    /// What worked for another node of that engine, or what to try first.
    fn privilege(&self, node: &NodeName) -> Privilege {
        self.outputs.privilege(self.engines.host(node)).unwrap_or(self.nodes.privilege)
    }

    /// For an engine that cannot grant `--privileged`. Several nodes may find out
    /// at once: the answer is the same.
    pub(super) fn learn_lesser_privilege(
        &self,
        node: &NodeName,
        image: &str,
    ) -> Result<(), StepError> {
        let lesser = self.engines.of(node).lesser_privilege(image)?;
        self.outputs.learn_privilege(self.engines.host(node), lesser);
        Ok(())
    }
}

/// Puts files into a node.
pub(super) fn put(node: &NodeName, files: &[File]) -> Result<Call, StepError> {
    Ok(args::put_files(&node.to_string(), archive(files).map_err(StepError::Pack)?))
}
