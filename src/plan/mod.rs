//! A plan: what shall happen, as plain data. Stages follow each other; the steps
//! of one stage run side by side. Steps name what is meant; what is known only
//! while running (addresses, tokens) is not in them, so that plans can be
//! compared, printed and timed.

mod create;
mod delete;
mod nodes;
mod power;
mod snapshot;
mod upgrade;

use std::fmt;

use crate::cluster::host::Host;
use crate::cluster::name::NodeName;

pub use create::{ReserveBy, create};
pub use delete::delete;
pub use nodes::{add, forget, remove, reserve, revert_add};
pub use power::{reconnect, replace_balancer, resume, start, stop, unpause};
pub use snapshot::{clone, restore, save};
pub use upgrade::{finish, put_back, upgrade};

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
    /// The cluster's network, on a free subnet.
    CreateNetwork,
    /// The node image, onto a host that lacks it.
    CopyImage(Host),
    /// The first master's container, not yet started. The engine gives a name to one
    /// container only: of several runs that create the same cluster at this moment,
    /// one gets it, and the others know.
    ReserveName(NodeName),
    /// A node's container, its files and its start.
    StartNode(NodeName),
    /// `kubeadm init`.
    InitMaster(NodeName),
    /// Starts the control plane of a further master of a new cluster.
    StartControlPlane(NodeName),
    /// `kubeadm init` with the data of another cluster, everything that says who is
    /// who made anew.
    CloneMaster(NodeName),
    /// Saved objects that name the other cluster or its nodes get this one's names; then
    /// the controller manager and the scheduler start.
    ChangeObjects(NodeName),
    /// A node's credentials, signed by the authority that a master has, put into the node.
    IssueCredentials(NodeName),
    /// A fresh join command.
    CreateToken,
    /// The rest of `kubeadm init`, which no node waits for: the first master's label and
    /// taint, and kubeadm's add-ons.
    FinishInit(NodeName),
    /// What the image brings along for a new cluster, on its first master.
    StartAddons(NodeName),
    /// `kubeadm join`, of a master with a control plane.
    Join(NodeName),
    /// Until the nodes are Ready.
    WaitReady(Vec<NodeName>, Since),
    /// Until the add-ons are installed, and every pod of Kubernetes' and theirs is Ready.
    WaitPods,
    /// The administrator's access, into the user's kubeconfig.
    SaveKubeconfig,
    /// What nodes joined with is good for nothing any more.
    RevokeToken,
    /// The containers are complete: they come back with the engine.
    MarkComplete(Vec<NodeName>),
    /// A node's routes to the pods of all others, as they are now.
    UpdateRoutes(NodeName),
    /// The masters behind the balancer, as they are now.
    UpdateLoadBalancer(NodeName),
    /// Pods leave the node.
    Drain(NodeName),
    /// The node's etcd leaves the others.
    LeaveControlPlane(NodeName),
    /// The node, which has no container any more, is taken out of etcd by another master.
    RemoveEtcdMember(NodeName),
    /// The Node object goes.
    DeleteNodeObject(NodeName),
    /// The container goes, with its volumes.
    RemoveContainer(NodeName),
    /// The container stops, in order.
    Stop(NodeName),
    /// The container, which is stopped, is taken off a network that is gone.
    Disconnect(NodeName),
    /// It gets onto the cluster's network, at its address.
    Connect(NodeName),
    /// The container starts again.
    Start(NodeName),
    /// The container, which is paused, goes on.
    Unpause(NodeName),
    /// The container, which is stopped, becomes an image of the snapshot.
    Save(NodeName),
    /// The node's container gives up its name, and stops.
    SetAside(NodeName),
    /// Another one, of another image, gets that name and what the former one has, and starts.
    Replace(NodeName),
    /// The container that was set aside gets its name back.
    PutBack(NodeName),
    /// That container goes.
    RemoveFormer(NodeName),
    /// `kubeadm upgrade apply` on the first master, `kubeadm upgrade node` on others.
    Upgrade(NodeName),
    /// Pods may come to the node again.
    Uncordon(NodeName),
    /// kubeadm's add-ons, by the first master.
    UpgradeAddons(NodeName),
    /// The administrator's access, out of the user's kubeconfig.
    RemoveAccess,
    /// All containers of the cluster, by name, with their volumes.
    RemoveContainers(Vec<String>),
    /// Images of snapshots that are deleted, if no container is made of them any more.
    RemoveImages,
    /// The cluster's network.
    RemoveNetwork,
}

/// From when on a node's report counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// None need come: that the node has registered is enough.
    Registered,
    /// Whatever the cluster has of it.
    Ever,
    /// The start of the run's first container: what the cluster has may be older.
    Start,
}

