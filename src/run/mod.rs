//! Runs plans against the engine. The steps turn facts into docker calls; one
//! loop runs them; one place takes a failed run back.

mod calls;
mod control_plane;
mod error;
mod execute;
mod facts;
mod foresee;
mod image;
mod leave;
mod port;
mod rollback;
mod snapshot;
mod start;
mod subnets;

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::num::NonZeroU16;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub(crate) use control_plane::ADMIN_CONF;
pub use error::{Failure, StepError};
pub use execute::{Timing, execute};
pub use facts::{Facts, MissingFact};
pub use foresee::foresee;
pub use rollback::rollback;
pub use snapshot::Restore;

use crate::cluster::host;
use crate::cluster::labels;
use crate::cluster::labels::Label;
use crate::cluster::layout::{API_PORT, Layout};
use crate::cluster::moment::Moment;
use crate::cluster::mount::Mount;
use crate::cluster::name::NodeName;
use crate::cluster::port::Publish;
use crate::cluster::proxy::Proxy;
use crate::cluster::registry::Registry;
use crate::cluster::roster::Roster;
use crate::cluster::runtime::Runtime;
use crate::cluster::subnet::Subnet;
use crate::docker::privilege::Privilege;
use crate::docker::{Call, Docker, Engines, args};
use crate::image::contract::NodeImage;
use crate::kubeadm::output::redact;
use crate::kubeconfig::Location;
use crate::node::pki::Pki;
use crate::plan::Step;
use crate::snapshot::Snapshot;
use crate::ui::Ui;

