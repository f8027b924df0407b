//! The labels and taints with which kubelets register nodes.

use serde_json::{Value, json};

use crate::cluster::marks::Marks;
use crate::cluster::name::{NodeName, Role};

/// The key of kubeadm's default taint for control planes.
const CONTROL_PLANE: &str = "node-role.kubernetes.io/control-plane";

/// Returns the documents to merge into kubeadm's configuration of `node`, or none if it has
/// neither labels nor taints. `schedulable` is whether pods may run on masters.
#[must_use]
pub fn documents(node: &NodeName, marks: &Marks, schedulable: bool) -> Vec<Value> {
    let labels = marks.labels(node).into_iter().filter(|label| label.is_kubelets());
    let labels: Vec<String> = labels.map(ToString::to_string).collect();
    let taints = marks.taints(node);
    let mut registration = json!({});
    if !labels.is_empty() {
        let argument = json!({ "name": "node-labels", "value": labels.join(",") });
        registration["kubeletExtraArgs"] = json!([argument]);
    }
    if !taints.is_empty() {
        let tainted = node.role() == Role::Master && !schedulable;
        let own = tainted.then(|| json!({ "key": CONTROL_PLANE, "effect": "NoSchedule" }));
        let taint = |key: &str, value: &str, effect| {
            if value.is_empty() {
                json!({ "key": key, "effect": effect })
            } else {
                json!({ "key": key, "value": value, "effect": effect })
            }
        };
        let taints = taints.iter().map(|it| taint(&it.key, &it.value, it.effect));
        registration["taints"] = own.into_iter().chain(taints).collect();
    }
    if registration == json!({}) {
        return Vec::new();
    }
    ["InitConfiguration", "JoinConfiguration"]
        .map(|kind| json!({ "kind": kind, "nodeRegistration": registration }))
        .into()
}

/// Returns the labels of `node` that its kubelet may not set, as pairs of a YAML map.
#[must_use]
pub fn other_labels(node: &NodeName, marks: &Marks) -> String {
    let labels = marks.labels(node).into_iter().filter(|label| !label.is_kubelets());
    // Keys and values have no characters that are special in YAML within quotes.
    let pairs: Vec<String> =
        labels.map(|label| format!("\"{}\": \"{}\"", label.key, label.value)).collect();
    pairs.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(node: &str, schedulable: bool) -> Option<Value> {
        let labels = ["worker:disk=ssd", "worker:node-role.kubernetes.io/db=", "worker:x=y"];
        let taints = ["master:a=b:NoExecute", "a-worker-2:c:NoSchedule"];
        let marks = Marks::parse(labels, taints).unwrap();
        let documents = documents(&NodeName::parse(node).unwrap(), &marks, schedulable);
        documents.first().map(|document| document["nodeRegistration"].clone())
    }

    #[test]
    fn a_node_registers_with_what_is_said_of_it() {
        let arguments = json!([{ "name": "node-labels", "value": "disk=ssd,x=y" }]);
        assert_eq!(of("a-worker-1", false), Some(json!({ "kubeletExtraArgs": arguments })));
        let taints = json!([{ "key": "c", "effect": "NoSchedule" }]);
        let both = json!({ "kubeletExtraArgs": arguments, "taints": taints });
        assert_eq!(of("a-worker-2", false), Some(both));
        let marks = Marks::default();
        assert!(documents(&NodeName::parse("a-master-1").unwrap(), &marks, true).is_empty());
    }

    #[test]
    fn a_master_keeps_kubeadms_taint_where_there_are_workers() {
        let own = json!({ "key": "a", "value": "b", "effect": "NoExecute" });
        assert_eq!(of("a-master-1", true), Some(json!({ "taints": [own] })));
        let kubeadms = json!({ "key": CONTROL_PLANE, "effect": "NoSchedule" });
        assert_eq!(of("a-master-1", false), Some(json!({ "taints": [kubeadms, own] })));
    }

    #[test]
    fn what_a_kubelet_may_not_say_is_left_to_the_administrator() {
        let labels = ["worker:node-role.kubernetes.io/db=", "worker:x.k8s.io/a=1", "worker:b=2"];
        let marks = Marks::parse(labels, []).unwrap();
        let node = NodeName::parse("a-worker-1").unwrap();
        let want = "\"node-role.kubernetes.io/db\": \"\", \"x.k8s.io/a\": \"1\"";
        assert_eq!(other_labels(&node, &marks), want);
    }
}
