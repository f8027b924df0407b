//! The cluster for kubeadm, and the flags of its control plane (`ClusterConfiguration`).

use std::fmt::Write;

use super::{KUBEADM, NodeConfig, argument, header, scalar};
use crate::cluster::ranges::Ranges;

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

pub(super) fn document(node: &NodeConfig, cluster: &ClusterConfig) -> String {
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
