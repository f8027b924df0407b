//! The identity of the node images that mokctl builds: name, labels, and the hash of all inputs,
//! which tells whether an image is up to date. Knows nothing about how an image is built.

use super::build_files::{IMAGES, NODE, PRELOAD, SUITE, key};
use super::module;
use crate::cluster::kubernetes::KubernetesVersion;

/// The name of the flavour: the folder in dockerfiles/.
pub const FLAVOUR: &str = "mok-debian-13";

/// The labels of a finished image, except for its Kubernetes version.
pub const LABELS: &[(&str, &str)] = &[
    ("mok.image.schema", "1"),
    ("mok.image.cri-socket", "/run/containerd/containerd.sock"),
    // kubeadm's preflight checks are about hosts: swap, kernel modules, and other things that
    // containers do not have.
    ("mok.image.skip-phases", "preflight"),
    ("mok.image.cgroup-driver", "cgroupfs"),
    ("mok.image.cni", "static"),
    ("mok.image.ip-families", "ipv4,ipv6"),
    ("mok.image.addons", "storage,metrics,policy,loadbalancer"),
];

/// Returns the name of the finished image.
#[must_use]
pub fn name(version: KubernetesVersion) -> String {
    format!("local/{FLAVOUR}:{version}")
}

/// Returns the hash of everything that an image of `version` is built from. The images that its
/// kubeadm lists depend only on the version.
#[must_use]
pub fn inputs(version: KubernetesVersion) -> String {
    let shared = module::runtime().into_iter().chain(module::addons());
    let modules = [module::kubernetes(version)].into_iter().chain(shared);
    let parts: Vec<_> = modules.map(|module| module.image()).collect();
    let labels = LABELS.iter().flat_map(|(name, value)| [*name, *value]);
    let files: Vec<&str> = IMAGES.texts().chain(NODE.texts()).chain([PRELOAD, SUITE]).collect();
    key(files.into_iter().chain(labels).chain(parts.iter().map(String::as_str)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::release::DEFAULT;

    #[test]
    fn inputs_change_with_the_version() {
        assert_eq!(inputs(DEFAULT).len(), 12);
        assert_ne!(inputs(DEFAULT), inputs(KubernetesVersion::new(1, 37, 1)));
    }
}
