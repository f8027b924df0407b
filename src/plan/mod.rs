//! A plan: what shall happen, as plain data. Stages follow each other; the steps
//! of one stage run side by side. Steps name what is meant; what is known only
//! while running (addresses, tokens) is not in them, so that plans can be
//! compared, printed and timed.

mod create;

use std::fmt;

use crate::cluster::name::NodeName;

pub use create::create;

/// Stages, one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan(pub Vec<Stage>);

/// Steps side by side, under a title that the user reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// What happens, as in "Starting nodes".
    pub title: String,
    /// What it consists of; each independent of the others.
    pub steps: Vec<Step>,
}

impl Stage {
    fn new(title: impl Into<String>, steps: impl IntoIterator<Item = Step>) -> Self {
        Self { title: title.into(), steps: steps.into_iter().collect() }
    }
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The cluster's network, on a subnet that nobody uses.
    CreateNetwork,
    /// The balancer's container, its configuration and its start.
    StartLoadBalancer(NodeName),
    /// A node's container, its files and its start.
    StartNode(NodeName),
    /// `kubeadm init`.
    InitMaster(NodeName),
    /// A node's credentials, made by the first master, put into the node.
    IssueCredentials(NodeName),
    /// `kubeadm join --control-plane`.
    JoinMaster(NodeName),
    /// `kubeadm join`.
    JoinWorker(NodeName),
    /// Until the nodes are Ready.
    WaitReady(Vec<NodeName>),
    /// The administrator's access, into the user's kubeconfig.
    SaveKubeconfig,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateNetwork => f.write_str("create network"),
            Self::StartLoadBalancer(node) | Self::StartNode(node) => write!(f, "start {node}"),
            Self::InitMaster(node) => write!(f, "kubeadm init on {node}"),
            Self::IssueCredentials(node) => write!(f, "issue credentials for {node}"),
            Self::JoinMaster(node) | Self::JoinWorker(node) => {
                write!(f, "kubeadm join on {node}")
            }
            Self::WaitReady(nodes) => {
                let names: Vec<_> = nodes.iter().map(ToString::to_string).collect();
                write!(f, "wait until Ready: {}", names.join(", "))
            }
            Self::SaveKubeconfig => f.write_str("save kubeconfig"),
        }
    }
}

/// As `--dry-run` shows it: a line for each stage, below it one for each step.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Stage { title, steps } in &self.0 {
            writeln!(f, "{title}")?;
            for step in steps {
                writeln!(f, "  {step}")?;
            }
        }
        Ok(())
    }
}
