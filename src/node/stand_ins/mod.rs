//! A node whose image has another Kubernetes than the cluster's: gives its container images the
//! names that pods of the cluster ask for.

use super::files::File;
use super::snapshot::before;

/// The images of pods that may run on every node and belong to the cluster's Kubernetes.
const PODS: [&str; 2] = ["/kube-proxy:", "/coredns:"];

/// Returns the images that pods on any node may use, of those that kubeadm lists for the cluster's
/// version.
#[must_use]
pub fn names(listed: &str) -> Vec<String> {
    let is_one = |name: &&str| PODS.iter().any(|pod| name.contains(pod));
    listed.lines().map(str::trim).filter(is_one).map(String::from).collect()
}

/// Returns the files for a node whose image has another Kubernetes than the cluster's. Its pods
/// ask for images by `names`.
#[must_use]
pub fn files(names: &[String]) -> Vec<File> {
    let arguments: String = names.iter().map(|name| format!(" {name}")).collect();
    before("kubelet", "stand_ins", &arguments, include_str!("stand_ins.sh")).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pods_that_every_node_may_have_are_found() {
        let listed = "registry.k8s.io/kube-apiserver:v1.37.2\nregistry.k8s.io/kube-proxy:v1.37.2\n\
                      registry.k8s.io/coredns/coredns:v1.14.6\nregistry.k8s.io/pause:3.10.2\n";
        let want =
            ["registry.k8s.io/kube-proxy:v1.37.2", "registry.k8s.io/coredns/coredns:v1.14.6"];
        assert_eq!(names(listed), want);
    }
}
