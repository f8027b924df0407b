//! What of kubeadm's documents mokctl decides, because a cluster could not work otherwise:
//! addresses and names that follow from the containers, and what a container cannot do.

use serde_json::Value;

/// Fields of each kind, as paths. Without a kind: of all that have it.
const FIELDS: &[(&str, &[&str])] = &[
    (
        "InitConfiguration",
        &[
            // The token that nodes join with.
            "bootstrapTokens",
            "localAPIEndpoint",
            "certificateKey",
            "dryRun",
            "nodeRegistration/criSocket",
            "nodeRegistration/name",
            // --patches.
            "patches",
            // Phases are run in another order.
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
            // Where mokctl puts the authorities.
            "certificatesDir",
            "controlPlaneEndpoint",
            // What snapshots and upgrades take along.
            "etcd/external",
            "etcd/local/dataDir",
            "kubernetesVersion",
            // --pod-subnet and --service-subnet: routes follow from them.
            "networking/podSubnet",
            "networking/serviceSubnet",
        ],
    ),
    (
        "KubeletConfiguration",
        &[
            // The runtime's.
            "cgroupDriver",
            "containerRuntimeEndpoint",
            // The host's cgroups and swap are as they are.
            "failCgroupV1",
            "failSwapOn",
            // The control plane's.
            "staticPodPath",
        ],
    ),
    // The host's, which kube-proxy may not change: it would end.
    ("KubeProxyConfiguration", &["clusterCIDR", "conntrack"]),
];

/// Arguments of each kind: the list's path, and the name.
const ARGUMENTS: &[(&str, &str, &str)] = &[
    ("InitConfiguration", "nodeRegistration/kubeletExtraArgs", "node-ip"),
    ("JoinConfiguration", "nodeRegistration/kubeletExtraArgs", "node-ip"),
    // mokctl gives nodes the addresses of their pods.
    ("ClusterConfiguration", "controllerManager/extraArgs", "allocate-node-cidrs"),
];

/// Takes out of `document` what mokctl decides; returns what that was.
pub(super) fn take_out(kind: &str, document: &mut Value) -> Vec<String> {
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
        let taken = take_out("ClusterConfiguration", &mut document);
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
        assert!(take_out("ClusterConfiguration", &mut document).is_empty());
    }
}
