//! A patch for `CoreDNS`, which kubeadm deploys.

use serde_json::json;

/// Returns kubeadm's patch of the Deployment (kubeadm, "Customizing components"). kubeadm's
/// readiness probe of `CoreDNS` has a period of ten seconds. A new `CoreDNS` is not ready at the
/// first probe, and a kubelet that was started less than a period ago waits up to a period before
/// the first probe. So the patch sets a period of one second. `CoreDNS` is still given up after
/// half a minute.
#[must_use]
pub fn patch() -> String {
    let probe = json!({ "periodSeconds": 1, "failureThreshold": 30 });
    let container = json!({ "name": "coredns", "readinessProbe": probe });
    json!({ "spec": { "template": { "spec": { "containers": [container] } } } }).to_string()
}
