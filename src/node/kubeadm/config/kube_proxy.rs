//! The configuration of kube-proxy (`KubeProxyConfiguration`).

use super::header;

pub(super) fn document() -> String {
    let mut text = header("kubeproxy.config.k8s.io/v1alpha1", "KubeProxyConfiguration");
    // These sysctls belong to the host. A container may not set them, and kube-proxy would exit if
    // it failed to. Zero leaves them alone.
    text += "mode: iptables\nconntrack:\n  maxPerCore: 0\n  min: 0\n  \
             tcpEstablishedTimeout: 0s\n  tcpCloseWaitTimeout: 0s\n";
    text
}
