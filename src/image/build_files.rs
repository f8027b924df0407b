//! The files that node images are built from. They are embedded, so that an installed mokctl needs
//! no source tree. Knows nothing about how a build runs.

use sha2::{Digest, Sha256};

use crate::node::files::File;

/// The distribution's image, if it can be pulled.
pub const BASE: &str = "debian:13";
/// The distribution's release, for making such an image from packages.
pub const SUITE: &str = "trixie";

/// The build files of one part: a Dockerfile and what it copies.
#[derive(Debug, Clone, Copy)]
pub struct BuildFiles {
    files: &'static [(&'static str, &'static str)],
}

impl BuildFiles {
    /// Returns the files. Scripts are executable.
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

    /// Returns all paths and contents.
    pub fn texts(&self) -> impl Iterator<Item = &'static str> {
        self.texts_of(|_| true)
    }

    /// Returns the paths and contents of the files for whose path `wanted` returns true.
    pub fn texts_of(&self, wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = &'static str> {
        self.files
            .iter()
            .filter(move |(path, _)| wanted(path))
            .flat_map(|(path, text)| [*path, *text])
    }

    /// Returns a hash of the files and of `inputs`, twelve hexadecimal digits.
    #[must_use]
    pub fn key(&self, inputs: &[&str]) -> String {
        let texts: Vec<&str> = self.texts().collect();
        key(texts.iter().chain(inputs).copied())
    }
}

/// Returns a hash of `inputs`, twelve hexadecimal digits.
#[must_use]
pub fn key<'a>(inputs: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for input in inputs {
        hash.update(input.len().to_be_bytes());
        hash.update(input.as_bytes());
    }
    hash.finalize().iter().take(6).fold(String::new(), |key, byte| format!("{key}{byte:02x}"))
}

macro_rules! files {
    ($folder:literal, $($path:literal),+ $(,)?) => {
        BuildFiles {
            files: &[$((
                $path,
                include_str!(concat!("../../dockerfiles/mok-debian-13/", $folder, "/", $path)),
            )),+],
        }
    };
}

/// The files of the image in which programs are compiled.
pub const GO: BuildFiles = files!("go", "Dockerfile");

/// The files with which a container of the image [`GO`] compiles the programs of one module.
pub const COMPILE: BuildFiles = files!(
    "programs",
    "compile.sh",
    "cni.go",
    "commands.go",
    "containerd.go",
    "etcd.go",
    "metallb.go",
    "services.go",
);

/// The files of the part with the container images of control plane and add-ons.
pub const IMAGES: BuildFiles = files!(
    "images",
    "Dockerfile",
    "archive.sh",
    "build.sh",
    "manifests.sh",
    "loadbalancer/kustomization.yaml",
    "metrics/kustomization.yaml",
    "policy/kustomization.yaml",
    "storage/kustomization.yaml",
);

/// The files of the node without Kubernetes.
pub const NODE: BuildFiles = files!(
    "node",
    "Dockerfile",
    "packages.sh",
    "files/etc/containerd/config.toml",
    "files/etc/crictl.yaml",
    "files/etc/systemd/journald.conf.d/mok.conf",
    "files/etc/systemd/system.conf.d/mok.conf",
    "files/etc/systemd/system/containerd.service",
    "files/etc/systemd/system/kubelet.service",
    "files/etc/systemd/system/kubelet.service.d/10-kubeadm.conf",
    "files/etc/systemd/system/mok-addons.service",
    "files/etc/systemd/system/mok-dns.service",
    "files/etc/systemd/system/mok-network.service",
    "files/etc/systemd/system/mok-pods.service",
    "files/opt/cni/bin/mok-nodad",
    "files/usr/lib/systemd/system-shutdown/mok-thaw",
    "files/usr/local/bin/mok-balancer",
    "files/usr/local/bin/mok-entrypoint",
    "files/usr/local/lib/mok/addons.sh",
    "files/usr/local/lib/mok/dns.sh",
    "files/usr/local/lib/mok/end_lookups.sh",
    "files/usr/local/lib/mok/network.sh",
    "files/usr/local/lib/mok/pods.sh",
    "files/usr/local/lib/mok/units.sh",
);

/// The script that adds one version of Kubernetes to a container of the node.
pub const PRELOAD: &str = include_str!("../../dockerfiles/mok-debian-13/node/preload.sh");

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::image::release::DEFAULT;

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
        for (folder, files, beside) in [
            ("go", GO, None),
            ("programs", COMPILE, None),
            ("images", IMAGES, None),
            ("node", NODE, Some("preload.sh")),
        ] {
            let root = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("dockerfiles")
                .join("mok-debian-13")
                .join(folder);
            let mut found = BTreeSet::new();
            on_disk(&root, &root, &mut found);
            let paths = files.files.iter().map(|(path, _)| *path);
            let embedded: BTreeSet<String> = paths.chain(beside).map(String::from).collect();
            assert_eq!(embedded, found, "{folder}");
        }
    }

    #[test]
    fn dockerfiles_default_to_the_version_and_base_that_are_built() {
        let files = [GO, IMAGES, NODE];
        let texts = files.iter().flat_map(|files| files.files).map(|(_, text)| *text);
        let arguments: Vec<_> =
            texts.flat_map(str::lines).filter_map(|line| line.strip_prefix("ARG ")).collect();
        let values = |name: &str| -> BTreeSet<&str> {
            arguments.iter().filter_map(|line| line.strip_prefix(name)?.strip_prefix('=')).collect()
        };
        assert_eq!(values("BASE"), BTreeSet::from([BASE]));
        assert_eq!(values("KUBERNETES_VERSION"), BTreeSet::from([DEFAULT.to_string().as_str()]));
    }

    #[test]
    fn a_key_changes_with_every_input() {
        assert_ne!(NODE.key(&["a"]), NODE.key(&["b"]));
        // The hash depends on the boundaries between inputs.
        assert_ne!(key(["ab", "c"]), key(["a", "bc"]));
    }
}
