//! Patches of the readiness probes of static pods.

use serde_json::json;

/// The static pods with a readiness probe. The controller manager has none.
const PODS: [&str; 3] = ["etcd", "kube-apiserver", "kube-scheduler"];

/// Returns kubeadm's patches of static pods (kubeadm, "Customizing components"), each with the
/// name of the pod.
///
/// kubeadm's probes have a period of one second and use a new connection each time: an eighth of
/// the CPU time of a master at rest (docs/performance.md). The patches set five seconds, which is
/// also the longest by which a kubelet that has just started delays a first probe
/// (`prober/worker.go`).
///
/// kubeadm's initial delay of ten seconds must stay. A kubelet reports a static pod to the API
/// when the pod changes; a change before the API answers is reported only a minute later, when the
/// kubelet syncs all pods (`kubelet.go`, `SyncPod`). Until then `etcd` was missing in the API, and
/// `kubeadm join` of a further master found no member.
pub fn patches() -> impl Iterator<Item = (&'static str, String)> {
    PODS.into_iter().map(|name| {
        let container = json!({ "name": name, "readinessProbe": { "periodSeconds": 5 } });
        (name, json!({ "spec": { "containers": [container] } }).to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pod_is_asked_seldom_and_not_before_kubeadm_has_it_asked() {
        let patches: Vec<_> = patches().collect();
        let container = r#"{"name":"kube-apiserver","readinessProbe":{"periodSeconds":5}}"#;
        let text = format!(r#"{{"spec":{{"containers":[{container}]}}}}"#);
        assert_eq!(patches[1], ("kube-apiserver", text));
        assert_eq!(patches.len(), 3);
    }
}
