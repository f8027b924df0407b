//! kubeadm's configuration files in the format that Kubernetes 1.34 to 1.37 read
//! (kubeadm configuration reference, v1beta4). Pure text; the values are checked
//! before they come here, so none needs quoting.

use std::borrow::Cow;
use std::fmt::Write;
use std::net::IpAddr;
use std::time::Duration;

use super::join_command::Secret;
use crate::cluster::family::PerFamily;
use crate::cluster::kubernetes::KubernetesVersion;
use crate::cluster::layout::API_PORT;
use crate::cluster::ranges::Ranges;

/// What `init` and `join` alike say of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeConfig {
    /// The Kubernetes version of the node's image.
    pub version: KubernetesVersion,
    /// Node name; the container's name too.
    pub name: String,
    /// The node's addresses on the cluster's network.
    pub addresses: PerFamily<IpAddr>,
    /// The container runtime's socket, an absolute path.
    pub cri_socket: String,
    /// `cgroupfs` or `systemd`.
    pub cgroup_driver: String,
    /// The folder with kubeadm's patches, if there are any.
    pub patches: Option<&'static str>,
    /// How long kubeadm asks an API that does not answer yet, where without its own wait
    /// for the control plane it would take one minute; and an etcd that takes other members
    /// first.
    pub patience: Duration,
}

/// What `init` says of the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterConfig {
    /// `ADDRESS:PORT` of the API for all nodes: the balancer's, or the only
    /// master's.
    pub endpoint: String,
    /// Names and addresses that the API's certificate holds beside the usual.
    pub cert_sans: Vec<String>,
    /// The addresses of pods and Services.
    pub ranges: Ranges,
    /// Whether masters take pods.
    pub schedulable_masters: bool,
    /// Whether there may be several masters.
    pub several_masters: bool,
    /// How long the token is good that `init` prints, as kubeadm writes it.
    pub token_ttl: &'static str,
}

/// The file for `kubeadm init`: four documents.
#[must_use]
pub fn init(node: &NodeConfig, cluster: &ClusterConfig) -> String {
    let mut text = header(KUBEADM, "InitConfiguration");
    // kubeadm fills in a random token.
    let _ = write!(text, "bootstrapTokens:\n- ttl: {}\n", cluster.token_ttl);
    text += &local_api_endpoint("", node.addresses.primary());
    text += &node_registration(node);
    if cluster.schedulable_masters {
        text += NO_TAINTS;
    }
    text += &patches(node);
    text += &timeouts(node);
    text += "---\n";
    text += &cluster_configuration(node, cluster);
    text += "---\n";
    text += &kubelet_configuration(&node.cgroup_driver);
    text += "---\n";
    text += &kube_proxy_configuration();
    text
}

/// How a node that joins learns which cluster it joins.
#[derive(Debug, Clone, Copy)]
pub enum Discovery<'a> {
    /// From a kubeconfig that it was given; the token is for the rest.
    File {
        /// Where that lies.
        path: &'a str,
        /// The token.
        token: &'a Secret,
    },
    /// With the token, as `kubeadm join` is called by hand. For what only the join command
    /// says it has the words that `src/node/manual/join.sh` looks for.
    Manual {
        /// `ADDRESS:PORT` of the API for all nodes.
        endpoint: &'a str,
    },
}

/// The file for `kubeadm join` of a worker.
#[must_use]
pub fn join(node: &NodeConfig, discovery: Discovery<'_>) -> String {
    let mut text = header(KUBEADM, "JoinConfiguration");
    let _ = match discovery {
        Discovery::File { path, token } => write!(
            text,
            "discovery:\n  file:\n    kubeConfigPath: {path}\n  tlsBootstrapToken: {}\n",
            token.reveal()
        ),
        Discovery::Manual { endpoint } => write!(
            text,
            "discovery:\n  bootstrapToken:\n    apiServerEndpoint: {}\n    \
             token: \"@TOKEN@\"\n    caCertHashes:\n    - \"@CA_CERT_HASH@\"\n",
            scalar(endpoint)
        ),
    };
    text += &timeouts(node);
    text += &patches(node);
    text += &node_registration(node);
    text
}

/// The file for `kubeadm join` of a further master: a worker's, but for the
/// taints, and its part of the control plane.
#[must_use]
pub fn join_control_plane(
    node: &NodeConfig,
    discovery: Discovery<'_>,
    schedulable: bool,
) -> String {
    let mut text = join(node, discovery);
    if schedulable {
        text += NO_TAINTS;
    }
    text += "controlPlane:\n";
    text += &local_api_endpoint("  ", node.addresses.primary());
    if let Discovery::Manual { .. } = discovery {
        text += "  certificateKey: \"@CERTIFICATE_KEY@\"\n";
    }
    text
}

/// The format.
const KUBEADM: &str = "kubeadm.k8s.io/v1beta4";

/// An empty list, not an absent one: that means kubeadm's own taints.
const NO_TAINTS: &str = "  taints: []\n";

fn header(api_version: &str, kind: &str) -> String {
    format!("apiVersion: {api_version}\nkind: {kind}\n")
}

