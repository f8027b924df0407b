//! Finds pods in certain namespaces that are not Ready, or have not been created yet.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::docker::inspect;

/// The kubectl command that lists pods and their controllers. Controllers come first, so that the
/// pods that they report as created are in the list.
pub const LIST: [&str; 6] = [
    "kubectl",
    "--kubeconfig=/etc/kubernetes/admin.conf",
    "get",
    "deployments,daemonsets,pods",
    "--all-namespaces",
    "--output=json",
];

#[derive(Debug, Deserialize)]
struct List {
    items: Vec<Item>,
}

#[derive(Debug, Deserialize)]
struct Item {
    kind: String,
    metadata: Metadata,
    #[serde(default)]
    spec: Spec,
    #[serde(default)]
    status: Status,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    name: String,
    #[serde(default)]
    namespace: String,
    #[serde(default)]
    generation: u64,
    deletion_timestamp: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Spec {
    replicas: u64,
}

/// The status of a pod, a Deployment or a `DaemonSet`. Each has some of the fields.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Status {
    phase: String,
    #[serde(deserialize_with = "inspect::or_default")]
    conditions: Vec<Condition>,
    #[serde(deserialize_with = "inspect::or_default")]
    container_statuses: Vec<ContainerStatus>,
    observed_generation: u64,
    updated_replicas: u64,
    desired_number_scheduled: u64,
    current_number_scheduled: u64,
}

#[derive(Debug, Deserialize)]
struct Condition {
    #[serde(rename = "type")]
    kind: String,
    status: String,
    #[serde(default)]
    message: String,
}

#[derive(Debug, Deserialize)]
struct ContainerStatus {
    #[serde(default)]
    state: State,
}

#[derive(Debug, Default, Deserialize)]
struct State {
    waiting: Option<Waiting>,
}

#[derive(Debug, Deserialize)]
struct Waiting {
    #[serde(default)]
    reason: String,
}

/// Returns the pods of `namespaces` that are not Ready, and the Deployments and `DaemonSet`s whose
/// pods have not all been created, each with the reason.
///
/// # Errors
/// Fails if the text is not such a list.
pub fn missing(json: &str, namespaces: &BTreeSet<&str>) -> serde_json::Result<Vec<String>> {
    let List { items } = serde_json::from_str(json)?;
    let wanted = items.iter().filter(|item| namespaces.contains(item.metadata.namespace.as_str()));
    let missing = wanted.filter_map(|item| {
        let why = match item.kind.as_str() {
            "Pod" => item.not_ready()?,
            _ => item.lacks_pods().then(|| "not all of its pods are made".to_owned())?,
        };
        let Metadata { namespace, name, .. } = &item.metadata;
        Some(format!("{} {namespace}/{name}: {why}", item.kind))
    });
    Ok(missing.collect())
}

impl Item {
    /// Whether some of its pods have not been created yet.
    fn lacks_pods(&self) -> bool {
        let Status {
            observed_generation,
            updated_replicas,
            desired_number_scheduled,
            current_number_scheduled,
            ..
        } = self.status;
        observed_generation < self.metadata.generation
            || updated_replicas < self.spec.replicas
            || current_number_scheduled < desired_number_scheduled
    }

    /// Returns why the pod is not Ready, or `None` if it is Ready, has completed, or is being
    /// deleted.
    fn not_ready(&self) -> Option<String> {
        let Status { phase, conditions, container_statuses, .. } = &self.status;
        let is = |kind: &str| conditions.iter().find(|condition| condition.kind == kind);
        let is_ready = is("Ready").is_some_and(|condition| condition.status == "True");
        if is_ready || phase == "Succeeded" || self.metadata.deletion_timestamp.is_some() {
            return None;
        }
        let mut waiting = container_statuses.iter().filter_map(|it| it.state.waiting.as_ref());
        let unscheduled = is("PodScheduled").filter(|condition| condition.status != "True");
        let message = unscheduled.or(is("Ready")).map(|condition| condition.message.clone());
        let why = waiting.next().map(|waiting| waiting.reason.clone()).or(message);
        Some(why.filter(|why| !why.is_empty()).unwrap_or_else(|| "not Ready".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn item(kind: &str, name: &str, spec: &Value, status: &Value) -> Value {
        json!({
            "kind": kind,
            "metadata": { "name": name, "namespace": "kube-system", "generation": 1 },
            "spec": spec,
            "status": status,
        })
    }

    fn pod(name: &str, status: &Value) -> Value {
        item("Pod", name, &json!({}), status)
    }

    fn found(items: &[Value]) -> Vec<String> {
        let json = json!({ "items": items }).to_string();
        missing(&json, &BTreeSet::from(["kube-system", "metallb-system"])).unwrap()
    }

    #[test]
    fn pods_that_are_not_ready_are_named_with_the_reason() {
        let condition =
            |kind, status, message| json!({ "type": kind, "status": status, "message": message });
        let waiting = json!({ "state": { "waiting": { "reason": "ErrImagePull" } } });
        let unready = condition("Ready", "False", "containers with unready status: [x]");
        let found = found(&[
            pod("ready", &json!({ "conditions": [condition("Ready", "True", "")] })),
            pod("done", &json!({ "phase": "Succeeded", "conditions": [unready] })),
            pod("new", &json!({ "conditions": null })),
            pod("late", &json!({ "conditions": [condition("PodScheduled", "False", "no node")] })),
            pod("slow", &json!({ "conditions": [unready] })),
            pod("bad", &json!({ "conditions": [unready], "containerStatuses": [waiting] })),
        ]);
        let want = [
            "Pod kube-system/new: not Ready",
            "Pod kube-system/late: no node",
            "Pod kube-system/slow: containers with unready status: [x]",
            "Pod kube-system/bad: ErrImagePull",
        ];
        assert_eq!(found, want);
    }

    #[test]
    fn what_makes_pods_must_have_made_them_all() {
        let found = found(&[
            item("Deployment", "new", &json!({ "replicas": 2 }), &json!({})),
            item(
                "Deployment",
                "all",
                &json!({ "replicas": 2 }),
                &json!({ "observedGeneration": 1, "updatedReplicas": 2 }),
            ),
            item(
                "DaemonSet",
                "some",
                &json!({}),
                &json!({
                    "observedGeneration": 1,
                    "desiredNumberScheduled": 3,
                    "currentNumberScheduled": 2
                }),
            ),
            json!({ "kind": "Pod", "metadata": { "name": "mine", "namespace": "default" } }),
        ]);
        let want = [
            "Deployment kube-system/new: not all of its pods are made",
            "DaemonSet kube-system/some: not all of its pods are made",
        ];
        assert_eq!(found, want);
        assert!(missing("", &BTreeSet::new()).is_err());
    }
}
