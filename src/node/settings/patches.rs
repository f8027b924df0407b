//! The user's patches for kubeadm (kubeadm, "Customizing components"): files whose names tell the
//! target and the type of each.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::FileError;
use crate::cluster::name::Role;
use crate::node::files::File;
use crate::node::scripts;
use crate::yaml;

/// The targets of patches.
const TARGETS: [&str; 7] = [
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    KUBELET,
    "corednsdeployment",
    KUBE_PROXY,
];

/// The only target that workers have, too.
const KUBELET: &str = "kubeletconfiguration";
/// The target that kubeadm knows since 1.37.
const KUBE_PROXY: &str = "kubeproxydaemonset";

/// Patches, by the names of their files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patches(BTreeMap<String, String>);

impl Patches {
    /// Adds a patch.
    ///
    /// # Errors
    /// Fails if kubeadm would refuse or ignore the patch.
    pub fn add(&mut self, name: &str, text: String) -> Result<(), FileError> {
        let kind = kind(name).ok_or_else(unknown_name)?;
        let documents = yaml::values(&text)?;
        if documents.is_empty() {
            return Err(FileError::Empty);
        }
        let is_list = kind == "json";
        let is_formed = |document: &Value| {
            if is_list { document.is_array() } else { document.is_object() }
        };
        if !documents.iter().all(is_formed) {
            let wanted = if is_list { "a list of operations" } else { "a part of the object" };
            return Err(FileError::PatchForm { kind, wanted });
        }
        self.0.insert(name.to_owned(), text);
        Ok(())
    }

    /// Returns the names of the files.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Whether a patch needs kubeadm 1.37 or later.
    #[must_use]
    pub fn has_kube_proxy(&self) -> bool {
        self.names().any(|name| name.starts_with(KUBE_PROXY))
    }

    /// Returns the patches for a node of `role`. Workers do not get the patches of control planes,
    /// which may contain secrets.
    pub fn files(&self, role: Role) -> impl Iterator<Item = File> {
        let is_for = move |name: &str| role == Role::Master || name.starts_with(KUBELET);
        let files = self.0.iter().filter(move |(name, _)| is_for(name));
        files.map(|(name, text)| {
            let path = format!("{}/{name}", scripts::PATCHES.trim_start_matches('/'));
            File { mode: 0o600, ..File::public(path, text.as_str()) }
        })
    }
}

fn unknown_name() -> FileError {
    FileError::PatchName { targets: TARGETS.join(", ") }
}

/// Returns the type in the name of a patch, or `None` if kubeadm would ignore the name.
fn kind(name: &str) -> Option<&'static str> {
    let (name, _) = name.rsplit_once('.').filter(|(_, end)| ["yaml", "json"].contains(end))?;
    let (target, kind) = name.split_once('+').unwrap_or((name, "strategic"));
    let rest = TARGETS.iter().find_map(|known| target.strip_prefix(known))?;
    let is_suffix = rest.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    ["strategic", "merge", "json"].into_iter().find(|known| *known == kind && is_suffix)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(name: &str, text: &str) -> Result<(), FileError> {
        Patches::default().add(name, text.to_owned())
    }

    #[test]
    fn names_are_kubeadms() {
        for (name, text) in [
            ("kube-apiserver.yaml", "spec: {}"),
            ("kube-apiserver0+merge.yaml", "spec: {}"),
            ("kubeletconfiguration1-mine+strategic.json", "{\"maxPods\": 5}"),
            ("etcd+json.json", "[{\"op\": \"remove\", \"path\": \"/x\"}]"),
            ("corednsdeployment+merge.yaml", "spec: {}\n---\nspec: {replicas: 1}\n"),
        ] {
            assert_eq!(add(name, text), Ok(()), "{name}");
        }
        for name in [
            "kube-apiserver",
            "kube-apiserver.yml",
            "kube-apiserver+merge",
            "kube-apiserver+other.yaml",
            "kube-apiserver+.yaml",
            "kube-api.yaml",
            "README.yaml",
            "kube-apiserver.a.yaml",
            "etcd~members+json.json",
            ".yaml",
        ] {
            assert_eq!(add(name, "spec: {}"), Err(unknown_name()), "{name}");
        }
    }

    #[test]
    fn what_kubeadm_could_not_apply_is_refused() {
        let error = |name, text| add(name, text).unwrap_err().to_string();
        assert_eq!(error("etcd+merge.yaml", ""), "the file is empty");
        assert_eq!(
            error("etcd+json.yaml", "spec: {}"),
            "a patch of type json is a list of operations"
        );
        assert_eq!(error("etcd.yaml", "[]"), "a patch of type strategic is a part of the object");
        assert_eq!(error("etcd.yaml", "a: 1\na: 2"), "invalid YAML: line 2: 'a' is there twice");
    }

    #[test]
    fn a_worker_gets_what_changes_its_kubelet() {
        let mut patches = Patches::default();
        for name in ["kube-apiserver+merge.yaml", "kubeletconfiguration+merge.yaml"] {
            patches.add(name, "a: 1".into()).unwrap();
        }
        let paths = |role| patches.files(role).map(|file| file.path).collect::<Vec<_>>();
        let kubelet = "root/mok/patches/kubeletconfiguration+merge.yaml";
        assert_eq!(paths(Role::Worker), [kubelet]);
        assert_eq!(paths(Role::Master), ["root/mok/patches/kube-apiserver+merge.yaml", kubelet]);
    }
}
