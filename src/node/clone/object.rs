//! An object of the Kubernetes API, as far as a clone changes it. The rest is kept as it
//! is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::names::Names;

/// An object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Object {
    pub(super) api_version: String,
    pub(super) kind: String,
    pub(super) metadata: Metadata,
    #[serde(flatten)]
    pub(super) rest: Map<String, Value>,
}

/// What it is called, and what is noted about it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Metadata {
    pub(super) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) namespace: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) labels: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) annotations: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) finalizers: Vec<String>,
    /// Since when it is being deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) deletion_timestamp: Option<String>,
    #[serde(flatten)]
    pub(super) rest: Map<String, Value>,
}

/// A list, as kubectl prints it.
#[derive(Deserialize)]
struct List {
    items: Vec<Object>,
}

/// The objects of a list.
pub(super) fn read(list: &[u8]) -> Result<Vec<Object>, serde_json::Error> {
    serde_json::from_slice(list).map(|List { items }| items)
}

impl Object {
    /// Its namespace; empty where it is in none.
    pub(super) fn namespace(&self) -> &str {
        self.metadata.namespace.as_deref().unwrap_or_default()
    }

    /// The text in `field` of its `part`.
    pub(super) fn text(&self, part: &str, field: &str) -> &str {
        let field = self.rest.get(part).and_then(|part| part.get(field));
        field.and_then(Value::as_str).unwrap_or_default()
    }

    /// What a `ConfigMap` or a Secret holds.
    pub(super) fn data(&mut self) -> Option<&mut Map<String, Value>> {
        let data = self.rest.entry("data").or_insert_with(|| Map::new().into());
        data.as_object_mut()
    }

    /// It by name alone.
    pub(super) fn reference(&self) -> Self {
        let Metadata { name, namespace, .. } = self.metadata.clone();
        let metadata = Metadata { name, namespace, ..Metadata::default() };
        Self { metadata, rest: Map::new(), ..self.clone() }
    }

    /// It, for `kubectl replace`, whatever has changed in it since it was read.
    pub(super) fn replacing(mut self) -> Self {
        self.metadata.rest.remove("resourceVersion");
        self
    }

    /// It, for `kubectl create`, without what the API writes into an object, and with the
    /// nodes' names of `names`.
    pub(super) fn again(mut self, names: Names<'_>) -> Self {
        for field in ["uid", "resourceVersion", "creationTimestamp", "generation"] {
            self.metadata.rest.remove(field);
        }
        self.rest.remove("status");
        self.renamed(names)
    }

    /// It, with the nodes' names of `names` in all but its own name.
    pub(super) fn renamed(mut self, names: Names<'_>) -> Self {
        let notes = self.metadata.labels.values_mut();
        notes.chain(self.metadata.annotations.values_mut()).for_each(|it| names.rename_text(it));
        self.rest.values_mut().for_each(|value| names.rename(value));
        self
    }
}
