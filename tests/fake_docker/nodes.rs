//! Node objects, which kubelets create and the API server lists.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::engine::Engine;
use crate::exit::Done;
use crate::files::{entries, get, name_of, set};

impl Engine {
    /// Returns the file of a Node object.
    pub(crate) fn node_object(&self, node: &str) -> std::path::PathBuf {
        self.log.join("nodes").join(node)
    }

    /// Registers nodes, as kubelets do when they start. Each word is `NODE[=POD_RANGE]`.
    pub(crate) fn register(&self, nodes: &[String]) {
        for node in nodes {
            let node = node.split('=').next().unwrap_or_default();
            if !self.node_object(node).exists() {
                let address = get(&self.path("containers").join(node).join("ip"));
                set(&self.node_object(node), &address);
            }
        }
    }

    /// Resets the cluster to one that knows its first node alone.
    pub(crate) fn new_cluster(&self, first: &Path) {
        let first = name_of(first);
        let cluster = first.strip_suffix("-master-1").unwrap_or(&first);
        let others = ["master", "worker"].map(|role| format!("{cluster}-{role}-"));
        for node in entries(&self.log.join("nodes")) {
            if others.iter().any(|start| name_of(&node).starts_with(start)) {
                // The test is deleting it right now.
                let _ = fs::remove_file(node);
            }
        }
        self.register(&[first]);
    }

    /// Returns the Node objects that the API server lists.
    pub(crate) fn list_nodes(&mut self) -> Done {
        let item = |node: &std::path::PathBuf| {
            let name = name_of(node);
            let cordoned = self.log.join("cordoned").join(&name).exists();
            let ready =
                if self.log.join("not-ready").join(&name).exists() { "Unknown" } else { "True" };
            json!({
                "metadata": { "name": name },
                "spec": { "unschedulable": cordoned },
                "status": {
                    "conditions": [{ "type": "Ready", "status": ready }],
                    "addresses": [{ "type": "InternalIP", "address": get(node) }],
                    "nodeInfo": { "kubeletVersion": "v1.37.2" },
                },
            })
        };
        let items: Vec<Value> = entries(&self.log.join("nodes")).iter().map(item).collect();
        self.print(json!({ "items": items }).to_string())
    }
}
