//! What is bound to nodes: Node objects, volumes and pods. A binding cannot be changed, so
//! these are created again, under the same names and with the same owners.

use serde_json::{Map, Value};

use super::Changes;
use super::names::Names;
use super::object::{Metadata, Object};
use crate::cluster::name::Role;

/// On the API's record of a static pod, which a kubelet runs from a file in its node.
const MIRROR: &str = "kubernetes.io/config.mirror";

impl Changes {
    /// The former node goes. Its labels, annotations and taints are the new one's, before
    /// anything is scheduled there.
    pub(super) fn node(&mut self, node: Object, names: Names<'_>) {
        let Some(name) = names.renamed(&node.metadata.name) else { return };
        // In a cluster of the same name: the master's kubelet runs, and reports to it.
        if name.role() == Role::Master && !names.goes(&node.metadata.name) {
            return;
        }
        self.deleted.push(node.reference());
        let node = node.renamed(names);
        let Metadata { labels, annotations, .. } = node.metadata;
        let metadata =
            Metadata { name: name.to_string(), labels, annotations, ..Metadata::default() };
        let part = |name, fields: [&str; 2]| {
            let part = node.rest.get(name).and_then(Value::as_object);
            let kept = part.into_iter().flatten().filter(|(key, _)| fields.contains(&key.as_str()));
            (String::from(name), kept.map(|(key, value)| (key.clone(), value.clone())).collect())
        };
        // A kubelet that finds its Node object without resources refuses the pods that are
        // bound to it.
        let rest = Map::from_iter([
            part("spec", ["taints", "unschedulable"]),
            part("status", ["capacity", "allocatable"]),
        ]);
        self.applied.push(Object { metadata, rest, ..node });
    }

    /// A volume that is on a node moves to the new one.
    pub(super) fn volume(&mut self, volume: Object, names: Names<'_>) {
        if volume.clone().renamed(names) != volume {
            self.move_object(volume, names);
        }
    }

    /// A pod that is bound to a node moves to the new one. One that is finished, or is being
    /// deleted, is removed, as it would be when its node is missing. The record of a static
    /// pod is removed, too: the new kubelet reports its own.
    pub(super) fn pod(&mut self, mut pod: Object, names: Names<'_>) {
        let node = pod.text("spec", "nodeName");
        if names.renamed(node).is_none() {
            return;
        }
        let is_mirror = pod.metadata.annotations.contains_key(MIRROR);
        let is_finished = ["Succeeded", "Failed"].contains(&pod.text("status", "phase"));
        if is_mirror || is_finished || pod.metadata.deletion_timestamp.is_some() {
            if names.goes(node) {
                self.deleted.push(pod.reference());
            }
            return;
        }
        // Those of `kubectl debug`: a new pod may not have any.
        if let Some(Value::Object(spec)) = pod.rest.get_mut("spec") {
            spec.remove("ephemeralContainers");
        }
        self.move_object(pod, names);
    }

    fn move_object(&mut self, object: Object, names: Names<'_>) {
        // The controllers that would remove them do not run yet.
        if !object.metadata.finalizers.is_empty() {
            let mut freed = object.clone().replacing();
            freed.metadata.finalizers.clear();
            self.replaced.push(freed);
        }
        self.deleted.push(object.reference());
        self.created.push(object.again(names));
    }
}
