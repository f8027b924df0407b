//! The user's documents for kubeadm: each kind once, in the format of Kubernetes 1.34 to 1.37.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::error::FileError;
use super::own;
use crate::yaml;

/// The kinds that `kubeadm init` and `join` read, each with its API version.
const KINDS: [(&str, &str); 5] = [
    ("InitConfiguration", "kubeadm.k8s.io/v1beta4"),
    ("ClusterConfiguration", "kubeadm.k8s.io/v1beta4"),
    ("JoinConfiguration", "kubeadm.k8s.io/v1beta4"),
    ("KubeletConfiguration", "kubelet.config.k8s.io/v1beta1"),
    ("KubeProxyConfiguration", "kubeproxy.config.k8s.io/v1alpha1"),
];

fn foreign(kind: &str) -> FileError {
    let allowed = KINDS.map(|(kind, _)| kind).join(", ");
    FileError::Kind { found: kind.to_owned(), allowed }
}

/// Documents that are merged into mokctl's documents of the same kinds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Documents(Vec<Value>);

impl Documents {
    /// Parses `text`. Also returns the fields that were left out because mokctl sets them.
    ///
    /// # Errors
    /// Fails if kubeadm would refuse the documents.
    pub fn read(text: &str) -> Result<(Self, Vec<String>), FileError> {
        let (mut documents, mut left_out) = (Vec::new(), Vec::new());
        for mut document in yaml::values(text)? {
            let kind = document["kind"].as_str().unwrap_or_default();
            let known = KINDS.iter().find(|(known, _)| *known == kind);
            let (kind, format) = *known.ok_or_else(|| foreign(kind))?;
            match document.get("apiVersion").map(|found| found.as_str().unwrap_or_default()) {
                Some(found) if found != format => {
                    let found = found.to_owned();
                    return Err(FileError::ApiVersion { kind, found, wanted: format });
                }
                Some(_) | None => document["apiVersion"] = format.into(),
            }
            if documents.iter().any(|other: &Value| other["kind"] == kind) {
                return Err(FileError::Twice(kind));
            }
            listed(&mut document);
            left_out.extend(own::remove_own_fields(kind, &mut document));
            documents.push(document);
        }
        if documents.is_empty() { Err(FileError::Empty) } else { Ok((Self(documents), left_out)) }
    }

    /// Returns the kinds of the documents.
    pub fn kinds(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|document| document["kind"].as_str())
    }

    /// Returns all documents as YAML.
    #[must_use]
    pub fn text(&self) -> String {
        yaml::print(&self.0)
    }

    /// Returns the documents.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Value> {
        self.0.iter()
    }
}

/// Converts arguments from a map, as in earlier formats, to a list of names and values.
fn listed(value: &mut Value) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match value.as_object() {
                    Some(arguments)
                        if ["extraArgs", "kubeletExtraArgs"].contains(&key.as_str()) =>
                    {
                        let list = arguments.iter();
                        *value = list
                            .map(|(name, value)| json!({ "name": name, "value": value }))
                            .collect();
                    }
                    Some(_) | None => listed(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(listed),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Merges `over` into `base`: maps, and lists whose items have names, are merged; `null` removes a
/// value.
pub(super) fn merge(base: &mut Value, over: &Value) {
    match (base, over) {
        (Value::Object(base), Value::Object(over)) => {
            for (key, value) in over {
                match base.get_mut(key) {
                    _ if value.is_null() => drop(base.remove(key)),
                    // The user's names are added: the API server's certificate must keep all of
                    // mokctl's names.
                    Some(Value::Array(names)) if key == "certSANs" => {
                        let more = value.as_array().into_iter().flatten();
                        let more: Vec<_> = more.filter(|name| !names.contains(name)).collect();
                        names.extend(more.into_iter().cloned());
                    }
                    Some(there) => merge(there, value),
                    None => drop(base.insert(key.clone(), value.clone())),
                }
            }
        }
        (Value::Array(base), Value::Array(over)) if all_named(base) && all_named(over) => {
            base.retain(|item| !over.iter().any(|other| other["name"] == item["name"]));
            base.extend(over.iter().cloned());
        }
        (base, over) => base.clone_from(over),
    }
}

fn all_named(items: &[Value]) -> bool {
    !items.is_empty() && items.iter().all(|item| item["name"].is_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Documents {
        Documents::read(text).unwrap().0
    }

    #[test]
    fn kinds_have_their_format_and_arguments_are_listed() {
        let documents = read(
            "kind: ClusterConfiguration\napiServer: {extraArgs: {v: '5'}}\n---\n\
             kind: KubeletConfiguration\napiVersion: kubelet.config.k8s.io/v1beta1\nmaxPods: 9\n",
        );
        let want = [
            json!({
                "apiVersion": "kubeadm.k8s.io/v1beta4",
                "kind": "ClusterConfiguration",
                "apiServer": { "extraArgs": [{ "name": "v", "value": "5" }] }
            }),
            json!({
                "apiVersion": "kubelet.config.k8s.io/v1beta1",
                "kind": "KubeletConfiguration",
                "maxPods": 9
            }),
        ];
        assert_eq!(documents.0, want);
    }

    #[test]
    fn what_kubeadm_does_not_read_is_refused() {
        let error = |text: &str| Documents::read(text).unwrap_err();
        assert_eq!(error("kind: Pod"), foreign("Pod"));
        assert_eq!(error("[]"), foreign(""));
        assert_eq!(error("x"), foreign(""));
        assert_eq!(error("# nothing\n"), FileError::Empty);
        let kind = "kind: JoinConfiguration";
        assert_eq!(error(&format!("{kind}\n---\n{kind}")), FileError::Twice("JoinConfiguration"));
        let old = error(&format!("{kind}\napiVersion: kubeadm.k8s.io/v1beta3"));
        assert_eq!(
            old.to_string(),
            "JoinConfiguration has the apiVersion 'kubeadm.k8s.io/v1beta3': kubeadm.k8s.io/v1beta4 is \
             needed"
        );
    }

    #[test]
    fn lists_of_what_has_names_are_merged_and_others_replaced() {
        let mut base = json!({
            "args": [{ "name": "a", "value": "1" }, { "name": "b", "value": "2" }],
            "list": [1, 2], "certSANs": ["x"], "gone": 1, "map": { "in": 1 }
        });
        let over = json!({
            "args": [{ "name": "b", "value": "3" }, { "name": "b", "value": "4" }],
            "list": [3], "certSANs": ["y", "x"], "gone": null, "map": { "more": 2 }
        });
        merge(&mut base, &over);
        let want = json!({
            "args": [
                { "name": "a", "value": "1" },
                { "name": "b", "value": "3" },
                { "name": "b", "value": "4" }
            ],
            "list": [3], "certSANs": ["x", "y"], "map": { "in": 1, "more": 2 }
        });
        assert_eq!(base, want);
    }
}
