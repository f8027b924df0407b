//! Runs plans against the engine. The steps turn facts into docker calls; one
//! loop runs them; one place takes a failed run back.

mod control_plane;
mod error;
mod execute;
mod facts;
mod leave;
mod power;
mod rollback;
mod start;
mod subnets;

use std::net::Ipv4Addr;
use std::num::NonZeroU16;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub(crate) use control_plane::ADMIN_CONF;
pub use error::{Failure, StepError};
pub use execute::{Timing, execute};
pub use facts::{Facts, MissingFact};
pub use rollback::rollback;

use crate::cluster::labels;
use crate::cluster::layout::{API_PORT, Layout};
use crate::cluster::name::NodeName;
use crate::cluster::roster::Roster;
use crate::cluster::subnet::Subnet;
use crate::docker::args::{self, Label};
use crate::docker::privilege::Privilege;
use crate::docker::{Call, Docker};
use crate::image::contract::NodeImage;
use crate::kubeadm::output::redact;
use crate::kubeconfig::Location;
use crate::plan::Step;
use crate::ui::Ui;

/// What a run is about, and what it has learned.
#[derive(Debug)]
pub struct Run<'a> {
    /// The engine.
    pub docker: &'a Docker,
    /// The cluster as it shall be when the run is over.
    pub roster: &'a Roster,
    /// A master that runs, or will: it speaks for the cluster.
    pub speaker: NodeName,
    /// What new nodes are made of; none where there will be none.
    pub image: Option<NodeImage>,
    /// What the engine grants a node.
    pub privilege: Privilege,
    /// The network that the user chose.
    pub subnet: Option<Subnet>,
    /// The API's port on the host that the user chose.
    pub api_port: Option<NonZeroU16>,
    /// Where the user's kubeconfig is; none where it is left alone.
    pub kubeconfig: Option<Location>,
    /// Where the output of kubeadm is shown as it comes; none for not at all.
    pub tail: Option<Ui>,
    /// The value of the run label on everything that this run makes.
    pub id: String,
    /// What the steps have learned.
    pub facts: Facts,
}

impl<'a> Run<'a> {
    /// A run about `roster`, without wishes, that makes no node.
    #[must_use]
    pub fn new(docker: &'a Docker, roster: &'a Roster, speaker: NodeName) -> Self {
        Self {
            docker,
            roster,
            speaker,
            image: None,
            privilege: Privilege::Full,
            subnet: None,
            api_port: None,
            kubeconfig: None,
            tail: None,
            id: run_id(),
            facts: Facts::default(),
        }
    }

    /// Does `step`.
    fn perform(&self, step: &Step) -> Result<(), StepError> {
        match step {
            Step::CreateNetwork => self.create_network(),
            Step::Claim(node) => self.claim(node),
            Step::StartLoadBalancer(node) => self.start_load_balancer(node),
            Step::StartNode(node) => self.start_node(node),
            Step::InitMaster(node) => self.init_master(node),
            Step::IssueCredentials(node) => self.issue_credentials(node),
            Step::AskForWorkers => self.ask(&[]),
            Step::AskForMasters => self.ask(&["--masters"]),
            Step::JoinMaster(node) => self.join_master(node),
            Step::JoinWorker(node) => self.join_worker(node),
            Step::WaitReady(nodes) => self.wait_ready(nodes, 0),
            Step::WaitReadyAgain(nodes) => self.wait_ready(nodes, self.facts.started()?),
            Step::SaveKubeconfig => self.save_kubeconfig(),
            Step::Keep(nodes) => self.keep(nodes),
            Step::UpdateRoutes(node) => self.update_routes(node),
            Step::UpdateLoadBalancer(node) => self.update_load_balancer(node),
            Step::Drain(node) => self.drain(node),
            Step::LeaveControlPlane(node) => self.leave_control_plane(node),
            Step::Forget(node) => self.forget(node),
            Step::RemoveContainer(node) => self.remove_container(node),
            Step::Stop(node) => self.stop(node),
            Step::Start(node) => self.start_again(node),
        }
    }

    fn image(&self) -> Result<&NodeImage, MissingFact> {
        self.image.as_ref().ok_or(MissingFact("the image"))
    }

    /// The labels of every object that this run makes.
    fn labels(&self) -> Vec<Label> {
        vec![
            (labels::CLUSTER, self.roster.name().to_string()),
            (labels::SCHEMA, labels::SCHEMA_VERSION.into()),
            (labels::RUN, self.id.clone()),
        ]
    }

    /// `ADDRESS:PORT` of the API for all nodes.
    fn endpoint(&self, layout: Layout) -> String {
        format!("{}:{API_PORT}", layout.address(&self.roster.api_node()))
    }

    /// Runs a program in a node.
    fn in_node(
        &self,
        node: &NodeName,
        words: &[&str],
        deadline: Duration,
    ) -> Result<Vec<u8>, StepError> {
        let name = node.to_string();
        let call = args::exec(&name, words.iter().copied()).deadline(deadline);
        Ok(self.docker.capture_bytes(&call)?)
    }

    /// Runs a call whose output the user may want to see as it comes, and returns
    /// that output.
    fn show(&self, node: &NodeName, call: &Call) -> Result<String, StepError> {
        let Some(ui) = &self.tail else { return Ok(self.docker.capture(call)?) };
        let mut text = String::new();
        self.docker.stream(call, |line| {
            ui.detail(&node.to_string(), &redact(line));
            text.push_str(line);
            text.push('\n');
        })?;
        Ok(text)
    }

    /// Runs a script of ours in a node.
    fn script(
        &self,
        node: &NodeName,
        words: &[&str],
        deadline: Duration,
    ) -> Result<Vec<u8>, StepError> {
        self.in_node(node, &[&["bash"], words].concat(), deadline)
    }
}

/// A word that no other run has, on this engine or another.
fn run_id() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("{:x}-{}", now.as_nanos(), std::process::id())
}

/// Where the API is published on the host.
pub(crate) const LOOPBACK: Ipv4Addr = Ipv4Addr::LOCALHOST;
