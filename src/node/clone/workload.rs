//! Objects that are bound to nodes: Node objects, volumes and pods. A binding cannot be changed,
//! so they are created again with the same names and owners.

use serde_json::{Map, Value};

use super::Changes;
use super::names::Names;
use super::object::{Metadata, Object};
use crate::cluster::name::Role;

/// The annotation of mirror pods: the API's records of static pods.
const MIRROR: &str = "kubernetes.io/config.mirror";

impl Changes {
    /// Deletes the former Node object. Its labels, annotations and taints go to the new node
    /// before anything is scheduled there.
    pub(super) fn node(&mut self, node: Object, names: Names<'_>) {
        let Some(name) = names.renamed(&node.metadata.name) else { return };
        // In a clone of the same name, the master's kubelet is running and updates this object.
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
        // A kubelet that finds its Node object without resources rejects the pods that are bound
        // to it.
        let rest = Map::from_iter([
            part("spec", ["taints", "unschedulable"]),
            part("status", ["capacity", "allocatable"]),
        ]);
        self.applied.push(Object { metadata, rest, ..node });
    }

    /// Moves a volume that names a node to the new node.
    pub(super) fn volume(&mut self, volume: Object, names: Names<'_>) {
        if volume.clone().renamed(names) != volume {
            self.move_object(volume, names);
        }
    }

    /// Moves a pod to the new node. A pod that has finished or is being deleted is removed, as it
    /// would be if its node were lost. A mirror pod is removed, too: the new kubelet reports its
    /// own static pods.
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
        // Ephemeral containers of `kubectl debug`, which a new pod may not have.
        if let Some(Value::Object(spec)) = pod.rest.get_mut("spec") {
            spec.remove("ephemeralContainers");
        }
        self.move_object(pod, names);
    }

    fn move_object(&mut self, object: Object, names: Names<'_>) {
        // The controllers that would remove the finalizers are not running yet.
        if !object.metadata.finalizers.is_empty() {
            let mut freed = object.clone().replacing();
            freed.metadata.finalizers.clear();
            self.replaced.push(freed);
        }
        self.deleted.push(object.reference());
        self.created.push(object.again(names));
    }
}
