//! How often a kubelet asks the static pods of a control plane whether they are ready.

use serde_json::json;

/// Those of the four that kubeadm has asked; the controller manager is not.
const PODS: [&str; 3] = ["etcd", "kube-apiserver", "kube-scheduler"];

/// kubeadm's patches of what it writes for a master (kubeadm, "Customizing components"), by what
/// each changes.
///
/// kubeadm has each pod asked every second, over a new connection: an eighth of what a master
/// computes at rest (docs/performance.md). Five seconds are also the most by which a kubelet
/// that was just started puts a question off (its `prober/worker.go`).
///
/// That kubeadm has none asked in its first ten seconds must stay: a kubelet tells the API of a
/// static pod when something about the pod changes, and what changes before the API answers
/// it tells a minute later, when it looks at every pod (its `kubelet.go`, `SyncPod`). Until
/// then `etcd` was missing there, and `kubeadm join` of a further master had no member to ask.
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
