//! Changes the API objects of a saved cluster to those of its clone. Pure: takes the output of
//! `kubectl get`, and returns the input of other kubectl commands.

mod config;
mod names;
mod object;
mod workload;

use serde_json::json;
use thiserror::Error;

use config::Settings;
use names::Names;
use object::{Object, read};

use super::pki::{Pki, PkiError};
use crate::cluster::name::ClusterName;

/// The kinds of objects that name nodes, the certificate authority or the API's address.
pub const KINDS: &str = "nodes,persistentvolumes,pods,configmaps,leases";
/// Selects the only Secrets that are read: tokens of service accounts.
pub const TOKENS: &str = "--field-selector=type=kubernetes.io/service-account-token";

/// Why objects cannot be changed to those of another cluster.
#[derive(Debug, Error)]
pub enum CloneError {
    /// kubectl's output is not a list of objects.
    #[error("cannot read the saved objects")]
    Read(#[from] serde_json::Error),
    /// A token cannot be signed.
    #[error(transparent)]
    Sign(#[from] PkiError),
}

/// The identity of the new cluster.
#[derive(Debug, Clone, Copy)]
pub struct Identity<'a> {
    /// The name of the saved cluster.
    pub former: &'a ClusterName,
    /// The name of the new cluster.
    pub name: &'a ClusterName,
    /// The `ADDRESS:PORT` at which nodes of the new cluster reach the API.
    pub endpoint: &'a str,
    /// The certificate authorities of the new cluster, and the key for its service accounts.
    pub pki: &'a Pki,
}

/// The objects to change, by kubectl command, in the order of [`VERBS`].
#[derive(Debug, Default)]
pub struct Changes {
    replaced: Vec<Object>,
    deleted: Vec<Object>,
    applied: Vec<Object>,
    created: Vec<Object>,
}

/// A kubectl command with its flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verb {
    /// The verb in messages, as in "saved objects to replace".
    pub name: &'static str,
    /// The arguments of kubectl.
    pub words: &'static [&'static str],
}

/// The kubectl commands, in the order of [`Changes::lists`].
pub const VERBS: [Verb; 4] = [
    // No validation: the objects come from the API, and kubectl would download schemas of
    // megabytes.
    Verb {
        name: "replace",
        words: &["replace", "--validate=false", "--output=name", "--filename=-"],
    },
    // No waiting: the finalizers that `replace` has left are removed by controllers, which are not
    // running yet.
    Verb {
        name: "delete",
        words: &[
            "delete",
            "--ignore-not-found",
            "--force",
            "--grace-period=0",
            "--wait=false",
            "--output=name",
            "--filename=-",
        ],
    },
    // The kubelet may create its Node object before or after this.
    Verb {
        name: "apply",
        words: &[
            "apply",
            "--server-side",
            "--force-conflicts",
            "--field-manager=mok-clone",
            "--validate=false",
            "--output=name",
            "--filename=-",
        ],
    },
    Verb {
        name: "create",
        words: &["create", "--validate=false", "--output=name", "--filename=-"],
    },
];

impl Changes {
    /// Returns the changes that make the saved objects in `lists`, the output of kubectl, those of
    /// `identity`.
    pub fn of(lists: &[Vec<u8>], identity: Identity<'_>) -> Result<Self, CloneError> {
        let names = Names { former: identity.former, now: identity.name };
        let settings = Settings { endpoint: identity.endpoint, pki: identity.pki };
        let mut changes = Self::default();
        for list in lists {
            for object in read(list)? {
                match object.kind.as_str() {
                    "ConfigMap" => changes.config_map(object, &settings),
                    "Secret" => changes.replaced.extend(settings.signed(object)?),
                    "Lease" => changes.lease(&object, names),
                    "Node" => changes.node(object, names),
                    "PersistentVolume" => changes.volume(object, names),
                    "Pod" => changes.pod(object, names),
                    _ => {}
                }
            }
        }
        Ok(changes)
    }

    /// Returns the input of each of [`VERBS`] in JSON, or `None` if it has nothing to do.
    pub fn lists(&self) -> Result<[Option<Vec<u8>>; 4], CloneError> {
        let list = |objects: &[Object]| -> Result<_, serde_json::Error> {
            if objects.is_empty() {
                return Ok(None);
            }
            let list = json!({"apiVersion": "v1", "kind": "List", "items": objects});
            serde_json::to_vec(&list).map(Some)
        };
        Ok([
            list(&self.replaced)?,
            list(&self.deleted)?,
            list(&self.applied)?,
            list(&self.created)?,
        ])
    }

    /// Deletes the lease of an API server or kubelet that no longer exists. New ones create
    /// theirs.
    fn lease(&mut self, lease: &Object, names: Names<'_>) {
        let host = lease.metadata.labels.get("kubernetes.io/hostname");
        let of_kubelet = (lease.namespace() == "kube-node-lease").then_some(&lease.metadata.name);
        if host.or(of_kubelet).is_some_and(|node| names.goes(node)) {
            self.deleted.push(lease.reference());
        }
    }
}

#[cfg(test)]
mod tests;