impl Step {
    /// The node that it is about, if it is about one alone.
    #[must_use]
    pub fn node(&self) -> Option<&NodeName> {
        match self {
            Self::ReserveName(node)
            | Self::StartNode(node)
            | Self::InitMaster(node)
            | Self::StartControlPlane(node)
            | Self::CloneMaster(node)
            | Self::ChangeObjects(node)
            | Self::IssueCredentials(node)
            | Self::FinishInit(node)
            | Self::StartAddons(node)
            | Self::Join(node)
            | Self::UpdateRoutes(node)
            | Self::UpdateLoadBalancer(node)
            | Self::Drain(node)
            | Self::LeaveControlPlane(node)
            | Self::RemoveEtcdMember(node)
            | Self::DeleteNodeObject(node)
            | Self::RemoveContainer(node)
            | Self::Disconnect(node)
            | Self::Connect(node)
            | Self::Stop(node)
            | Self::Start(node)
            | Self::Unpause(node)
            | Self::Save(node)
            | Self::SetAside(node)
            | Self::Replace(node)
            | Self::PutBack(node)
            | Self::RemoveFormer(node)
            | Self::Upgrade(node)
            | Self::Uncordon(node)
            | Self::UpgradeAddons(node) => Some(node),
            Self::WaitReady(nodes, _) | Self::MarkComplete(nodes) => {
                if let [node] = nodes.as_slice() { Some(node) } else { None }
            }
            Self::CreateNetwork
            | Self::CopyImage(_)
            | Self::CreateToken
            | Self::WaitPods
            | Self::SaveKubeconfig
            | Self::RevokeToken
            | Self::RemoveAccess
            | Self::RemoveContainers(_)
            | Self::RemoveImages
            | Self::RemoveNetwork => None,
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |nodes: &[NodeName]| {
            nodes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        };
        match self {
            Self::CreateNetwork => f.write_str("create network"),
            Self::CopyImage(host) => write!(f, "copy the image to {host}"),
            Self::ReserveName(node) => write!(f, "create {node}"),
            Self::StartNode(node) | Self::Start(node) => write!(f, "start {node}"),
            Self::Unpause(node) => write!(f, "unpause {node}"),
            Self::InitMaster(node) => write!(f, "run kubeadm init on {node}"),
            Self::StartControlPlane(node) => write!(f, "start control plane on {node}"),
            Self::CloneMaster(node) => write!(f, "run kubeadm init with saved data on {node}"),
            Self::ChangeObjects(node) => write!(f, "change the saved objects on {node}"),
            Self::IssueCredentials(node) => write!(f, "issue credentials for {node}"),
            Self::CreateToken => f.write_str("create a join token"),
            Self::FinishInit(node) => write!(f, "finish kubeadm init on {node}"),
            Self::StartAddons(node) => write!(f, "start add-ons on {node}"),
            Self::Join(node) => write!(f, "join {node}"),
            Self::WaitReady(nodes, Since::Registered) => {
                write!(f, "wait for {} to register", list(nodes))
            }
            Self::WaitPods => f.write_str("wait for pods to become Ready"),
            Self::WaitReady(nodes, _) => write!(f, "wait for {} to become Ready", list(nodes)),
            Self::SaveKubeconfig => f.write_str("save kubeconfig"),
            Self::RevokeToken => f.write_str("revoke the join token"),
            Self::MarkComplete(nodes) => write!(f, "mark {} as complete", list(nodes)),
            Self::UpdateRoutes(node) => write!(f, "update routes of {node}"),
            Self::UpdateLoadBalancer(node) => write!(f, "update {node}"),
            Self::Drain(node) => write!(f, "drain {node}"),
            Self::LeaveControlPlane(node) => write!(f, "run kubeadm reset on {node}"),
            Self::RemoveEtcdMember(node) => write!(f, "remove {node} from etcd"),
            Self::DeleteNodeObject(node) => write!(f, "delete Node object {node}"),
            Self::RemoveContainer(node) => write!(f, "remove {node}"),
            Self::Disconnect(node) => write!(f, "disconnect {node}"),
            Self::Connect(node) => write!(f, "connect {node}"),
            Self::Stop(node) => write!(f, "stop {node}"),
            Self::Save(node) => write!(f, "save {node}"),
            Self::SetAside(node) => write!(f, "set {node} aside"),
            Self::Replace(node) => write!(f, "replace {node}"),
            Self::PutBack(node) => write!(f, "put {node} back"),
            Self::RemoveFormer(node) => write!(f, "remove former {node}"),
            Self::Upgrade(node) => write!(f, "run kubeadm upgrade on {node}"),
            Self::Uncordon(node) => write!(f, "uncordon {node}"),
            Self::UpgradeAddons(node) => write!(f, "upgrade kubeadm's add-ons on {node}"),
            Self::RemoveAccess => f.write_str("remove access to the cluster"),
            Self::RemoveContainers(names) => write!(f, "remove {}", names.join(", ")),
            Self::RemoveImages => f.write_str("remove images of deleted snapshots"),
            Self::RemoveNetwork => f.write_str("remove network"),
        }
    }
}

/// A line for each stage, below it one for each step.
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
