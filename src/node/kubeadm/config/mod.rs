//! kubeadm's configuration files, in the format of Kubernetes 1.34 to 1.37 (kubeadm configuration
//! reference, v1beta4). Pure text. All values have been validated before, so that only endpoints
//! with IPv6 addresses need quoting.

mod cluster;
mod kube_proxy;
mod kubelet;

use std::borrow::Cow;
use std::fmt::Write;
use std::net::IpAddr;
use std::time::Duration;

pub use cluster::ClusterConfig;

use super::join_command::Secret;
use crate::cluster::family::PerFamily;
use crate::cluster::kubernetes::KubernetesVersion;
use crate::cluster::layout::API_PORT;

/// The properties of a node in the configurations of `init` and `join`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeConfig {
    /// The Kubernetes version of the node's image.
    pub version: KubernetesVersion,
    /// The node's name, which is also the container's.
    pub name: String,
    /// The node's addresses on the cluster's network.
    pub addresses: PerFamily<IpAddr>,
    /// The container runtime's socket, an absolute path.
    pub cri_socket: String,
    /// `cgroupfs` or `systemd`.
    pub cgroup_driver: String,
    /// The folder with kubeadm's patches, if there are any.
    pub patches: Option<&'static str>,
    /// How long kubeadm tries to reach an API that does not answer yet, and an etcd that is busy
    /// with other members. Its default for the API, one minute, is for a control plane that it has
    /// waited for, but mokctl skips that phase.
    pub patience: Duration,
}

/// Returns the configuration of `kubeadm init`, four documents.
#[must_use]
pub fn init(node: &NodeConfig, cluster: &ClusterConfig) -> String {
    let mut text = header(KUBEADM, "InitConfiguration");
    // kubeadm generates a token.
    let _ = write!(text, "bootstrapTokens:\n- ttl: {}\n", cluster.token_ttl);
    text += &local_api_endpoint("", node.addresses.primary());
    text += &node_registration(node);
    if cluster.schedulable_masters {
        text += NO_TAINTS;
    }
    text += &patches(node);
    text += &timeouts(node);
    text += "---\n";
    text += &cluster::document(node, cluster);
    text += "---\n";
    text += &kubelet::document(&node.cgroup_driver);
    text += "---\n";
    text += &kube_proxy::document();
    text
}

/// How a joining node gets the cluster's address and authority.
#[derive(Debug, Clone, Copy)]
pub enum Discovery<'a> {
    /// From a kubeconfig file. The token only authorizes the join.
    File {
        /// The path of the kubeconfig.
        path: &'a str,
        /// The token.
        token: &'a Secret,
    },
    /// With the token, as in a manual `kubeadm join`. Values that only the join command has are
    /// placeholders, which `src/node/manual/join.sh` replaces.
    Manual {
        /// The `ADDRESS:PORT` at which nodes reach the API.
        endpoint: &'a str,
    },
}

/// Returns the configuration of `kubeadm join` for a worker.
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

/// Returns the configuration of `kubeadm join` for a further master: that of a worker with other
/// taints and a control plane.
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

/// The API version of the documents.
const KUBEADM: &str = "kubeadm.k8s.io/v1beta4";

/// An empty list of taints. Without a list, kubeadm would add its own.
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
    // A node may have several interfaces. The kubelet would use the one with the default route.
    text += &argument("    ", "node-ip", &node.addresses.to_string());
    text
}

/// Quotes an endpoint for YAML if needed: the brackets around an IPv6 address would be a list.
fn scalar(endpoint: &str) -> Cow<'_, str> {
    if endpoint.starts_with('[') { format!("\"{endpoint}\"").into() } else { endpoint.into() }
}

fn argument(indent: &str, name: &str, value: &str) -> String {
    format!("{indent}- name: {name}\n{indent}  value: \"{value}\"\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::family::IpFamily;
    use crate::cluster::layout::Layout;
    use crate::cluster::name::NodeName;
    use crate::cluster::ranges::Ranges;
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
            ("v1.34.4", include_str!("../golden/init-v1.34.yaml")),
            ("v1.35.4", include_str!("../golden/init-v1.35.yaml")),
            ("v1.36.3", include_str!("../golden/init-v1.36.yaml")),
            ("v1.37.2", include_str!("../golden/init-v1.37.yaml")),
        ] {
            let node =
                NodeConfig { patches: Some("/root/mok/patches"), ..node(version, "a-master-1") };
            assert_eq!(init(&node, &cluster(true)), golden, "{version}");
        }
    }

    #[test]
    fn join_is_the_same_for_all_versions() {
        let command = JoinCommand::from_output(include_str!("../golden/output-v1.34.txt")).unwrap();
        let path = "/etc/kubernetes/discovery.conf";
        let file = Discovery::File { path, token: &command.token };
        for version in ["v1.34.4", "v1.35.4", "v1.36.3", "v1.37.2"] {
            let golden = include_str!("../golden/join.yaml");
            assert_eq!(join(&node(version, "a-worker-1"), file), golden, "{version}");
            let master = join_control_plane(&node(version, "a-master-2"), file, true);
            assert_eq!(master, include_str!("../golden/join-master.yaml"), "{version}");
        }
    }

    #[test]
    fn by_hand_a_master_is_discovered_with_the_token_and_fetches_its_certificates() {
        let manual = Discovery::Manual { endpoint: "10.213.0.2:6443" };
        let text = join_control_plane(&node("v1.37.2", "a-master-2"), manual, true);
        assert_eq!(text, include_str!("../golden/join-master-by-hand.yaml"));
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
