//! The node images that mokctl can build: their build files, embedded, so that
//! an installed mokctl builds without the source tree. Knows nothing of how a
//! build runs.

use sha2::{Digest, Sha256};

use crate::node::files::File;

/// The build files of one image: a Dockerfile and what it copies.
#[derive(Debug, Clone, Copy)]
pub struct Context {
    files: &'static [(&'static str, &'static str)],
}

impl Context {
    /// The files, scripts executable.
    #[must_use]
    pub fn files(&self) -> Vec<File> {
        self.files
            .iter()
            .map(|(path, text)| {
                if text.starts_with("#!") {
                    File::script(*path, *text)
                } else {
                    File::public(*path, *text)
                }
            })
            .collect()
    }

    /// Twelve hexadecimal digits that change with any file, or with anything in
    /// `inputs`.
    #[must_use]
    pub fn key(&self, inputs: &[&str]) -> String {
        let mut hash = Sha256::new();
        for part in self.files.iter().flat_map(|(path, text)| [path, text]).chain(inputs) {
            hash.update(part.len().to_be_bytes());
            hash.update(part.as_bytes());
        }
        hash.finalize().iter().take(6).fold(String::new(), |key, byte| format!("{key}{byte:02x}"))
    }
}

/// A family of node images.
#[derive(Debug, Clone, Copy)]
pub struct Flavour {
    /// Its name: the folder below dockerfiles/ and the image's name.
    pub name: &'static str,
    /// The distribution's image, where one can be pulled.
    pub base: &'static str,
    /// The distribution's release, for making that image from its packages.
    pub suite: &'static str,
    /// The Kubernetes version that is built.
    pub kubernetes: &'static str,
    /// Builds the Kubernetes programs.
    pub programs: Context,
    /// Makes the control plane's images of them.
    pub images: Context,
    /// Makes the node.
    pub node: Context,
    /// Runs in a node with the images' archives in /images.
    pub preload: &'static str,
    /// What the finished image says of itself, beside its Kubernetes version.
    pub labels: &'static [(&'static str, &'static str)],
}

impl Flavour {
    /// The finished image's name.
    #[must_use]
    pub fn image(&self) -> String {
        format!("local/{}:{}", self.name, self.kubernetes)
    }

    /// The flavour of that name.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        FLAVOURS.iter().find(|flavour| flavour.name == name)
    }
}

/// All flavours; the first is the one that is built unless another is named.
pub const FLAVOURS: &[Flavour] = &[MOK_DEBIAN_12];

macro_rules! context {
    ($folder:literal, $($path:literal),+ $(,)?) => {
        Context {
            files: &[$((
                $path,
                include_str!(concat!("../../dockerfiles/", $folder, "/", $path)),
            )),+],
        }
    };
}

const MOK_DEBIAN_12: Flavour = Flavour {
    name: "mok-debian-12",
    base: "debian:12",
    suite: "bookworm",
    kubernetes: "v1.20.2",
    programs: context!("mok-debian-12/kubernetes", "Dockerfile", "build.sh", "fetch.sh"),
    images: context!("mok-debian-12/images", "Dockerfile", "archive.sh", "build.sh"),
    node: context!(
        "mok-debian-12/node",
        "Dockerfile",
        "packages.sh",
        "files/etc/containerd/config.toml",
        "files/etc/systemd/journald.conf.d/mok.conf",
        "files/etc/systemd/system/kubelet.service",
        "files/etc/systemd/system/kubelet.service.d/10-kubeadm.conf",
        "files/etc/systemd/system/mok-network.service",
        "files/usr/local/bin/mok-balancer",
        "files/usr/local/bin/mok-entrypoint",
        "files/usr/local/lib/mok/network.sh",
        "files/usr/local/lib/mok/units.sh",
    ),
    preload: include_str!("../../dockerfiles/mok-debian-12/node/preload.sh"),
    labels: &[
        ("mok.image.schema", "1"),
        ("mok.image.cri-socket", "/run/containerd/containerd.sock"),
        // kubeadm's preflight wants crictl, and its DNS add-on CoreDNS: the
        // distribution has neither.
        ("mok.image.skip-phases", "preflight,addon/coredns"),
        ("mok.image.cgroup-driver", "cgroupfs"),
        ("mok.image.cni", "static"),
    ],
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    fn on_disk(folder: &Path, below: &Path, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                on_disk(&path, below, found);
            } else {
                found.insert(path.strip_prefix(below).unwrap().to_str().unwrap().to_owned());
            }
        }
    }

    #[test]
    fn every_build_file_is_embedded() {
        for flavour in FLAVOURS {
            for (folder, context, beside) in [
                ("kubernetes", &flavour.programs, None),
                ("images", &flavour.images, None),
                ("node", &flavour.node, Some("preload.sh")),
            ] {
                let root = Path::new(env!("CARGO_MANIFEST_DIR"))
                    .join("dockerfiles")
                    .join(flavour.name)
                    .join(folder);
                let mut found = BTreeSet::new();
                on_disk(&root, &root, &mut found);
                let embedded: BTreeSet<String> = context
                    .files
                    .iter()
                    .map(|(path, _)| *path)
                    .chain(beside)
                    .map(String::from)
                    .collect();
                assert_eq!(embedded, found, "{} {folder}", flavour.name);
            }
        }
    }

    #[test]
    fn a_key_changes_with_files_and_inputs() {
        let key = MOK_DEBIAN_12.programs.key(&["v1.20.2"]);
        assert_eq!(key.len(), 12);
        assert_eq!(key, MOK_DEBIAN_12.programs.key(&["v1.20.2"]));
        assert_ne!(key, MOK_DEBIAN_12.programs.key(&["v1.20.3"]));
        assert_ne!(key, MOK_DEBIAN_12.images.key(&["v1.20.2"]));
    }
}
