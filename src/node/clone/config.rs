//! The `ConfigMap`s and Secrets of a clone that name the cluster's authority or its API.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value};

use super::Changes;
use super::object::Object;
use crate::node::pki::{Account, Pki, PkiError};

/// The authority and the API's address of the new cluster.
pub(super) struct Settings<'a> {
    /// The `ADDRESS:PORT` at which nodes reach the API.
    pub(super) endpoint: &'a str,
    pub(super) pki: &'a Pki,
}

impl Changes {
    /// Changes a `ConfigMap` that names the authority or the API of the former cluster.
    pub(super) fn config_map(&mut self, mut map: Object, settings: &Settings<'_>) {
        let name = map.metadata.name.clone();
        let namespace = map.namespace().to_owned();
        let Some(data) = map.data() else { return };
        match (namespace.as_str(), name.as_str()) {
            // The API server adds its authorities to those in this map, and makes the map again if
            // it is missing.
            ("kube-system", "extension-apiserver-authentication") => {
                self.deleted.push(map.reference());
                return;
            }
            ("kube-system", "kube-proxy") => settings.lead(data, "kubeconfig.conf"),
            ("kube-public", "cluster-info") => {
                settings.lead(data, "kubeconfig");
                // Signatures with tokens that have been deleted.
                data.retain(|key, _| !key.starts_with("jws-kubeconfig-"));
            }
            // Many pods read this map only once.
            (_, "kube-root-ca.crt") => {
                data.insert("ca.crt".into(), settings.pki.ca().into());
            }
            _ => return,
        }
        self.replaced.push(map.replacing());
    }
}

impl Settings<'_> {
    /// Changes the kubeconfig in `data` to one for the new cluster.
    fn lead(&self, data: &mut Map<String, Value>, kubeconfig: &str) {
        let Some(Value::String(text)) = data.get_mut(kubeconfig) else { return };
        let server = format!("https://{}", self.endpoint);
        let authority = BASE64.encode(self.pki.ca());
        let line = |line: &str| {
            let indent = &line[..line.len() - line.trim_start().len()];
            match line.trim_start().split_once(": ") {
                Some((key @ "server", _)) => format!("{indent}{key}: {server}"),
                Some((key @ "certificate-authority-data", _)) => {
                    format!("{indent}{key}: {authority}")
                }
                _ => line.to_owned(),
            }
        };
        *text = text.split('\n').map(line).collect::<Vec<_>>().join("\n");
    }

    /// Returns a Secret with a token that the new cluster accepts. It keeps its name, by which
    /// pods refer to it. Returns `None` if the Secret does not name its service account's UID yet.
    pub(super) fn signed(&self, mut secret: Object) -> Result<Option<Object>, PkiError> {
        let note = |name| {
            let name = format!("kubernetes.io/service-account.{name}");
            secret.metadata.annotations.get(&name).cloned()
        };
        let (Some(name), Some(uid)) = (note("name"), note("uid")) else { return Ok(None) };
        let account = Account {
            namespace: secret.namespace(),
            name: &name,
            uid: &uid,
            secret: &secret.metadata.name,
        };
        let token = self.pki.token(&account)?;
        let Some(data) = secret.data() else { return Ok(None) };
        data.insert("token".into(), BASE64.encode(token).into());
        data.insert("ca.crt".into(), BASE64.encode(self.pki.ca()).into());
        Ok(Some(secret.replacing()))
    }
}
