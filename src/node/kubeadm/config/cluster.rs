//! kubeadm's `ClusterConfiguration`: the cluster, and the flags of its control plane.

use std::fmt::Write;

use super::{KUBEADM, NodeConfig, argument, header, scalar};
use crate::cluster::ranges::Ranges;

/// The properties of the cluster in `kubeadm init`'s configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterConfig {
    /// The `ADDRESS:PORT` at which nodes reach the API: that of the load balancer, or of the only
    /// master.
    pub endpoint: String,
    /// Further names and addresses in the API server's certificate.
    pub cert_sans: Vec<String>,
    /// The pod and Service ranges.
    pub ranges: Ranges,
    /// Whether pods may run on masters.
    pub schedulable_masters: bool,
    /// Whether there may be several masters.
    pub several_masters: bool,
    /// How long the join token is valid, in kubeadm's format.
    pub token_ttl: &'static str,
}

pub(super) fn document(node: &NodeConfig, cluster: &ClusterConfig) -> String {
    let mut text = header(KUBEADM, "ClusterConfiguration");
    // Without the version, kubeadm would ask the internet for the newest.
    let _ = writeln!(text, "kubernetesVersion: {}", node.version);
    let _ = writeln!(text, "controlPlaneEndpoint: {}", scalar(&cluster.endpoint));
    let (pods, services) = (cluster.ranges.pods(), cluster.ranges.services());
    let _ = write!(text, "networking:\n  podSubnet: {pods}\n  serviceSubnet: {services}\n");
    text += "apiServer:\n  certSANs:\n";
    for name in &cluster.cert_sans {
        let _ = writeln!(text, "  - \"{name}\"");
    }
    // ECDSA keys are generated in a moment, where eleven RSA keys take seconds, and they are
    // cheaper in every handshake.
    text += "encryptionAlgorithm: ECDSA-P256\n";
    // mokctl derives a node's pod range from its address and sets it immediately, so nothing waits
    // for this controller.
    text += "controllerManager:\n  extraArgs:\n";
    text += &argument("    ", "allocate-node-cidrs", "false");
    // Each controller first creates a service account. At the default of 20 requests a second, a
    // new cluster would wait for that before it accepts nodes.
    text += &argument("    ", "kube-api-burst", "200");
    text += &argument("    ", "kube-api-qps", "100");
    text += &argument("    ", "cert-dir", SERVING);
    if cluster.several_masters {
        // The first attempt to get the lease comes before the controller manager has its rights.
        text += &argument("    ", "leader-elect-retry-period", "1s");
    } else {
        // There is no other instance. With leader election, controller manager and scheduler would
        // wait 15 s after a restart for the leases of their former processes, and no pod would be
        // scheduled. On a slow disk they would lose their leases and exit.
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
        // With the check, each member asks the others for a checksum before it serves. If all
        // start at once, none answers yet, which costs 7 s for each (etcdserver/corrupt.go;
        // measured).
        text += &argument("    ", "feature-gates", "InitialCorruptCheck=false");
    }
    // etcd tells the API server, for each kind of object, that nothing has changed. At kubeadm's
    // interval of 5 s that is a quarter of the CPU time of etcd and API server at rest. When the
    // API server must know, it asks (docs/design.md).
    text += &argument("    ", "watch-progress-notify-interval", "1m");
    text
}

/// The folder in which controller manager and scheduler find their serving certificates. Without
/// certificates there they would generate RSA keys and keep them in this folder, which costs each
/// of them a third of a second of CPU time.
const SERVING: &str = "/etc/kubernetes/serving";
const SERVING_VOLUME: &str = "  extraVolumes:\n  - name: serving\n    \
     hostPath: /etc/kubernetes/serving\n    mountPath: /etc/kubernetes/serving\n    \
     pathType: DirectoryOrCreate\n";
