//! The cluster's DNS, `CoreDNS`, which kubeadm deploys.

use serde_json::json;

/// kubeadm's patch of the Deployment (kubeadm, "Customizing components"). kubeadm has `CoreDNS`
/// asked every ten seconds whether it is ready. A new one knows no names yet when it is first
/// asked; and a kubelet waits up to that period before it asks at all, if it was started less
/// than that ago. So it is asked each second, and still given up after half a minute.
#[must_use]
pub fn patch() -> String {
    let probe = json!({ "periodSeconds": 1, "failureThreshold": 30 });
    let container = json!({ "name": "coredns", "readinessProbe": probe });
    json!({ "spec": { "template": { "spec": { "containers": [container] } } } }).to_string()
}
