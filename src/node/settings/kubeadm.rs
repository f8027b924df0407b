//! Applies the user's settings to kubeadm's configuration of a node.

use serde_json::{Value, json};

use super::document::merge;
use super::{AuditPolicy, Settings};
use crate::yaml::{self, TextError};

impl Settings {
    /// Merges documents into `text`, mokctl's configuration for kubeadm, in this order: those
    /// `of_node`, those of flags, and the user's. Later ones have precedence.
    ///
    /// # Errors
    /// Fails if `text` is not valid YAML.
    pub fn applied(&self, text: String, of_node: &[Value]) -> Result<String, TextError> {
        let own = self.own_documents();
        let over = of_node.iter().chain(&own).chain(self.kubeadm_config.iter());
        let over: Vec<&Value> = over.collect();
        let mut documents = yaml::values(&text)?;
        let mut is_changed = false;
        for document in &mut documents {
            let kind = document["kind"].clone();
            for over in over.iter().filter(|over| over["kind"] == kind) {
                merge(document, over);
                is_changed = true;
            }
        }
        Ok(if is_changed { yaml::print(&documents) } else { text })
    }

    /// Returns the documents for the settings that flags have set.
    fn own_documents(&self) -> Vec<Value> {
        let mut documents = Vec::new();
        let argument = |name: &str, value: String| json!({ "name": name, "value": value });
        if !self.feature_gates.is_empty() {
            let gates: Value = self.feature_gates.iter().collect();
            let arguments =
                json!({ "extraArgs": [argument("feature-gates", self.feature_gates.to_string())] });
            documents.push(json!({
                "kind": "ClusterConfiguration",
                "apiServer": arguments,
                "controllerManager": arguments,
                "scheduler": arguments
            }));
            for kind in ["KubeletConfiguration", "KubeProxyConfiguration"] {
                documents.push(json!({ "kind": kind, "featureGates": gates }));
            }
        }
        if !self.kubeadm_gates.is_empty() {
            let gates: Value = self.kubeadm_gates.iter().collect();
            documents.push(json!({ "kind": "ClusterConfiguration", "featureGates": gates }));
        }
        if !self.runtime_config.is_empty() {
            let arguments = [argument("runtime-config", self.runtime_config.to_string())];
            documents.push(json!({
                "kind": "ClusterConfiguration", "apiServer": { "extraArgs": arguments }
            }));
        }
        documents.extend(self.audit_policy.as_ref().map(|_| AuditPolicy::document()));
        documents
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::settings::switches::Switches;
    use crate::node::settings::Documents;

    const TEXT: &str = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n\
        apiServer:\n  certSANs:\n  - \"localhost\"\nscheduler:\n  extraArgs:\n    - name: v\n      \
        value: \"1\"\n---\nkind: KubeletConfiguration\n";

    #[test]
    fn what_was_not_said_changes_nothing() {
        assert_eq!(Settings::default().applied(TEXT.into(), &[]).as_deref(), Ok(TEXT));
        let other = Documents::read("kind: JoinConfiguration").unwrap().0;
        let settings = Settings { kubeadm_config: other, ..Settings::default() };
        assert_eq!(settings.applied(TEXT.into(), &[]).as_deref(), Ok(TEXT));
    }

    #[test]
    fn gates_reach_every_component_and_the_users_documents_come_last() {
        let file = "kind: ClusterConfiguration\nscheduler: {extraArgs: {v: '9'}}\n---\n\
                    kind: KubeletConfiguration\nmaxPods: 9\nfeatureGates: {B: true}\n";
        let settings = Settings {
            feature_gates: Switches::gates(&["A=true,B=false"]).unwrap(),
            kubeadm_gates: Switches::gates(&["K=true"]).unwrap(),
            runtime_config: Switches::apis(&["api/all=true"]).unwrap(),
            kubeadm_config: Documents::read(file).unwrap().0,
            ..Settings::default()
        };
        let gates = json!({ "name": "feature-gates", "value": "A=true,B=false" });
        let want = [
            json!({
                "apiVersion": "kubeadm.k8s.io/v1beta4",
                "kind": "ClusterConfiguration",
                "apiServer": {
                    "certSANs": ["localhost"],
                    "extraArgs": [gates, { "name": "runtime-config", "value": "api/all=true" }]
                },
                "controllerManager": { "extraArgs": [gates] },
                "featureGates": { "K": true },
                "scheduler": { "extraArgs": [gates, { "name": "v", "value": "9" }] }
            }),
            json!({
                "apiVersion": "kubelet.config.k8s.io/v1beta1",
                "kind": "KubeletConfiguration",
                "featureGates": { "A": true, "B": true },
                "maxPods": 9
            }),
        ];
        let text = settings.applied(TEXT.into(), &[]).unwrap();
        assert_eq!(yaml::values(&text), Ok(want.to_vec()));
    }
}
