//! The first start of a node: its container, its files and its privileges.

use super::Run;
use super::error::StepError;
use crate::cluster::layout::Layout;
use crate::cluster::name::NodeName;
use crate::cluster::timestamp::Timestamp;
use crate::docker::Call;
use crate::docker::args::{self, Container};
use crate::docker::privilege::Privilege;
use crate::node::files::{File, archive};

/// The calls of a node's first start: create, copy files, start.
pub(super) struct FirstStart {
    container: Container,
    /// Whether the container exists already, because it reserves the cluster's name.
    is_there: bool,
    put: Call,
    start: Call,
}

impl FirstStart {
    /// Returns the calls, as they are if the engine refuses none.
    pub(super) fn calls(&self) -> Vec<Call> {
        let create = (!self.is_there).then(|| args::create_container(&self.container));
        create.into_iter().chain([self.put.clone(), self.start.clone()]).collect()
    }
}

impl Run<'_> {
    /// Returns the call that creates the container of `node` without starting it, to reserve its
    /// name.
    pub(super) fn reserve_name(&self, node: &NodeName) -> Result<Call, StepError> {
        let container = self.container(node)?;
        let call = args::create_container(&container);
        self.outputs.learn_reserved(container);
        Ok(call)
    }

    /// Returns the addresses of the nodes: those of the existing network, or those on the subnet
    /// that will be tried first.
    pub(super) fn layout(&self) -> Result<Layout, StepError> {
        match self.outputs.layout() {
            Ok(layout) => Ok(layout),
            Err(_) => Ok(self.layout_on(self.free_subnet(&self.network.taken)?)),
        }
    }

    /// Returns the first start of `node`.
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

    /// Starts a node's container, and creates it first unless it exists.
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

    /// Returns the privileges that worked for another node on that engine, or else those to try
    /// first.
    pub(super) fn privilege(&self, node: &NodeName) -> Privilege {
        self.outputs.privilege(self.engines.host(node)).unwrap_or(self.nodes.privilege)
    }

    /// Stores the next lower privileges, because the engine cannot grant `--privileged`. Several
    /// nodes may find that out at the same time: they store the same.
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

/// Returns the call that copies files into a node.
pub(super) fn put(node: &NodeName, files: &[File]) -> Result<Call, StepError> {
    Ok(args::put_files(&node.to_string(), archive(files).map_err(StepError::Pack)?))
}
