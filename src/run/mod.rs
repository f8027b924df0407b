//! Runs plans against the engine. A step becomes docker calls in `work`;
//! `execute` makes them, `dry_run` shows them, `rollback` removes what a failed run made.

mod clone;
mod container;
mod control_plane;
mod dry_run;
mod error;
mod execute;
mod image;
mod kubeadm_config;
mod network;
mod node_files;
mod nodes;
mod origin;
mod outputs;
mod pods;
mod port;
mod ready;
mod removal;
mod rollback;
mod snapshot;
mod start;
mod upgrade;
mod work;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU16;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub use dry_run::dry_run;
pub use error::{Failure, StepError};
pub use execute::{Timing, execute};
pub use origin::{Origin, Restore, Upgrade};
pub use outputs::{MissingOutput, Outputs};
pub use removal::Removal;
pub use rollback::roll_back;

use crate::cluster::addons::Addons;
use crate::cluster::cni::Cni;
use crate::cluster::host;
use crate::cluster::labels;
use crate::cluster::labels::Label;
use crate::cluster::layout::{API_PORT, Layout};
use crate::cluster::limits::Limits;
use crate::cluster::marks::Marks;
use crate::cluster::mount::Mount;
use crate::cluster::name::NodeName;
use crate::cluster::own_registry::{OwnRegistry, RegistryName};
use crate::cluster::port::PortBinding;
use crate::cluster::proxy::Proxy;
use crate::cluster::ranges::Ranges;
use crate::cluster::registry::Registry;
use crate::cluster::roster::Roster;
use crate::cluster::subnet::Subnet;
use crate::cluster::taken::Taken;
use crate::cluster::wait::Wait;
use crate::docker::privilege::Privilege;
use crate::docker::{Call, Engines, args};
use crate::image::contract::NodeImage;
use crate::kubeconfig::Location;
use crate::node::kubeadm::join_command::redact;
use crate::node::settings::Settings;
use crate::ui::Ui;

/// What a run is about, and what it has learned.
#[derive(Debug)]
pub struct Run<'a> {
    /// The engines, and which node is on which.
    pub engines: &'a Engines,
    /// The cluster as it shall be when the run is over.
    pub roster: &'a Roster,
    /// A master that runs, or will: kubectl and kubeadm run there.
    pub admin_node: NodeName,
    /// The nodes whose setup is, or was, left to the user.
    pub manual: Vec<NodeName>,
    /// What new containers are made of.
    pub origin: Origin,
    /// What every new node has.
    pub nodes: NodeTemplate,
    /// The network of a new cluster.
    pub network: NetworkOptions,
    /// Where the API is published.
    pub api: ApiOptions,
    /// Where the user's kubeconfig is; none where it is left alone.
    pub kubeconfig: Option<Location>,
    /// Where the output of kubeadm is shown as it comes; none for not at all.
    pub output: Option<Ui>,
    /// What it waits for, and how long.
    pub wait: Wait,
    /// The value of the run label on everything that this run makes.
    pub id: String,
    /// What the steps have learned.
    pub outputs: Outputs,
}

/// What every new node has, beside its image.
#[derive(Debug, Clone, Default)]
pub struct NodeTemplate {
    /// What the engine grants it, as far as it is known before.
    pub privilege: Privilege,
    /// What is published beside the API.
    pub ports: Vec<PortBinding>,
    /// What it sees of the engine's host.
    pub mounts: Vec<Mount>,
    /// The registry that it pulls from in clear text.
    pub registry: Option<Registry>,
    /// The registry of mokctl's on its network.
    pub own_registry: Option<OwnRegistry>,
    /// The proxies that it pulls through.
    pub proxy: Option<Proxy>,
    /// The add-ons of its cluster.
    pub addons: Addons,
    /// The addresses of its cluster's pods and Services.
    pub ranges: Ranges,
    /// What Kubernetes itself is told.
    pub settings: Settings,
    /// What nodes are labelled and tainted with.
    pub marks: Marks,
    /// What it may use of its machine.
    pub limits: Limits,
    /// Who makes its pods' network.
    pub cni: Cni,
    /// Nodes of other images than the others, and what their images must be called.
    pub other_images: (BTreeMap<NodeName, NodeImage>, Vec<String>),
}

/// What the network of a new cluster must be like.
#[derive(Debug, Clone, Default)]
pub struct NetworkOptions {
    /// The subnet that the user chose.
    pub subnet: Option<Subnet>,
    /// The subnets that were taken before.
    pub taken: Taken,
    /// The registry of mokctl's that is put on it.
    pub registry: Option<RegistryName>,
}

/// Where the API is published.
#[derive(Debug, Clone)]
pub struct ApiOptions {
    /// The address of the engine's host: loopback, or where this machine reaches an
    /// engine that is elsewhere.
    pub address: IpAddr,
    /// The port that the user chose.
    pub port: Option<NonZeroU16>,
}

impl Default for ApiOptions {
    fn default() -> Self {
        Self { address: Ipv4Addr::LOCALHOST.into(), port: None }
    }
}

impl<'a> Run<'a> {
    /// A run about `roster`, without options, that makes no node.
    #[must_use]
    pub fn new(engines: &'a Engines, roster: &'a Roster, admin_node: NodeName) -> Self {
        Self {
            engines,
            roster,
            admin_node,
            manual: Vec::new(),
            origin: Origin::Unchanged,
            nodes: NodeTemplate::default(),
            network: NetworkOptions::default(),
            api: ApiOptions::default(),
            kubeconfig: None,
            output: None,
            wait: Wait::default(),
            id: new_id(),
            outputs: Outputs::default(),
        }
    }

    /// Whether the nodes are on several hosts.
    fn is_spread(&self) -> bool {
        self.engines.iter().any(|engine| engine.host.is_some())
    }

    /// The node image of `node`.
    fn image(&self, node: &NodeName) -> Result<&NodeImage, MissingOutput> {
        let (images, _) = &self.nodes.other_images;
        images.get(node).map_or_else(|| self.origin.image(), Ok)
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

    /// `ADDRESS:PORT` of the API for all nodes; an IPv6 address in brackets.
    fn endpoint(&self, layout: Layout) -> String {
        let address = layout.addresses(&self.roster.api_node()).primary();
        SocketAddr::new(address, API_PORT).to_string()
    }

    /// Runs a call whose output the user may want to see as it comes, and returns that
    /// output.
    fn show(&self, node: &NodeName, call: &Call) -> Result<String, StepError> {
        let docker = self.engines.of(node);
        let Some(ui) = &self.output else { return Ok(docker.capture(call)?) };
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
#[must_use]
pub fn new_id() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("{:x}-{}", now.as_nanos(), std::process::id())
}
