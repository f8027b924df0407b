//! The user's audit policy, and where masters keep the policy and the audit log.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::error::FileError;
use crate::node::files::File;
use crate::yaml;

/// The path of the log on each master.
pub const LOG: &str = "/var/log/kubernetes/audit.log";
const FOLDER: &str = "/var/log/kubernetes";
const POLICY: &str = "/etc/mok/audit-policy.yaml";
/// The size in megabytes at which the log is rotated, because a test may send many requests. One
/// older log is kept.
const SIZE: &str = "100";

const FORMAT: &str = "audit.k8s.io/v1";
const LEVELS: [&str; 4] = ["None", "Metadata", "Request", "RequestResponse"];

/// An audit policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditPolicy(String);

impl AuditPolicy {
    /// Checks that `text` is a policy with which the API server would start.
    ///
    /// # Errors
    /// Fails if the API server would refuse the policy.
    pub fn read(text: String) -> Result<Self, FileError> {
        let documents = yaml::values(&text)?;
        let [policy] = documents.as_slice() else { return Err(FileError::AuditPolicy) };
        let is_policy = policy["apiVersion"] == FORMAT && policy["kind"] == "Policy";
        let rules = policy["rules"].as_array().filter(|rules| is_policy && !rules.is_empty());
        let has_level = |rule: &Value| LEVELS.contains(&rule["level"].as_str().unwrap_or_default());
        let is_good = rules.is_some_and(|rules| rules.iter().all(has_level));
        if is_good { Ok(Self(text)) } else { Err(FileError::AuditPolicy) }
    }

    /// Returns the file with the policy.
    pub(super) fn file(&self) -> File {
        File { mode: 0o600, ..File::public(POLICY.trim_start_matches('/'), self.0.as_str()) }
    }

    /// Returns the document for kubeadm that configures audit logs.
    pub(super) fn document() -> Value {
        let argument = |name: &str, value: &str| json!({ "name": name, "value": value });
        json!({
            "kind": "ClusterConfiguration",
            "apiServer": {
                "extraArgs": [
                    argument("audit-policy-file", POLICY),
                    argument("audit-log-path", LOG),
                    argument("audit-log-maxsize", SIZE),
                    argument("audit-log-maxbackup", "1")
                ],
                "extraVolumes": [
                    {
                        "name": "audit-policy", "hostPath": POLICY, "mountPath": POLICY,
                        "pathType": "File", "readOnly": true
                    },
                    {
                        "name": "audit-log", "hostPath": FOLDER, "mountPath": FOLDER,
                        "pathType": "DirectoryOrCreate"
                    }
                ]
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_has_its_format_and_rules_with_a_level() {
        let read = |text: &str| AuditPolicy::read(text.into());
        let begin = "apiVersion: audit.k8s.io/v1\nkind: Policy\n";
        let rules = "rules:\n- level: None\n  users: [me]\n- level: Metadata\n";
        assert!(read(&format!("{begin}{rules}")).is_ok());
        for bad in [
            String::new(),
            rules.to_owned(),
            begin.to_owned(),
            format!("{begin}rules: []"),
            format!("{begin}rules: [{{level: All}}]"),
            format!("{begin}rules: [None]"),
            format!("{begin}{rules}---\n{begin}{rules}"),
        ] {
            assert_eq!(read(&bad), Err(FileError::AuditPolicy), "{bad}");
        }
        assert!(matches!(read("a: ["), Err(FileError::Yaml(_))));
    }
}
