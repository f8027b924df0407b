//! What an upgrade does to containers and nodes.

use std::fs;
use std::path::Path;

use crate::engine::Engine;
use crate::exit::{Done, fail};
use crate::files::{entries, get, name_of, set, touch};
use crate::pattern::matches;

impl Engine {
    pub(crate) fn rename(&mut self, words: &[String]) -> Done {
        let [from, to] = words else { return self.unknown() };
        let container = self.need_container(from)?;
        let there = self.path("containers").join(to);
        if there.is_dir() {
            return fail(&format!(
                "Error response from daemon: Error when allocating new name: Conflict. The container \
                 name \"/{to}\" is already in use"
            ));
        }
        set(&self.path("ids").join(get(&container.join("id"))), to);
        Ok(fs::rename(container, there)?)
    }

    /// `docker diff`: lists the files that were added to the container.
    pub(crate) fn diff(&mut self, words: &[String]) -> Done {
        let [reference] = words else { return self.unknown() };
        let root = self.need_container(reference)?.join("root");
        self.print("C /etc")?;
        let mut added = Vec::new();
        walk(&root, "", &mut added);
        added.sort();
        added.iter().try_for_each(|path| self.print(format!("A {path}")))
    }

    /// Serves kubeadm and kubectl in a node that is upgraded.
    pub(crate) fn upgrade_in(&mut self, node: &Path, words: &[String]) -> Done {
        let line = words.join(" ");
        let is = |pattern: &str| matches(&line, pattern);
        let upgraded = node.join("upgraded");
        if is("cat /var/lib/kubelet/config.yaml /var/lib/kubelet/kubeadm-flags.env") {
            self.print("kind: KubeletConfiguration")?;
            if upgraded.exists() { self.print("new: true") } else { Ok(()) }
        } else if is("kubeadm upgrade apply phase addon all v*") {
            self.print("[addons] Applied essential addon: CoreDNS")
        } else if is("kubeadm upgrade apply v* --yes --skip-phases=preflight,addon*")
            || is("kubeadm upgrade node --skip-phases=preflight,addon*")
        {
            touch(&upgraded);
            Ok(())
        } else if is("kubeadm upgrade plan v*") {
            self.print(format!("[upgrade/versions] Target version: {}", words[3]))
        } else if is("systemctl restart kubelet") {
            Ok(())
        } else if is("kubectl --kubeconfig=/etc/kubernetes/admin.conf uncordon *") {
            // The node may not be cordoned.
            let _ = fs::remove_file(self.log.join("cordoned").join(&words[3]));
            self.print(format!("node/{} uncordoned", words[3]))
        } else if is(
            "kubectl * get deployment/coredns daemonset/kube-proxy --ignore-not-found --output=name",
        ) {
            self.print("deployment.apps/coredns\ndaemonset.apps/kube-proxy")
        } else if is("kubectl * get configmap/kubeadm-config --output=json") {
            let configuration = r"dns:\n  disabled: true\n";
            self.print(format!(
                r#"{{"metadata":{{"name":"kubeadm-config"}},"data":{{"ClusterConfiguration":"{configuration}"}}}}"#
            ))
        } else {
            self.unknown()
        }
    }
}

fn walk(folder: &Path, path: &str, found: &mut Vec<String>) {
    for entry in entries(folder) {
        let path = format!("{path}/{}", name_of(&entry));
        if entry.is_dir() && !entry.is_symlink() {
            walk(&entry, &path, found);
        }
        found.push(path);
    }
}
