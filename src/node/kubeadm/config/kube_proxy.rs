//! What every kube-proxy is told (`KubeProxyConfiguration`).

use super::header;

pub(super) fn document() -> String {
    let mut text = header("kubeproxy.config.k8s.io/v1alpha1", "KubeProxyConfiguration");
    // These sysctls are the host's; a container may not set them, and kube-proxy
    // would end over it. Zero leaves them alone.
    text += "mode: iptables\nconntrack:\n  maxPerCore: 0\n  min: 0\n  \
             tcpEstablishedTimeout: 0s\n  tcpCloseWaitTimeout: 0s\n";
    text
}
