//! The steps of a node's life: container, files, kubeadm, readiness.

use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use super::error::StepError;
use super::{LOOPBACK, Run};
use crate::cluster::labels;
use crate::cluster::layout::{API_PORT, Layout, pod_range};
use crate::cluster::name::{NodeName, Role};
use crate::docker::DockerError;
use crate::docker::args::{self, Container, Publish};
use crate::docker::privilege::Privilege;
use crate::kubeadm::config::{self, ClusterConfig, NodeConfig};
use crate::kubeadm::output::JoinCommand;
use crate::kubeconfig::Access;
use crate::node::files::{File, archive};
use crate::node::{balancer, network, scripts};

/// `kubeadm init` gives its control plane four minutes to come up.
const INIT: Duration = Duration::from_secs(330);
/// `kubeadm join` gives the kubelet five.
const JOIN: Duration = Duration::from_secs(330);
/// From the last join until every node is Ready.
const READY: Duration = Duration::from_secs(240);
/// How often a port is chosen anew when somebody else was faster.
const PORT_TRIES: u32 = 5;

impl Run<'_> {
    pub(super) fn start_node(&self, node: &NodeName) -> Result<(), StepError> {
        let layout = self.facts.layout()?;
        let mut files = network::files(node, &self.spec.nodes(), layout);
        files.extend(scripts::files(&self.script_values(node, layout)));
        if *node == self.first_master() {
            files.push(File::public(scripts::INIT_CONFIG, self.init_config(node, layout)));
        }
        let container =
            Container { privilege: Some(self.privilege()), ..self.container(node, layout) };
        self.start(container, &files)
    }

    pub(super) fn start_load_balancer(&self, node: &NodeName) -> Result<(), StepError> {
        let layout = self.facts.layout()?;
        let nodes = self.spec.nodes();
        let masters = nodes.iter().filter(|node| node.role() == Role::Master);
        let files = [File::public(balancer::CONFIG, balancer::config(masters, layout))];
        let container = Container {
            privilege: None,
            entrypoint: Some(balancer::ENTRYPOINT.into()),
            ..self.container(node, layout)
        };
        self.start(container, &files)
    }

    pub(super) fn init_master(&self, node: &NodeName) -> Result<(), StepError> {
        let output = self.script(node, &[scripts::INIT], INIT)?;
        let join = JoinCommand::from_output(&String::from_utf8_lossy(&output))?;
        self.facts.learn_join(join);
        Ok(())
    }

    pub(super) fn issue_credentials(&self, node: &NodeName) -> Result<(), StepError> {
        let name = node.to_string();
        let files = self.script(&self.first_master(), &[scripts::ISSUE, &name], JOIN)?;
        self.docker.capture(&args::put_files(&name, files))?;
        Ok(())
    }

    pub(super) fn join_master(&self, node: &NodeName) -> Result<(), StepError> {
        let schedulable = self.schedulable_masters();
        let config =
            config::join_control_plane(&self.node_config(node)?, self.facts.join()?, schedulable);
        self.join(node, config)
    }

    pub(super) fn join_worker(&self, node: &NodeName) -> Result<(), StepError> {
        let config = config::join(&self.node_config(node)?, self.facts.join()?);
        self.join(node, config)
    }

    pub(super) fn wait_ready(&self, nodes: &[NodeName]) -> Result<(), StepError> {
        let seconds = self.docker.deadline(READY).as_secs().max(1).to_string();
        let names: Vec<String> = nodes.iter().map(ToString::to_string).collect();
        let words = [scripts::READY, &seconds].into_iter().chain(names.iter().map(String::as_str));
        let words: Vec<&str> = words.collect();
        self.script(&self.first_master(), &words, READY + INIT)?;
        Ok(())
    }

    pub(super) fn save_kubeconfig(&self) -> Result<(), StepError> {
        let master = self.first_master().to_string();
        let admin =
            self.docker.capture(&args::exec(&master, ["cat", "/etc/kubernetes/admin.conf"]))?;
        let server = format!("https://{LOOPBACK}:{}", self.facts.api_port()?);
        let access = Access::from_admin_conf(&admin)
            .map_err(|error| error.of(std::path::Path::new("/etc/kubernetes/admin.conf")))?
            .with_server(server);
        self.kubeconfig.merge(&self.spec.name, &access)?;
        Ok(())
    }

    fn schedulable_masters(&self) -> bool {
        self.spec.workers == 0
    }

    fn join(&self, node: &NodeName, config: String) -> Result<(), StepError> {
        let name = node.to_string();
        let call = args::exec_with_input(&name, ["bash", scripts::JOIN], config).deadline(JOIN);
        self.docker.capture(&call)?;
        Ok(())
    }

    fn script_values(&self, node: &NodeName, layout: Layout) -> scripts::Values {
        scripts::Values {
            node: node.to_string(),
            pod_range: pod_range(node),
            cri_socket: self.image.cri_socket.clone(),
            endpoint: self.endpoint(layout),
            skip_init_phases: self.image.skip_init_phases(),
            skip_join_phases: self.image.skip_join_phases(),
            upload_certs: self.spec.masters.get() > 1,
        }
    }

    fn node_config(&self, node: &NodeName) -> Result<NodeConfig, StepError> {
        Ok(NodeConfig {
            version: self.image.version,
            name: node.to_string(),
            address: self.facts.layout()?.address(node),
            cri_socket: self.image.cri_socket.clone(),
            cgroup_driver: self.image.cgroup_driver.clone(),
        })
    }

    fn init_config(&self, node: &NodeName, layout: Layout) -> String {
        let cluster = ClusterConfig {
            endpoint: self.endpoint(layout),
            cert_sans: vec!["localhost".into(), LOOPBACK.to_string(), self.api_node().to_string()],
            schedulable_masters: self.schedulable_masters(),
        };
        let node = NodeConfig {
            version: self.image.version,
            name: node.to_string(),
            address: layout.address(node),
            cri_socket: self.image.cri_socket.clone(),
            cgroup_driver: self.image.cgroup_driver.clone(),
        };
        config::init(&node, &cluster)
    }

    /// What all containers of the cluster have in common.
    fn container(&self, node: &NodeName, layout: Layout) -> Container {
        let mut labels = self.labels();
        labels.push((labels::ROLE, node.role().as_str().into()));
        labels.push((labels::KUBERNETES, self.image.version.to_string()));
        Container {
            name: node.to_string(),
            network: self.spec.name.network(),
            address: layout.address(node),
            labels,
            publish: Vec::new(),
            privilege: None,
            image: self.image.name.clone(),
            entrypoint: None,
        }
    }

    /// Creates a container, puts its files in and starts it: it finds them at its
    /// first start as at every later one.
    fn start(&self, mut container: Container, files: &[File]) -> Result<(), StepError> {
        let archive = archive(files)
            .map_err(|source| StepError::Io { action: "cannot pack a node's files", source })?;
        let name = container.name.clone();
        let publishes = name == self.api_node().to_string();
        for attempt in 1.. {
            if publishes {
                let port = self.choose_port()?;
                container.publish = vec![Publish { address: LOOPBACK, port, target: API_PORT }];
            }
            self.docker.capture(&args::create_container(&container))?;
            self.docker.capture(&args::put_files(&name, archive.clone()))?;
            match self.docker.capture(&args::start([name.as_str()])) {
                Ok(_) => break,
                Err(error) if publishes && self.may_retry(&error, attempt) => {}
                Err(error) if container.privilege.is_some_and(|all| all.refused(&error)) => {
                    container.privilege = Some(self.lesser_privilege()?);
                }
                Err(error) => return Err(error.into()),
            }
            self.docker.capture(&args::remove([name.as_str()]))?;
        }
        if let Some(publish) = container.publish.first() {
            self.facts.learn_api_port(publish.port);
        }
        Ok(())
    }

    /// What worked for another node, or what to try first.
    fn privilege(&self) -> Privilege {
        self.facts.privilege().unwrap_or(self.privilege)
    }

    /// For an engine that cannot grant `--privileged`. Several nodes may find out
    /// at once: the answer is the same.
    fn lesser_privilege(&self) -> Result<Privilege, StepError> {
        let lesser = Privilege::probe(self.docker, &self.image.name)?;
        self.facts.learn_privilege(lesser);
        Ok(lesser)
    }

    /// The user's port, or one that is free at this moment. It is chosen here and
    /// not by the engine because it must be the same after every restart.
    fn choose_port(&self) -> Result<u16, StepError> {
        if let Some(port) = self.spec.api_port {
            return Ok(port.get());
        }
        let free = |address: Ipv4Addr| TcpListener::bind((address, 0))?.local_addr();
        free(LOOPBACK)
            .map(|address| address.port())
            .map_err(|source| StepError::Io { action: "cannot find a free port", source })
    }

    /// Whether somebody took the free port before the engine did.
    fn may_retry(&self, error: &DockerError, attempt: u32) -> bool {
        let taken = error.says("port is already allocated") || error.says("address already in use");
        taken && self.spec.api_port.is_none() && attempt < PORT_TRIES
    }
}
