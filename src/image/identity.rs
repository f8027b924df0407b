//! What a node image of mokctl's own is called, what it says of itself, and the hash that
//! tells whether it is what would be built now. Knows nothing of how it is built.

use super::build_files::{IMAGES, NODE, PRELOAD, SUITE, key};
use super::module;
use crate::cluster::kubernetes::KubernetesVersion;

/// The name of the images: the folder below dockerfiles/.
pub const FLAVOUR: &str = "mok-debian-13";

/// What a finished image says of itself, beside its Kubernetes version.
pub const LABELS: &[(&str, &str)] = &[
    ("mok.image.schema", "1"),
    ("mok.image.cri-socket", "/run/containerd/containerd.sock"),
    // It looks at the host: swap, kernel modules, what a container has not.
    ("mok.image.skip-phases", "preflight"),
    ("mok.image.cgroup-driver", "cgroupfs"),
    ("mok.image.cni", "static"),
    ("mok.image.ip-families", "ipv4,ipv6"),
    ("mok.image.addons", "storage,metrics,policy,loadbalancer"),
];

/// The finished image's name.
#[must_use]
pub fn name(version: KubernetesVersion) -> String {
    format!("local/{FLAVOUR}:{version}")
}

/// A hash of everything that an image of `version` is made of. What that version's
/// kubeadm lists follows from the version.
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
