//! What the objects of a cluster become in another one that is made from its snapshot.
//! Pure: it takes what `kubectl get` prints, and returns what other verbs of kubectl read.

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

/// The kinds that say where something runs, which authority to trust or where the API is.
pub const KINDS: &str = "nodes,persistentvolumes,pods,configmaps,leases";
/// The only secrets that are read: the service accounts' tokens.
pub const TOKENS: &str = "--field-selector=type=kubernetes.io/service-account-token";

/// Why objects cannot become those of another cluster.
#[derive(Debug, Error)]
pub enum CloneError {
    /// What kubectl prints is no list of objects.
    #[error("cannot read the saved objects")]
    Read(#[from] serde_json::Error),
    /// A token cannot be signed.
    #[error(transparent)]
    Sign(#[from] PkiError),
}

/// Who the new cluster is.
#[derive(Debug, Clone, Copy)]
pub struct Identity<'a> {
    /// The name of the cluster that was saved.
    pub former: &'a ClusterName,
    /// Its own name.
    pub name: &'a ClusterName,
    /// `ADDRESS:PORT` of its API for all nodes.
    pub endpoint: &'a str,
    /// Its certificate authorities, and the key of its service accounts.
    pub pki: &'a Pki,
}

/// Objects by verb, in the order of [`VERBS`].
#[derive(Debug, Default)]
pub struct Changes {
    replaced: Vec<Object>,
    deleted: Vec<Object>,
    applied: Vec<Object>,
    created: Vec<Object>,
}

/// A verb of kubectl, with its flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verb {
    /// What it does to objects, in words.
    pub name: &'static str,
    /// The words after `kubectl`.
    pub words: &'static [&'static str],
}

/// In the order of [`Changes::lists`].
pub const VERBS: [Verb; 4] = [
    // Without validation: the API has sent these objects itself, and the schemas that
    // kubectl validates with are megabytes.
    Verb {
        name: "replace",
        words: &["replace", "--validate=false", "--output=name", "--filename=-"],
    },
    // Without waiting: other finalizers than those replaced above are removed by
    // controllers, none of which runs yet.
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
    // The kubelet may have created its Node object, or be about to.
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
    /// What makes the saved objects of `lists`, as kubectl prints them, those of
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

    /// For each of [`VERBS`] what it reads, in JSON; none where it has nothing to do.
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

    /// Leases of API servers and kubelets that no longer exist; the new ones make their own.
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