fn local_api_endpoint(indent: &str, address: IpAddr) -> String {
    format!(
        "{indent}localAPIEndpoint:\n{indent}  advertiseAddress: {address}\n{indent}  bindPort: {API_PORT}\n"
    )
}

fn timeouts(node: &NodeConfig) -> String {
    let seconds = node.patience.as_secs();
    let patience = format!("{}m{}s", seconds / 60, seconds % 60);
    format!(
        "timeouts:\n  discovery: {patience}\n  etcdAPICall: {patience}\n  kubernetesAPICall: {patience}\n"
    )
}

fn patches(node: &NodeConfig) -> String {
    let folder = node.patches.map(|folder| format!("patches:\n  directory: {folder}\n"));
    folder.unwrap_or_default()
}

fn node_registration(node: &NodeConfig) -> String {
    let mut text = format!(
        "nodeRegistration:\n  name: {}\n  criSocket: unix://{}\n",
        node.name, node.cri_socket
    );
    text += "  kubeletExtraArgs:\n";
    // A node may have more interfaces than this one; the kubelet would take the
    // one with the default route.
    text += &argument("    ", "node-ip", &node.addresses.to_string());
    text
}

/// An endpoint, as YAML takes it for one: the brackets around an IPv6 address are a list.
fn scalar(endpoint: &str) -> Cow<'_, str> {
    if endpoint.starts_with('[') { format!("\"{endpoint}\"").into() } else { endpoint.into() }
}

fn argument(indent: &str, name: &str, value: &str) -> String {
    format!("{indent}- name: {name}\n{indent}  value: \"{value}\"\n")
}

fn cluster_configuration(node: &NodeConfig, cluster: &ClusterConfig) -> String {
    let mut text = header(KUBEADM, "ClusterConfiguration");
    // Given, because kubeadm otherwise asks the internet for the newest.
    let _ = writeln!(text, "kubernetesVersion: {}", node.version);
    let _ = writeln!(text, "controlPlaneEndpoint: {}", scalar(&cluster.endpoint));
    let (pods, services) = (cluster.ranges.pods(), cluster.ranges.services());
    let _ = write!(text, "networking:\n  podSubnet: {pods}\n  serviceSubnet: {services}\n");
    text += "apiServer:\n  certSANs:\n";
    for name in &cluster.cert_sans {
        let _ = writeln!(text, "  - \"{name}\"");
    }
    // Made in a moment where eleven RSA keys take seconds, and cheaper in every handshake.
    text += "encryptionAlgorithm: ECDSA-P256\n";
    // A node's pod range follows from its address; mokctl sets it, so that it is
    // there with the node and not only when this controller has come round.
    text += "controllerManager:\n  extraArgs:\n";
    text += &argument("    ", "allocate-node-cidrs", "false");
    // Each of its controllers makes itself a service account first; at the default
    // of 20 requests a second, a new cluster waits for that before it takes nodes.
    text += &argument("    ", "kube-api-burst", "200");
    text += &argument("    ", "kube-api-qps", "100");
    text += &argument("    ", "cert-dir", SERVING);
    if cluster.several_masters {
        // Its first try for the lease comes before its own rights are there.
        text += &argument("    ", "leader-elect-retry-period", "1s");
    } else {
        // No other instance could lead. After a restart both would wait a quarter of a
        // minute for the lease of the processes that they follow, and no pod would be
        // scheduled; on a slow disk they would lose it, and end.
        text += &argument("    ", "leader-elect", "false");
    }
    text += SERVING_VOLUME;
    text += "scheduler:\n  extraArgs:\n";
    text += &argument("    ", "cert-dir", SERVING);
    if !cluster.several_masters {
        text += &argument("    ", "leader-elect", "false");
    }
    text += SERVING_VOLUME;
    text += "etcd:\n  local:\n    extraArgs:\n";
    if cluster.several_masters {
        // Before it serves, each member asks the others for a checksum. Where all start at
        // once, none answers yet: 7 s for each (etcd's etcdserver/corrupt.go; measured).
        text += &argument("    ", "feature-gates", "InitialCorruptCheck=false");
    }
    // For each kind of object the API server is told that nothing has happened: at kubeadm's
    // 5 s that is a quarter of what both of them compute at rest. It asks by itself where it
    // must know (docs/design.md).
    text += &argument("    ", "watch-progress-notify-interval", "1m");
    text
}

/// Where the controller manager and the scheduler find their serving certificates, or
/// keep what they make: RSA keys, which take each of them a third of a second of a core.
const SERVING: &str = "/etc/kubernetes/serving";
const SERVING_VOLUME: &str = "  extraVolumes:\n  - name: serving\n    \
     hostPath: /etc/kubernetes/serving\n    mountPath: /etc/kubernetes/serving\n    \
     pathType: DirectoryOrCreate\n";