/// What a run is about, and what it has learned.
#[derive(Debug)]
pub struct Run<'a> {
    /// The engines, and which node is on which.
    pub engines: &'a Engines,
    /// The cluster as it shall be when the run is over.
    pub roster: &'a Roster,
    /// A master that runs, or will: it speaks for the cluster.
    pub speaker: NodeName,
    /// The nodes whose setup is, or was, left to the user.
    pub by_hand: Vec<NodeName>,
    /// What new nodes are made of; none where there will be none.
    pub image: Option<NodeImage>,
    /// The container runtime of its nodes.
    pub runtime: Runtime,
    /// An engine that has it, for those hosts that lack it.
    pub image_from: Option<Docker>,
    /// What engines grant a node, as far as it is known before.
    pub privilege: Privilege,
    /// The network that the user chose.
    pub subnet: Option<Subnet>,
    /// The address of the engine's host where the API is published: loopback, or
    /// where this machine reaches an engine that is elsewhere.
    pub host: Ipv4Addr,
    /// The networks that were there before.
    pub taken: BTreeSet<Subnet>,
    /// The API's port on the host that the user chose.
    pub api_port: Option<NonZeroU16>,
    /// What is published beside the API, in the same place.
    pub publish: Vec<Publish>,
    /// What every new node sees of the engine's host.
    pub mounts: Vec<Mount>,
    /// The registry that every new node pulls from in clear text.
    pub registry: Option<Registry>,
    /// The proxies that every new node pulls through.
    pub proxy: Option<Proxy>,
    /// The snapshot that the cluster is saved in.
    pub saves: Option<Snapshot>,
    /// The snapshot that the cluster comes out of.
    pub restores: Option<Restore>,
    /// The snapshot of another cluster that this one is made from.
    pub clones: Option<Snapshot>,
    /// The cluster's certificate authorities, where this run makes them.
    pub pki: Option<Pki>,
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
    pub fn new(engines: &'a Engines, roster: &'a Roster, speaker: NodeName) -> Self {
        Self {
            engines,
            roster,
            speaker,
            by_hand: Vec::new(),
            image: None,
            runtime: Runtime::default(),
            image_from: None,
            privilege: Privilege::Full,
            subnet: None,
            host: Ipv4Addr::LOCALHOST,
            taken: BTreeSet::new(),
            api_port: None,
            publish: Vec::new(),
            mounts: Vec::new(),
            registry: None,
            proxy: None,
            saves: None,
            restores: None,
            clones: None,
            pki: None,
            kubeconfig: None,
            tail: None,
            id: run_id(),
            facts: Facts::default(),
        }
    }

    /// Learns what `step` knows before it begins.
    fn prepare(&self, step: &Step) -> Result<(), StepError> {
        if let Step::Claim(node) = step {
            self.facts.learn_claimed(self.container(node)?);
        }
        if let Step::Start(_) | Step::StartNode(_) = step {
            self.facts.learn_started(Moment::now().seconds());
        }
        Ok(())
    }

    /// Does `step`.
    fn perform(&self, step: &Step) -> Result<(), StepError> {
        self.prepare(step)?;
        match step {
            Step::CreateNetwork => self.create_network(),
            Step::BringImage(host) => self.bring_image(host),
            Step::StartLoadBalancer(node) | Step::StartNode(node) => self.start(node),
            Step::InitMaster(node) => self.init_master(node),
            Step::CloneMaster(node) => self.clone_master(node),
            Step::IssueCredentials(node) => self.issue_credentials(node),
            Step::CreateToken => self.create_token(),
            Step::JoinMaster(node) | Step::JoinWorker(node) => self.join_node(node),
            Step::WaitReady(nodes) => self.wait_ready(nodes, None),
            Step::WaitReadyAgain(nodes) => self.wait_ready(nodes, Some(self.facts.started()?)),
            Step::SaveKubeconfig => self.save_kubeconfig(),
            Step::RevokeToken => self.revoke_token(),
            Step::Clear => self.clear(),
            Step::Drain(node) => self.drain(node),
            Step::Claim(_)
            | Step::FinishInit(_)
            | Step::StartAddons(_)
            | Step::Keep(_)
            | Step::UpdateRoutes(_)
            | Step::UpdateLoadBalancer(_)
            | Step::LeaveControlPlane(_)
            | Step::Forget(_)
            | Step::RemoveContainer(_)
            | Step::Stop(_)
            | Step::Start(_)
            | Step::Save(_) => {
                for (docker, call) in self.calls(step)? {
                    docker.capture_bytes(&call)?;
                }
                Ok(())
            }
        }
    }

    /// Whether the nodes are on several hosts.
    fn is_spread(&self) -> bool {
        self.engines.iter().any(|engine| engine.host.is_some())
    }

    fn image(&self) -> Result<&NodeImage, MissingFact> {
        self.image.as_ref().ok_or(MissingFact("the image"))
    }

    /// The labels of every object that this run makes.
    fn labels(&self) -> Vec<Label> {
        let hosts = self.engines.hosts();
        let schema = if hosts.is_empty() { labels::ONE_HOST } else { labels::SCHEMA_VERSION };
        let mut labels = vec![
            (labels::CLUSTER, self.roster.name().to_string()),
            (labels::SCHEMA, schema.into()),
            (labels::RUN, self.id.clone()),
        ];
        if !hosts.is_empty() {
            labels.push((labels::HOSTS, host::list(&hosts)));
        }
        labels
    }

    /// `ADDRESS:PORT` of the API for all nodes.
    fn endpoint(&self, layout: Layout) -> String {
        format!("{}:{API_PORT}", layout.address(&self.roster.api_node()))
    }

    /// Runs a call whose output the user may want to see as it comes, and returns
    /// that output.
    fn show(&self, node: &NodeName, call: &Call) -> Result<String, StepError> {
        let docker = self.engines.of(node);
        let Some(ui) = &self.tail else { return Ok(docker.capture(call)?) };
        let mut text = String::new();
        docker.stream(call, |line| {
            ui.detail(&node.to_string(), &redact(line));
            text.push_str(line);
            text.push('\n');
        })?;
        Ok(text)
    }
}

/// Runs a program in a node.
fn in_node(node: &NodeName, words: &[&str], deadline: Duration) -> Call {
    args::exec(&node.to_string(), words.iter().copied()).deadline(deadline)
}

/// Runs a script of ours in a node.
fn script(node: &NodeName, words: &[&str], deadline: Duration) -> Call {
    in_node(node, &[&["bash"], words].concat(), deadline)
}

/// A word that no other run has, on this engine or another.
fn run_id() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("{:x}-{}", now.as_nanos(), std::process::id())
}
