//! An object of the Kubernetes API, as far as a clone changes it. Other fields are kept as they
//! are.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::names::Names;

/// An API object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Object {
    pub(super) api_version: String,
    pub(super) kind: String,
    pub(super) metadata: Metadata,
    #[serde(flatten)]
    pub(super) rest: Map<String, Value>,
}

/// The metadata of an object.
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
    /// When its deletion was requested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) deletion_timestamp: Option<String>,
    #[serde(flatten)]
    pub(super) rest: Map<String, Value>,
}

/// A list of objects in kubectl's output.
#[derive(Deserialize)]
struct List {
    items: Vec<Object>,
}

/// Parses a list of objects.
pub(super) fn read(list: &[u8]) -> Result<Vec<Object>, serde_json::Error> {
    serde_json::from_slice(list).map(|List { items }| items)
}

impl Object {
    /// Returns the namespace, or an empty string.
    pub(super) fn namespace(&self) -> &str {
        self.metadata.namespace.as_deref().unwrap_or_default()
    }

    /// Returns the string `field` of `part`, or an empty string.
    pub(super) fn text(&self, part: &str, field: &str) -> &str {
        let field = self.rest.get(part).and_then(|part| part.get(field));
        field.and_then(Value::as_str).unwrap_or_default()
    }

    /// Returns the data of a `ConfigMap` or Secret.
    pub(super) fn data(&mut self) -> Option<&mut Map<String, Value>> {
        let data = self.rest.entry("data").or_insert_with(|| Map::new().into());
        data.as_object_mut()
    }

    /// Returns the object with nothing but its kind and name.
    pub(super) fn reference(&self) -> Self {
        let Metadata { name, namespace, .. } = self.metadata.clone();
        let metadata = Metadata { name, namespace, ..Metadata::default() };
        Self { metadata, rest: Map::new(), ..self.clone() }
    }

    /// Returns the object for `kubectl replace`, regardless of changes since it was read.
    pub(super) fn replacing(mut self) -> Self {
        self.metadata.rest.remove("resourceVersion");
        self
    }

    /// Returns the object for `kubectl create`: with renamed nodes, and without the fields that
    /// the API server sets.
    pub(super) fn again(mut self, names: Names<'_>) -> Self {
        for field in ["uid", "resourceVersion", "creationTimestamp", "generation"] {
            self.metadata.rest.remove(field);
        }
        self.rest.remove("status");
        self.renamed(names)
    }

    /// Returns the object with renamed nodes, except in its own name.
    pub(super) fn renamed(mut self, names: Names<'_>) -> Self {
        let notes = self.metadata.labels.values_mut();
        notes.chain(self.metadata.annotations.values_mut()).for_each(|it| names.rename_text(it));
        self.rest.values_mut().for_each(|value| names.rename(value));
        self
    }
}