fn kubelet_configuration(cgroup_driver: &str) -> String {
    let mut text = header("kubelet.config.k8s.io/v1beta1", "KubeletConfiguration");
    let _ = writeln!(text, "cgroupDriver: {cgroup_driver}");
    // From 1.35 on it would not start where the engine's host has these.
    text += "failCgroupV1: false\n";
    // The host's swap is the host's business.
    text += "failSwapOn: false\n";
    // The nodes see the host's disk: its filling must not evict their pods or
    // remove the images that the node was made with.
    text += "imageGCHighThresholdPercent: 100\n\
             evictionHard:\n  imagefs.available: \"0%\"\n  nodefs.available: \"0%\"\n  nodefs.inodesFree: \"0%\"\n";
    text
}

fn kube_proxy_configuration() -> String {
    let mut text = header("kubeproxy.config.k8s.io/v1alpha1", "KubeProxyConfiguration");
    // These sysctls are the host's; a container may not set them, and kube-proxy
    // would end over it. Zero leaves them alone.
    text += "mode: iptables\nconntrack:\n  maxPerCore: 0\n  min: 0\n  \
             tcpEstablishedTimeout: 0s\n  tcpCloseWaitTimeout: 0s\n";
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::family::IpFamily;
    use crate::cluster::layout::Layout;
    use crate::cluster::name::NodeName;
    use crate::cluster::subnet::Subnet;
    use crate::node::kubeadm::join_command::JoinCommand;

    fn layout() -> Layout {
        Layout::new(Subnet::parse("10.213.0.0/24").unwrap(), IpFamily::Ipv4)
    }

    fn node(version: &str, name: &str) -> NodeConfig {
        NodeConfig {
            version: KubernetesVersion::parse(version).unwrap(),
            name: name.into(),
            addresses: layout().addresses(&NodeName::parse("a-master-1").unwrap()),
            cri_socket: "/run/containerd/containerd.sock".into(),
            cgroup_driver: "cgroupfs".into(),
            patches: None,
            patience: Duration::from_secs(240),
        }
    }

    fn cluster(schedulable_masters: bool) -> ClusterConfig {
        ClusterConfig {
            endpoint: "10.213.0.2:6443".into(),
            cert_sans: vec!["localhost".into(), "127.0.0.1".into()],
            ranges: Ranges::default(),
            schedulable_masters,
            several_masters: true,
            token_ttl: "15m0s",
        }
    }

    #[test]
    fn init_matches_its_golden_files() {
        for (version, golden) in [
            ("v1.34.4", include_str!("golden/init-v1.34.yaml")),
            ("v1.35.4", include_str!("golden/init-v1.35.yaml")),
            ("v1.36.3", include_str!("golden/init-v1.36.yaml")),
            ("v1.37.2", include_str!("golden/init-v1.37.yaml")),
        ] {
            let node =
                NodeConfig { patches: Some("/root/mok/patches"), ..node(version, "a-master-1") };
            assert_eq!(init(&node, &cluster(true)), golden, "{version}");
        }
    }

    #[test]
    fn join_is_the_same_for_all_versions() {
        let command = JoinCommand::from_output(include_str!("golden/output-v1.34.txt")).unwrap();
        let path = "/etc/kubernetes/discovery.conf";
        let file = Discovery::File { path, token: &command.token };
        for version in ["v1.34.4", "v1.35.4", "v1.36.3", "v1.37.2"] {
            let golden = include_str!("golden/join.yaml");
            assert_eq!(join(&node(version, "a-worker-1"), file), golden, "{version}");
            let master = join_control_plane(&node(version, "a-master-2"), file, true);
            assert_eq!(master, include_str!("golden/join-master.yaml"), "{version}");
        }
    }

    #[test]
    fn by_hand_a_master_is_discovered_with_the_token_and_fetches_its_certificates() {
        let manual = Discovery::Manual { endpoint: "10.213.0.2:6443" };
        let text = join_control_plane(&node("v1.37.2", "a-master-2"), manual, true);
        assert_eq!(text, include_str!("golden/join-master-by-hand.yaml"));
    }

    #[test]
    fn a_master_that_stays_alone_asks_nobody_who_leads() {
        let alone = ClusterConfig { several_masters: false, ..cluster(true) };
        let elections = |cluster| {
            let text = init(&node("v1.37.2", "a-master-1"), &cluster);
            text.matches("    - name: leader-elect\n      value: \"false\"\n").count()
        };
        assert_eq!(elections(alone), 2);
        assert_eq!(elections(cluster(true)), 0);
    }

    #[test]
    fn kubeadm_is_as_patient_as_its_machine_is_slow() {
        let slow = NodeConfig { patience: Duration::from_secs(2890), ..node("v1.37.2", "a-b-1") };
        let text = join(&slow, Discovery::Manual { endpoint: "10.213.0.2:6443" });
        for wait in ["discovery", "etcdAPICall", "kubernetesAPICall"] {
            assert!(text.contains(&format!("  {wait}: 48m10s\n")), "{text}");
        }
    }

    #[test]
    fn masters_keep_kubeadms_taint_where_there_are_workers() {
        assert!(!init(&node("v1.37.2", "a-master-1"), &cluster(false)).contains("taints"));
    }
}
