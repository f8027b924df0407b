//! Runs plans against the engine. `work` turns a step into docker calls; `execute` makes the
//! calls, `dry_run` prints them, `rollback` removes what a failed run has created.

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

/// The context of a run: its cluster, its options, and the values that its steps have found.
#[derive(Debug)]
pub struct Run<'a> {
    /// The engines, and the engine of each node.
    pub engines: &'a Engines,
    /// The nodes that the cluster has when the run is over.
    pub roster: &'a Roster,
    /// The master on which kubectl and kubeadm run. It is running, or will be by then.
    pub admin_node: NodeName,
    /// The nodes whose setup is left to the user.
    pub manual: Vec<NodeName>,
    /// What new containers are made from.
    pub origin: Origin,
    /// The properties of every new node.
    pub nodes: NodeTemplate,
    /// The network of a new cluster.
    pub network: NetworkOptions,
    /// Where the API is published.
    pub api: ApiOptions,
    /// The user's kubeconfig, if the run may change it.
    pub kubeconfig: Option<Location>,
    /// Shows the output of kubeadm live, if the user wants that.
    pub output: Option<Ui>,
    /// What the run waits for, and how long.
    pub wait: Wait,
    /// The value of the run label on every object that this run creates.
    pub id: String,
    /// The values that the steps have found.
    pub outputs: Outputs,
}

/// The properties of every new node, apart from its image.
#[derive(Debug, Clone, Default)]
pub struct NodeTemplate {
    /// The privileges to try first.
    pub privilege: Privilege,
    /// The ports to publish in addition to the API's.
    pub ports: Vec<PortBinding>,
    /// Folders of the engine's host that are mounted into nodes.
    pub mounts: Vec<Mount>,
    /// The user's registry that nodes pull from, by default over plain HTTP.
    pub registry: Option<Registry>,
    /// The registry made by mokctl that is on the cluster's network.
    pub own_registry: Option<OwnRegistry>,
    /// The proxies that nodes pull through.
    pub proxy: Option<Proxy>,
    /// The cluster's add-ons.
    pub addons: Addons,
    /// The cluster's pod and Service ranges.
    pub ranges: Ranges,
    /// The user's settings of Kubernetes itself: feature gates, patches and the like.
    pub settings: Settings,
    /// The labels and taints of nodes.
    pub marks: Marks,
    /// How much CPU and memory a node may use.
    pub limits: Limits,
    /// Whether mokctl or the user sets up the pod network.
    pub cni: Cni,
    /// The images of nodes that have another one than [`Run::origin`] says.
    pub other_images: BTreeMap<NodeName, NodeImage>,
    /// The names under which pods ask for images that those nodes have in another version.
    pub stand_ins: Vec<String>,
}

/// The options of a new cluster's network.
#[derive(Debug, Clone, Default)]
pub struct NetworkOptions {
    /// The subnet that the user chose, if any.
    pub subnet: Option<Subnet>,
    /// The subnets that were in use before the run.
    pub taken: Taken,
    /// The registry made by mokctl that is connected to the network.
    pub registry: Option<RegistryName>,
}

/// Where the API is published.
#[derive(Debug, Clone)]
pub struct ApiOptions {
    /// The address of the engine's host: loopback, or the one at which this machine reaches a
    /// remote engine.
    pub address: IpAddr,
    /// The port that the user chose, if any.
    pub port: Option<NonZeroU16>,
}

impl Default for ApiOptions {
    fn default() -> Self {
        Self { address: Ipv4Addr::LOCALHOST.into(), port: None }
    }
}

impl<'a> Run<'a> {
    /// Returns a run for the cluster of `roster` with default options, which creates no node.
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

    /// Returns the node image of `node`.
    fn image(&self, node: &NodeName) -> Result<&NodeImage, MissingOutput> {
        self.nodes.other_images.get(node).map_or_else(|| self.origin.image(), Ok)
    }

    /// Returns the labels of every object that this run creates.
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

    /// Returns the `ADDRESS:PORT` at which nodes reach the API, an IPv6 address in brackets.
    fn endpoint(&self, layout: Layout) -> String {
        let address = layout.addresses(&self.roster.api_node()).primary();
        SocketAddr::new(address, API_PORT).to_string()
    }

    /// Runs a call, shows its output live if the user wants that, and returns the output.
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

/// Returns the call that runs a program in a node.
fn in_node(node: &NodeName, words: &[&str], deadline: Duration) -> Call {
    args::exec(&node.to_string(), words.iter().copied()).deadline(deadline)
}

/// Returns the call that runs one of mokctl's scripts in a node.
fn script(node: &NodeName, words: &[&str], deadline: Duration) -> Call {
    in_node(node, &[&["bash"], words].concat(), deadline)
}

/// Returns an id that no other run has, on any engine.
#[must_use]
pub fn new_id() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("{:x}-{}", now.as_nanos(), std::process::id())
}
