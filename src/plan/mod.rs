//! A plan: what will happen, as plain data that can be compared, printed and timed. Stages run one
//! after another, the steps of a stage in parallel. Steps do not contain values that are known
//! only at run time, such as addresses and tokens.

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
pub use nodes::{add, remove, remove_missing, reserve, revert_add};
pub use power::{reconnect, replace_balancer, resume, start, stop, unpause};
pub use snapshot::{clone, restore, save};
pub use upgrade::{finish, put_back, upgrade};

/// Stages that run one after another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan(pub Vec<Stage>);

/// Steps that run in parallel, under a title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// The title that the user sees, such as "Starting nodes".
    pub title: String,
    /// The steps, which are independent of each other.
    pub steps: Vec<Step>,
}

impl Stage {
    fn new(title: impl Into<String>, steps: impl IntoIterator<Item = Step>) -> Self {
        Self { title: title.into(), steps: steps.into_iter().collect() }
    }
}

/// One step of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Creates the cluster's network on a free subnet.
    CreateNetwork,
    /// Copies the node image to a host that lacks it.
    CopyImage(Host),
    /// Creates a node's container without starting it, to reserve its name. The engine gives a
    /// name to only one container, so of several runs that create the same cluster at the same
    /// time, one succeeds.
    ReserveName(NodeName),
    /// Creates a node's container, copies its files into it, and starts it.
    StartNode(NodeName),
    /// Runs `kubeadm init`.
    InitMaster(NodeName),
    /// Starts the control plane of a further master of a new cluster.
    StartControlPlane(NodeName),
    /// Runs `kubeadm init` on the data of a saved cluster, with new certificates and names.
    CloneMaster(NodeName),
    /// Changes saved objects that name the other cluster or its nodes. Then starts the controller
    /// manager and the scheduler.
    ChangeObjects(NodeName),
    /// Signs a node's credentials with the authority of a master, and copies them into the node.
    IssueCredentials(NodeName),
    /// Gets a fresh join command.
    CreateToken,
    /// Runs the rest of `kubeadm init`, which no node waits for: the first master's label and
    /// taint, and kubeadm's add-ons.
    FinishInit(NodeName),
    /// Starts the installation of add-ons on the first master.
    StartAddons(NodeName),
    /// Runs `kubeadm join`, for a master with a control plane.
    Join(NodeName),
    /// Waits until the nodes are Ready.
    WaitReady(Vec<NodeName>, Since),
    /// Waits until the add-ons are installed, and all pods of the control plane and the add-ons
    /// are Ready.
    WaitPods,
    /// Adds the cluster to the user's kubeconfig.
    SaveKubeconfig,
    /// Deletes the join token.
    RevokeToken,
    /// Marks containers as complete: from now on they start with the engine.
    MarkComplete(Vec<NodeName>),
    /// Updates a node's routes to the pods of all other nodes.
    UpdateRoutes(NodeName),
    /// Updates the masters in the load balancer's configuration.
    UpdateLoadBalancer(NodeName),
    /// Drains a node.
    Drain(NodeName),
    /// Removes a master's etcd member.
    LeaveControlPlane(NodeName),
    /// Removes the etcd member of a master without container, from another master.
    RemoveEtcdMember(NodeName),
    /// Deletes a Node object.
    DeleteNodeObject(NodeName),
    /// Removes a container with its volumes.
    RemoveContainer(NodeName),
    /// Stops a container.
    Stop(NodeName),
    /// Disconnects a stopped container from a removed network.
    Disconnect(NodeName),
    /// Connects a container to the cluster's network at its address.
    Connect(NodeName),
    /// Starts a stopped container.
    Start(NodeName),
    /// Unpauses a container.
    Unpause(NodeName),
    /// Saves a stopped container as an image of the snapshot.
    Save(NodeName),
    /// Renames a node's container and stops it.
    SetAside(NodeName),
    /// Creates a container of another image with the node's name and the former container's data,
    /// and starts it.
    Replace(NodeName),
    /// Gives the container that was set aside its name back.
    PutBack(NodeName),
    /// Removes the container that was set aside.
    RemoveFormer(NodeName),
    /// Runs `kubeadm upgrade apply` on the first master, or `kubeadm upgrade node` on another
    /// node.
    Upgrade(NodeName),
    /// Uncordons a node.
    Uncordon(NodeName),
    /// Upgrades kubeadm's add-ons, on the first master.
    UpgradeAddons(NodeName),
    /// Removes the cluster from the user's kubeconfig.
    RemoveAccess,
    /// Removes all containers of the cluster with their volumes.
    RemoveContainers(Vec<String>),
    /// Removes images of deleted snapshots that no container uses any more.
    RemoveImages,
    /// Removes the cluster's network.
    RemoveNetwork,
}

/// The time from which a node's report counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// No report is needed: it is enough that the node is registered.
    Registered,
    /// Any report counts.
    Ever,
    /// Reports after the start of the run's first container count: the API may have older ones.
    Start,
}

impl Step {
    /// Returns the node that the step is about, if it is about one node.
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

/// Writes a line for each stage, followed by one for each of its steps.
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
