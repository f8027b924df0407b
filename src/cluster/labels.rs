//! The labels of engine objects that hold a cluster's state. docs/labels.md says what each means
//! to other versions of mokctl. Knows the names of labels, not their values.

/// A label with its value.
pub type Label = (&'static str, String);

/// The restart policy of a complete container: it starts with the engine, unless the user has
/// stopped it. It is state like a label, for which the engine has a field.
pub const RESTART_POLICY: &str = "unless-stopped";

/// The cluster's name, on each of its containers and networks. The original `mokctl` has the same
/// label.
pub const CLUSTER: &str = "MokCluster";
/// The version of the labels, see [`SCHEMA_VERSION`].
pub const SCHEMA: &str = "mok.schema";
/// The latest version of the labels that this mokctl writes, one digit. Clusters with a later
/// version can be listed, started, stopped and deleted, but nodes are neither added nor deleted.
pub const SCHEMA_VERSION: &str = "2";
/// The version of the labels of a cluster without hosts, which earlier versions of mokctl know.
pub const ONE_HOST: &str = "1";
/// All hosts of the cluster, comma-separated, by the names that `create` was given.
pub const HOSTS: &str = "mok.hosts";
/// The host of the container.
pub const HOST: &str = "mok.host";
/// `master`, `worker` or `lb`.
pub const ROLE: &str = "mok.role";
/// The Kubernetes version of the node's image, such as `v1.37.2`.
pub const KUBERNETES: &str = "mok.kubernetes";
/// [`MANUAL`] on a node whose setup is left to the user.
pub const SETUP: &str = "mok.setup";
/// The only value of [`SETUP`].
pub const MANUAL: &str = "by-hand";
/// The add-ons that the cluster was created with, comma-separated, or `none`.
pub const ADDONS: &str = "mok.addons";
/// The address family of the cluster. Without the label, IPv4.
pub const IP_FAMILY: &str = "mok.ip-family";
/// The pod range. Without the label, the default of [`Ranges`](super::ranges::Ranges).
pub const POD_SUBNET: &str = "mok.pod-subnet";
/// The Service range. Without the label, the default.
pub const SERVICE_SUBNET: &str = "mok.service-subnet";
/// The user's registry that the node pulls from, `HOST:PORT` or `https://HOST[:PORT]`.
pub const REGISTRY: &str = "mok.registry";
/// `NAME:PORT` of the registry made by mokctl that is on the node's network.
pub const OWN_REGISTRY: &str = "mok.own-registry";
/// `yes` on a node that has proxies. A file in the node has their addresses.
pub const PROXY: &str = "mok.proxy";
/// `none` on the nodes of a cluster whose pod network is left to the user. Without the label, it
/// is mokctl's.
pub const CNI: &str = "mok.cni";
/// The labels of nodes as `TARGET:KEY=VALUE`, comma-separated.
pub const NODE_LABELS: &str = "mok.node-labels";
/// The taints of nodes as `TARGET:KEY=VALUE:EFFECT`, comma-separated.
pub const NODE_TAINTS: &str = "mok.node-taints";
/// The number of CPUs that the node may use. Without the label, all.
pub const CPUS: &str = "mok.node-cpus";
/// The memory that the node may use, in `Mi`. Without the label, all.
pub const MEMORY: &str = "mok.node-memory";
/// `yes` on a master with settings of the user. A file in the node has them.
pub const SETTINGS: &str = "mok.settings";
/// The run of mokctl that created the object. A failed run removes all objects with its id.
pub const RUN: &str = "mok.run";

/// The earliest time at which the node's certificates may have been issued, in seconds since 1970.
/// Only on containers that were created from a snapshot or by an upgrade, and on snapshots' images.
/// For others, the time of their creation counts.
pub const ISSUED: &str = "mok.issued";

/// Labels of the container of a registry.
pub mod registry {
    /// The registry's name.
    pub const NAME: &str = "mok.registry.name";
    /// The port on the loopback address of the engine's host.
    pub const PORT: &str = "mok.registry.port";
}

/// Labels of a snapshot's images. Containers made from the images inherit them.
pub mod snapshot {
    /// The snapshot's name.
    pub const NAME: &str = "mok.snapshot";
    /// The node that was saved in the image. Empty while the image is being made.
    pub const NODE: &str = "mok.snapshot.node";
    /// All nodes of the snapshot, comma-separated. If the image of one is missing, the snapshot is
    /// incomplete.
    pub const NODES: &str = "mok.snapshot.nodes";
    /// When the snapshot was made, in seconds since 1970.
    pub const CREATED: &str = "mok.snapshot.created";
    /// The subnet of the saved cluster.
    pub const SUBNET: &str = "mok.snapshot.subnet";
    /// The name of the node image that the saved node is based on.
    pub const BASE: &str = "mok.snapshot.base";
    /// The id of that node image.
    pub const BASE_ID: &str = "mok.snapshot.base-id";
    /// The published ports as `ADDRESS:PORT:TARGET/PROTOCOL`, comma-separated.
    pub const PUBLISH: &str = "mok.snapshot.publish";
    /// The mounts as `SRC:DST[:ro]`, comma-separated.
    pub const MOUNTS: &str = "mok.snapshot.mounts";
    /// On a temporary container: the snapshot whose image is made from it. Empty on the image.
    pub const SAVING: &str = "mok.snapshot.saving";
}

/// Labels of node images: what mokctl must know about one (docs/image.md).
pub mod image {
    /// The version of these labels.
    pub const SCHEMA: &str = "mok.image.schema";
    /// The Kubernetes version, such as `v1.37.2`.
    pub const KUBERNETES: &str = "mok.image.kubernetes";
    /// The container runtime's socket, an absolute path.
    pub const CRI_SOCKET: &str = "mok.image.cri-socket";
    /// kubeadm phases to skip in `init` and `join`, comma-separated.
    pub const SKIP_PHASES: &str = "mok.image.skip-phases";
    /// The cgroup driver of kubelet and runtime: `cgroupfs` or `systemd`.
    pub const CGROUP_DRIVER: &str = "mok.image.cgroup-driver";
    /// The container runtime: `containerd` or `cri-o`. Without the label, containerd.
    pub const RUNTIME: &str = "mok.image.runtime";
    /// The address families that the image's scripts support: `ipv4`, or `ipv4,ipv6`. Without the
    /// label, IPv4 alone.
    pub const IP_FAMILIES: &str = "mok.image.ip-families";
    /// The add-ons that the image can install, comma-separated. Without the label, none.
    pub const ADDONS: &str = "mok.image.addons";
    /// The hash of the files that the image was built from. Only on images that mokctl has built.
    pub const INPUTS: &str = "mok.image.inputs";
    /// What an intermediate image of the build holds: `go`, `images`, or the programs of the named
    /// module. Not on node images.
    pub const PART: &str = "mok.image.part";
    /// The pod network of the image: `static` for routes that mokctl sets.
    pub const CNI: &str = "mok.image.cni";
}
