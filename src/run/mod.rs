//! Runs plans against the engine. The steps turn facts into docker calls; one
//! loop runs them; one place takes a failed run back.

mod error;
mod execute;
mod facts;
mod nodes;
mod rollback;
mod subnets;

use std::net::Ipv4Addr;

pub use error::{Failure, StepError};
pub use execute::{Timing, execute};
pub use facts::Facts;
pub use rollback::rollback;

use crate::cluster::labels;
use crate::cluster::layout::{API_PORT, Layout};
use crate::cluster::name::NodeName;
use crate::cluster::spec::ClusterSpec;
use crate::docker::args::{self, Label};
use crate::docker::privilege::Privilege;
use crate::docker::{Call, Docker};
use crate::image::contract::NodeImage;
use crate::kubeconfig::Location;
use crate::plan::Step;

/// What a run is about, and what it has learned.
#[derive(Debug)]
pub struct Run<'a> {
    /// The engine.
    pub docker: &'a Docker,
    /// The cluster as it shall be.
    pub spec: &'a ClusterSpec,
    /// What its nodes are made of.
    pub image: &'a NodeImage,
    /// What the engine grants a node.
    pub privilege: Privilege,
    /// Where the user's kubeconfig is.
    pub kubeconfig: &'a Location,
    /// The value of the run label on everything that this run makes.
    pub id: String,
    /// What the steps have learned.
    pub facts: Facts,
}

impl Run<'_> {
    /// Does `step`.
    fn perform(&self, step: &Step) -> Result<(), StepError> {
        match step {
            Step::CreateNetwork => self.create_network(),
            Step::StartLoadBalancer(node) => self.start_load_balancer(node),
            Step::StartNode(node) => self.start_node(node),
            Step::InitMaster(node) => self.init_master(node),
            Step::IssueCredentials(node) => self.issue_credentials(node),
            Step::JoinMaster(node) => self.join_master(node),
            Step::JoinWorker(node) => self.join_worker(node),
            Step::WaitReady(nodes) => self.wait_ready(nodes),
            Step::SaveKubeconfig => self.save_kubeconfig(),
        }
    }

    /// The labels of every object that this run makes.
    fn labels(&self) -> Vec<Label> {
        vec![
            (labels::CLUSTER, self.spec.name.to_string()),
            (labels::SCHEMA, labels::SCHEMA_VERSION.into()),
            (labels::RUN, self.id.clone()),
        ]
    }

    /// The node that the API is published from.
    fn api_node(&self) -> NodeName {
        let first = std::num::NonZeroU8::MIN;
        if self.spec.has_load_balancer() {
            NodeName::load_balancer(&self.spec.name)
        } else {
            NodeName::master(&self.spec.name, first)
        }
    }

    /// `ADDRESS:PORT` of the API for all nodes.
    fn endpoint(&self, layout: Layout) -> String {
        format!("{}:{API_PORT}", layout.address(&self.api_node()))
    }

    fn first_master(&self) -> NodeName {
        NodeName::master(&self.spec.name, std::num::NonZeroU8::MIN)
    }

    /// Runs a script of ours in a node.
    fn script(
        &self,
        node: &NodeName,
        words: &[&str],
        deadline: std::time::Duration,
    ) -> Result<Vec<u8>, StepError> {
        let name = node.to_string();
        let command = ["bash"].into_iter().chain(words.iter().copied());
        let call: Call = args::exec(&name, command).deadline(deadline);
        Ok(self.docker.capture_bytes(&call)?)
    }
}

/// Where the API is published on the host.
pub(crate) const LOOPBACK: Ipv4Addr = Ipv4Addr::LOCALHOST;
