//! The labels that hold a cluster's state in the engine. docs/labels.md says
//! what each means to other versions of mokctl. Knows names, not values.

/// A label with its value.
pub type Label = (&'static str, String);

/// The restart policy of a container that is finished: it comes back with the engine,
/// and stays down when the user stopped it. State like a label, though the engine has
/// its own field for it.
pub const RESTART_POLICY: &str = "unless-stopped";

/// The cluster's name: on every container and network of it. The label
/// of the original `mokctl`.
pub const CLUSTER: &str = "MokCluster";
/// The version of this set of labels: see [`SCHEMA_VERSION`].
pub const SCHEMA: &str = "mok.schema";
/// The latest that this version writes, one digit. Clusters with a later one are
/// listed, started, stopped and deleted, but not given or denied nodes.
pub const SCHEMA_VERSION: &str = "2";
/// What it writes for a cluster that earlier versions know as well: one without hosts.
pub const ONE_HOST: &str = "1";
/// All hosts of the cluster, with commas, as who made it calls them.
pub const HOSTS: &str = "mok.hosts";
/// The one of them that the container is on.
pub const HOST: &str = "mok.host";
/// `master`, `worker` or `lb`.
pub const ROLE: &str = "mok.role";
/// The Kubernetes version of the node's image, such as `v1.37.2`.
pub const KUBERNETES: &str = "mok.kubernetes";
/// [`MANUAL`] on a node whose setup was left to the user.
pub const SETUP: &str = "mok.setup";
/// The one value of [`SETUP`].
pub const MANUAL: &str = "by-hand";
/// The add-ons that the cluster was created with, with commas, or `none`.
pub const ADDONS: &str = "mok.addons";
/// The family of the cluster's addresses; IPv4 without it.
pub const IP_FAMILY: &str = "mok.ip-family";
/// The addresses of all nodes' pods; [`Ranges`](super::ranges::Ranges)' default without it.
pub const POD_SUBNET: &str = "mok.pod-subnet";
/// The addresses of Services; the default without it.
pub const SERVICE_SUBNET: &str = "mok.service-subnet";
/// The registry that the node pulls from, `HOST:PORT`.
pub const REGISTRY: &str = "mok.registry";
/// `NAME:PORT` of the registry of mokctl's that is on the node's network.
pub const OWN_REGISTRY: &str = "mok.own-registry";
/// `yes` on a node that has proxies; a file in the node says which.
pub const PROXY: &str = "mok.proxy";
/// `none` on the nodes of a cluster whose pod network is the user's; mokctl's without it.
pub const CNI: &str = "mok.cni";
/// `TARGET:KEY=VALUE` of what nodes of the cluster are labelled with, with commas.
pub const NODE_LABELS: &str = "mok.node-labels";
/// `TARGET:KEY=VALUE:EFFECT` of what they are tainted with.
pub const NODE_TAINTS: &str = "mok.node-taints";
/// How many CPUs the node may use; all without it.
pub const CPUS: &str = "mok.node-cpus";
/// How much memory, in `Mi`.
pub const MEMORY: &str = "mok.node-memory";
/// `yes` on a master that was told more than others; a file in the node says what.
pub const SETTINGS: &str = "mok.settings";
/// The run of mokctl that made the object: what a failed run rolls back.
pub const RUN: &str = "mok.run";

/// When the oldest certificates of the cluster were issued, in seconds since 1970;
/// only on containers that come out of a snapshot.
pub const ISSUED: &str = "mok.issued";

/// Labels of the container of a registry.
pub mod registry {
    /// The registry's name.
    pub const NAME: &str = "mok.registry.name";
    /// Where this machine reaches it: a port of its loopback.
    pub const PORT: &str = "mok.registry.port";
}

/// Labels of a snapshot's images. Containers made of them have them, too.
pub mod snapshot {
    /// The snapshot's name.
    pub const NAME: &str = "mok.snapshot";
    /// The node that the image holds; empty while it is being made.
    pub const NODE: &str = "mok.snapshot.node";
    /// All nodes of the snapshot, with commas: without one of them it is incomplete.
    pub const NODES: &str = "mok.snapshot.nodes";
    /// When it was made, in seconds since 1970.
    pub const CREATED: &str = "mok.snapshot.created";
    /// The network that the addresses in it belong to.
    pub const SUBNET: &str = "mok.snapshot.subnet";
    /// The name of the node image that the container was first made of.
    pub const BASE: &str = "mok.snapshot.base";
    /// That image's id.
    pub const BASE_ID: &str = "mok.snapshot.base-id";
    /// `ADDRESS:PORT:TARGET` of what is published, with commas.
    pub const PUBLISH: &str = "mok.snapshot.publish";
    /// `SRC:DST[:ro]` of what is mounted, with commas.
    pub const MOUNTS: &str = "mok.snapshot.mounts";
    /// The snapshot that a container is there to make. Empty on its image.
    pub const SAVING: &str = "mok.snapshot.saving";
}

/// Image labels: what mokctl must know of a node image (docs/image.md).
pub mod image {
    /// The version of this contract.
    pub const SCHEMA: &str = "mok.image.schema";
    /// The Kubernetes version, such as `v1.37.2`.
    pub const KUBERNETES: &str = "mok.image.kubernetes";
    /// The container runtime's socket, an absolute path.
    pub const CRI_SOCKET: &str = "mok.image.cri-socket";
    /// kubeadm phases to skip in `init` and `join`, with commas.
    pub const SKIP_PHASES: &str = "mok.image.skip-phases";
    /// `cgroupfs` or `systemd`: the driver of kubelet and runtime.
    pub const CGROUP_DRIVER: &str = "mok.image.cgroup-driver";
    /// `containerd`, which an image without it has too, or `cri-o`.
    pub const RUNTIME: &str = "mok.image.runtime";
    /// `ipv4`, or `ipv4,ipv6`: what its scripts know; IPv4 alone without it.
    pub const IP_FAMILIES: &str = "mok.image.ip-families";
    /// The add-ons that it can install, with commas; none without it.
    pub const ADDONS: &str = "mok.image.addons";
    /// The hash of the files that it was built from; only on images built here.
    pub const INPUTS: &str = "mok.image.inputs";
    /// On images that were made on the way to a node image and are no part of it: what
    /// was made, such as a module's name.
    pub const PART: &str = "mok.image.part";
    /// The pod network: `static` for routes that mokctl sets.
    pub const CNI: &str = "mok.image.cni";
}
