//! The fields of kubeadm's documents that mokctl sets itself, because a cluster would not work
//! otherwise: addresses and names of containers, and things that a container cannot do.

use serde_json::Value;

/// The fields of each kind, as paths.
const FIELDS: &[(&str, &[&str])] = &[
    (
        "InitConfiguration",
        &[
            // Nodes join with mokctl's token.
            "bootstrapTokens",
            "localAPIEndpoint",
            "certificateKey",
            "dryRun",
            "nodeRegistration/criSocket",
            "nodeRegistration/name",
            // Set by --patches.
            "patches",
            // mokctl runs the phases in another order.
            "skipPhases",
        ],
    ),
    (
        "JoinConfiguration",
        &[
            "caCertPath",
            "controlPlane",
            "discovery",
            "dryRun",
            "nodeRegistration/criSocket",
            "nodeRegistration/name",
            "patches",
            "skipPhases",
        ],
    ),
    (
        "ClusterConfiguration",
        &[
            // mokctl puts the authorities there.
            "certificatesDir",
            "controlPlaneEndpoint",
            // Snapshots and upgrades rely on it.
            "etcd/external",
            "etcd/local/dataDir",
            "kubernetesVersion",
            // Set by --pod-subnet and --service-subnet, from which routes are derived.
            "networking/podSubnet",
            "networking/serviceSubnet",
        ],
    ),
    (
        "KubeletConfiguration",
        &[
            // Must be the runtime's driver.
            "cgroupDriver",
            "containerRuntimeEndpoint",
            // Cgroups and swap are up to the host.
            "failCgroupV1",
            "failSwapOn",
            // The control plane's manifests are there.
            "staticPodPath",
        ],
    ),
    // `clusterCIDR` follows from the pod range. The settings of `conntrack` belong to the host:
    // kube-proxy may not change them, and would exit.
    ("KubeProxyConfiguration", &["clusterCIDR", "conntrack"]),
];

/// The arguments of each kind: the path of the list, and the name.
const ARGUMENTS: &[(&str, &str, &str)] = &[
    ("InitConfiguration", "nodeRegistration/kubeletExtraArgs", "node-ip"),
    ("JoinConfiguration", "nodeRegistration/kubeletExtraArgs", "node-ip"),
    // mokctl assigns the pod ranges.
    ("ClusterConfiguration", "controllerManager/extraArgs", "allocate-node-cidrs"),
];

/// Removes from `document` what mokctl sets, and returns the names of what was removed.
pub(super) fn remove_own_fields(kind: &str, document: &mut Value) -> Vec<String> {
    let mut taken = Vec::new();
    let fields = FIELDS.iter().filter(|(of, _)| *of == kind).flat_map(|(_, fields)| *fields);
    for path in fields {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let folder = if folder.is_empty() { String::new() } else { format!("/{folder}") };
        let map = document.pointer_mut(&folder).and_then(Value::as_object_mut);
        if map.and_then(|map| map.remove(name)).is_some() {
            taken.push(format!("{kind} {}", path.replace('/', ".")));
        }
    }
    for (_, path, name) in ARGUMENTS.iter().filter(|(of, ..)| *of == kind) {
        let list = document.pointer_mut(&format!("/{path}")).and_then(Value::as_array_mut);
        let Some(list) = list else { continue };
        let before = list.len();
        list.retain(|argument| argument["name"] != *name);
        if list.len() < before {
            taken.push(format!("{kind} {}.{name}", path.replace('/', ".")));
        }
    }
    taken
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_mokctl_decides_is_taken_out_and_named() {
        let mut document = json!({
            "kubernetesVersion": "v1.0.0",
            "networking": { "podSubnet": "10.0.0.0/8", "dnsDomain": "x.org" },
            "etcd": { "local": { "dataDir": "/x", "extraArgs": [] } },
            "controllerManager": { "extraArgs": [
                { "name": "allocate-node-cidrs", "value": "true" }, { "name": "v", "value": "2" }
            ] }
        });
        let taken = remove_own_fields("ClusterConfiguration", &mut document);
        assert_eq!(
            taken,
            [
                "ClusterConfiguration etcd.local.dataDir",
                "ClusterConfiguration kubernetesVersion",
                "ClusterConfiguration networking.podSubnet",
                "ClusterConfiguration controllerManager.extraArgs.allocate-node-cidrs",
            ]
        );
        let want = json!({
            "networking": { "dnsDomain": "x.org" },
            "etcd": { "local": { "extraArgs": [] } },
            "controllerManager": { "extraArgs": [{ "name": "v", "value": "2" }] }
        });
        assert_eq!(document, want);
        assert!(remove_own_fields("ClusterConfiguration", &mut document).is_empty());
    }
}
