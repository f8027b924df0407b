//! The cluster's DNS, `CoreDNS`, which kubeadm deploys.

use serde_json::json;

/// Where `CoreDNS` says whether it knows the cluster's names.
const READY: u16 = 8181;

/// kubeadm's patch of the Deployment (kubeadm, "Customizing components"). A new `CoreDNS` knows
/// no names yet when it is first asked whether it is ready, and kubeadm has it asked again ten
/// seconds later. A startup probe asks each second, until the first yes; with that the kubelet
/// asks once more at once. For so long nothing else probes it: ten minutes, on slow machines.
#[must_use]
pub fn patch() -> String {
    let probe = json!({
        "httpGet": { "path": "/ready", "port": READY },
        "periodSeconds": 1,
        "failureThreshold": 600,
    });
    let container = json!({ "name": "coredns", "startupProbe": probe });
    json!({ "spec": { "template": { "spec": { "containers": [container] } } } }).to_string()
}
