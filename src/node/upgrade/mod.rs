//! What a node keeps when its container is replaced by one of another image, and the change to
//! kubeadm's configuration that an upgrade needs.

use serde_json::Value;

use super::files::File;
use super::scripts::FOLDER;
use super::snapshot::before;
use crate::cluster::name::Role;

/// The folders of every node's state.
const STATE: [&str; 3] = ["/etc/kubernetes", "/var/lib/kubelet", "/var/lib/mok"];
/// The folder of etcd's data.
pub const ETCD: &str = "/var/lib/etcd";
/// Paths that are not taken along: made again in every container, written by mokctl, or worthless.
const NOT_KEPT: [&str; 21] = [
    "/.kube",
    "/dev",
    "/etc/cni/net.d/10-mok.conflist",
    "/etc/mok",
    "/etc/systemd/system/containerd.service.d",
    "/etc/systemd/system/kubelet.service.d",
    "/etc/systemd/system/mok-addons.service",
    "/etc/systemd/system/multi-user.target.wants",
    "/proc",
    "/root/.kube/cache",
    "/root/mok",
    "/run",
    "/sys",
    "/tmp",
    "/usr/lib/modules",
    "/usr/libexec/kubernetes",
    "/var/cache",
    "/var/lib/containerd",
    "/var/lib/systemd",
    "/var/log",
    "/var/tmp",
];

/// Returns a file that makes sure that the folder of volumes exists.
#[must_use]
pub fn state_file() -> File {
    File::public("var/lib/mok/node", "")
}

/// Returns the files for the next start of a container whose runtime has the state of a container
/// of another image.
#[must_use]
pub fn files() -> Vec<File> {
    let mut files = before("kubelet", "adopt", "", include_str!("adopt.sh")).to_vec();
    files.push(File::public(format!("{FOLDER}/adopt"), ""));
    files
}

/// Returns the paths that a node of `role` takes along: its state, and all files that were added
/// to its container (`changes`, the engine's list). Files of the old image are replaced by those
/// of the new one.
#[must_use]
pub fn taken_along(role: Role, changes: &str) -> Vec<String> {
    let added: Vec<&str> = changes.lines().filter_map(|line| line.strip_prefix("A ")).collect();
    let is_in = |path: &str, folder: &str| {
        path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let etcd = (role == Role::Master).then_some(ETCD);
    let mut paths: Vec<&str> = STATE.into_iter().chain(etcd).collect();
    let mut added: Vec<&str> = added
        .into_iter()
        .filter(|path| !NOT_KEPT.iter().any(|folder| is_in(path, folder)))
        .collect();
    // Sorted, so that a folder comes before its contents.
    added.sort_unstable();
    for path in added {
        // A parent folder of the state is not taken along as a whole.
        let holds_state = |state: &&str| is_in(state, path) && *state != path;
        if !paths.iter().any(|taken| is_in(path, taken)) && !paths.iter().any(holds_state) {
            paths.push(path);
        }
    }
    paths.into_iter().map(String::from).collect()
}

/// Returns the folder that contains `path`.
#[must_use]
pub fn folder_of(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(("", _)) | None => "/",
        Some((folder, _)) => folder,
    }
}

/// Returns the `ConfigMap` with kubeadm's configuration, corrected, if it calls add-ons disabled
/// that exist (`there`), or `None` if it is right. `kubeadm init` records skipped add-on phases as
/// disabled.
///
/// # Errors
/// Returns what is wrong with the configuration, in a few words.
pub fn with_addons(json: &str, there: &str) -> Result<Option<String>, String> {
    let mut map: Value = serde_json::from_str(json).map_err(|error| error.to_string())?;
    let text = map["data"]["ClusterConfiguration"].as_str().ok_or("no ClusterConfiguration")?;
    let mut section = "";
    let mut lines = Vec::new();
    for line in text.lines() {
        if !line.starts_with(' ') {
            section = line;
        }
        let is_there = match section {
            "dns:" => there.contains("/coredns"),
            "proxy:" => there.contains("/kube-proxy"),
            _ => false,
        };
        if !(is_there && line.trim() == "disabled: true") {
            lines.push(line);
        }
    }
    let edited = format!("{}\n", lines.join("\n"));
    if edited == text {
        return Ok(None);
    }
    map["data"]["ClusterConfiguration"] = edited.into();
    let metadata = map["metadata"].as_object_mut().ok_or("no metadata")?;
    metadata.retain(|key, _| ["name", "namespace", "resourceVersion"].contains(&key.as_str()));
    Ok(Some(map.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_takes_its_state_and_what_was_added_along() {
        let changes = "C /etc\nA /etc/kubernetes\nA /etc/kubernetes/admin.conf\nA /data\n\
             A /data/x\nC /var\nA /run/x\nA /root/mok\nA /root/mok/init.sh\nA /opt/cni/bin/mine\n\
             A /database\nD /usr/bin/x\nA /var/lib/etcd\nA /etc/machine-id\nA /var/log/pods\n\
             A /var/lib/containerd/x\n";
        let state = ["/etc/kubernetes", "/var/lib/kubelet", "/var/lib/mok"];
        let added = ["/data", "/database", "/etc/machine-id", "/opt/cni/bin/mine"];
        let want = |etcd: &[&'static str], more: &[&'static str]| {
            [&state[..], etcd, &added, more].concat()
        };
        assert_eq!(taken_along(Role::Master, changes), want(&["/var/lib/etcd"], &[]));
        assert_eq!(taken_along(Role::Worker, changes), want(&[], &["/var/lib/etcd"]));
        assert_eq!(taken_along(Role::Worker, ""), state);
    }

    #[test]
    fn a_path_is_in_a_folder() {
        assert_eq!(folder_of("/data"), "/");
        assert_eq!(folder_of("/var/lib/etcd"), "/var/lib");
    }

    #[test]
    fn add_ons_that_are_there_are_not_disabled() {
        let text =
            "dns:\n  disabled: true\netcd: {}\nproxy:\n  disabled: true\nx:\n  disabled: true\n";
        let json = serde_json::json!({
            "kind": "ConfigMap",
            "metadata": { "name": "kubeadm-config", "uid": "1" },
            "data": { "ClusterConfiguration": text }
        });
        let read = |there: &str| {
            let edited = with_addons(&json.to_string(), there).unwrap()?;
            let map: Value = serde_json::from_str(&edited).unwrap();
            assert_eq!(map["metadata"], serde_json::json!({ "name": "kubeadm-config" }));
            Some(map["data"]["ClusterConfiguration"].as_str().unwrap().to_owned())
        };
        let both = "deployment.apps/coredns\ndaemonset.apps/kube-proxy";
        let want = "dns:\netcd: {}\nproxy:\nx:\n  disabled: true\n";
        assert_eq!(read(both).as_deref(), Some(want));
        let dns = "dns:\netcd: {}\nproxy:\n  disabled: true\nx:\n  disabled: true\n";
        assert_eq!(read("deployment.apps/coredns").as_deref(), Some(dns));
        assert_eq!(read(""), None);
        assert!(with_addons("{}", both).is_err() && with_addons("", both).is_err());
    }
}
