//! A node's first start: its container, its files, its port and its rights.

use std::net::{Ipv4Addr, TcpListener};

use super::error::StepError;
use super::{LOOPBACK, Run};
use crate::cluster::labels;
use crate::cluster::layout::{API_PORT, Layout, pod_range};
use crate::cluster::name::{NodeName, Role};
use crate::docker::DockerError;
use crate::docker::args::{self, Container, Publish};
use crate::docker::privilege::Privilege;
use crate::node::files::{File, archive};
use crate::node::{balancer, network, scripts};

/// How often a port is chosen anew when somebody else was faster.
const PORT_TRIES: u32 = 5;

impl Run<'_> {
    pub(super) fn start_node(&self, node: &NodeName) -> Result<(), StepError> {
        let layout = self.facts.layout()?;
        let mut files = network::files(node, self.roster.nodes(), layout);
        files.extend(scripts::files(&self.script_values(node, layout)?));
        if node.role() == Role::Master {
            files.push(File::public(scripts::INIT_CONFIG, self.init_config(node, layout)?));
        }
        let container =
            Container { privilege: Some(self.privilege()), ..self.container(node, layout)? };
        self.start(container, &files)
    }

    pub(super) fn start_load_balancer(&self, node: &NodeName) -> Result<(), StepError> {
        let layout = self.facts.layout()?;
        let files = [self.balancer_file(layout)];
        let container = Container {
            privilege: None,
            entrypoint: Some(balancer::ENTRYPOINT.into()),
            ..self.container(node, layout)?
        };
        self.start(container, &files)
    }

    /// The balancer's configuration, for the masters of the roster.
    pub(super) fn balancer_file(&self, layout: Layout) -> File {
        let masters = self.roster.with_role(Role::Master);
        File::public(balancer::CONFIG, balancer::config(masters, layout))
    }

    pub(super) fn keep(&self, nodes: &[NodeName]) -> Result<(), StepError> {
        let names: Vec<String> = nodes.iter().map(ToString::to_string).collect();
        self.docker.capture(&args::keep(names.iter().map(String::as_str)))?;
        Ok(())
    }

    fn script_values(&self, node: &NodeName, layout: Layout) -> Result<scripts::Values, StepError> {
        let image = self.image()?;
        Ok(scripts::Values {
            node: node.to_string(),
            pod_range: pod_range(node),
            cri_socket: image.cri_socket.clone(),
            endpoint: self.endpoint(layout),
            skip_init_phases: image.skip_init_phases(),
            skip_join_phases: image.skip_join_phases(),
            upload_certs: self.roster.with_role(Role::Master).count() > 1,
        })
    }

    /// What all containers of the cluster have in common.
    fn container(&self, node: &NodeName, layout: Layout) -> Result<Container, StepError> {
        let image = self.image()?;
        let mut labels = self.labels();
        labels.push((labels::ROLE, node.role().as_str().into()));
        labels.push((labels::KUBERNETES, image.version.to_string()));
        Ok(Container {
            name: node.to_string(),
            network: self.roster.name().network(),
            address: layout.address(node),
            labels,
            publish: Vec::new(),
            privilege: None,
            image: image.name.clone(),
            entrypoint: None,
        })
    }

    /// Creates a container, puts its files in and starts it: it finds them at its
    /// first start as at every later one.
    fn start(&self, mut container: Container, files: &[File]) -> Result<(), StepError> {
        let archive = archive(files)
            .map_err(|source| StepError::Io { action: "cannot pack a node's files", source })?;
        let name = container.name.clone();
        let publishes = name == self.roster.api_node().to_string();
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
        let lesser = Privilege::probe(self.docker, &self.image()?.name)?;
        self.facts.learn_privilege(lesser);
        Ok(lesser)
    }

    /// The user's port, or one that is free at this moment. It is chosen here and
    /// not by the engine because it must be the same after every restart.
    fn choose_port(&self) -> Result<u16, StepError> {
        if let Some(port) = self.api_port {
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
        taken && self.api_port.is_none() && attempt < PORT_TRIES
    }
}
