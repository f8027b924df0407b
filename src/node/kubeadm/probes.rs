//! How often a kubelet asks the static pods of a control plane how they are.

use std::time::Duration;

use serde_json::{Value, json};

/// kubeadm's patches of what it writes for a master (kubeadm, "Customizing components"), by what
/// each changes. A pod may take `patience` to start.
///
/// kubeadm has each pod asked for the first time after ten seconds, so that none is Ready
/// before, and then each second whether it is still ready, over a new connection: an eighth of
/// what a master computes at rest (docs/performance.md). It is the other way round here. What
/// comes first is soon over; and five seconds are also the most by which a kubelet that was
/// just started puts a question off (its `prober/worker.go`).
pub fn patches(patience: Duration) -> impl Iterator<Item = (&'static str, String)> {
    let startup = json!({
        "initialDelaySeconds": 0, "periodSeconds": 1, "failureThreshold": patience.as_secs(),
    });
    let readiness = Some(json!({ "periodSeconds": 5 }));
    [
        ("etcd", readiness.clone()),
        ("kube-apiserver", readiness.clone()),
        // kubeadm has it asked no more than whether it is alive.
        ("kube-controller-manager", None),
        ("kube-scheduler", readiness),
    ]
    .into_iter()
    .map(move |(name, readiness)| (name, patch(name, &startup, readiness)))
}

fn patch(name: &str, startup: &Value, readiness: Option<Value>) -> String {
    let mut container = json!({ "name": name, "startupProbe": startup });
    if let Some(readiness) = readiness {
        container["readinessProbe"] = readiness;
    }
    json!({ "spec": { "containers": [container] } }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pod_is_asked_often_until_it_has_started_and_seldom_afterwards() {
        let patches: Vec<_> = patches(Duration::from_secs(240)).collect();
        let startup =
            r#""startupProbe":{"failureThreshold":240,"initialDelaySeconds":0,"periodSeconds":1}"#;
        assert_eq!(
            patches[1],
            (
                "kube-apiserver",
                format!(
                    r#"{{"spec":{{"containers":[{{"name":"kube-apiserver","readinessProbe":{{"periodSeconds":5}},{startup}}}]}}}}"#
                )
            )
        );
        assert_eq!(patches.len(), 4);
        // One without a question would be refused.
        assert!(!patches[2].1.contains("readinessProbe"));
    }
}
