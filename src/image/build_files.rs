//! The files that node images are built from, embedded, so that an installed mokctl
//! builds without the source tree. Knows nothing of how a build runs.

use sha2::{Digest, Sha256};

use crate::node::files::File;

/// The distribution's image, where one can be pulled.
pub const BASE: &str = "debian:13";
/// The distribution's release, for making that image from its packages.
pub const SUITE: &str = "trixie";

/// The build files of one part: a Dockerfile and what it copies.
#[derive(Debug, Clone, Copy)]
pub struct BuildFiles {
    files: &'static [(&'static str, &'static str)],
}

impl BuildFiles {
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

    /// All paths and contents.
    pub fn texts(&self) -> impl Iterator<Item = &'static str> {
        self.texts_of(|_| true)
    }

    /// Paths and contents of the files whose path is `wanted`.
    pub fn texts_of(&self, wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = &'static str> {
        self.files
            .iter()
            .filter(move |(path, _)| wanted(path))
            .flat_map(|(path, text)| [*path, *text])
    }

    /// Twelve hexadecimal digits that change with any file and any of `inputs`.
    #[must_use]
    pub fn key(&self, inputs: &[&str]) -> String {
        let texts: Vec<&str> = self.texts().collect();
        key(texts.iter().chain(inputs).copied())
    }
}

/// Twelve hexadecimal digits that change with any of `inputs`.
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

/// Makes the image in which programs are compiled.
pub const GO: BuildFiles = files!("go", "Dockerfile");

/// Runs in a container of that image and compiles the programs of one module.
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

/// Makes the control plane's and the add-ons' images.
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

/// Makes the node, without Kubernetes.
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

/// Runs in a container of the node and puts one version of Kubernetes in.
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
        // Where one input ends and the next begins counts.
        assert_ne!(key(["ab", "c"]), key(["a", "bc"]));
    }
}
