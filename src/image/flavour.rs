//! The node images that mokctl can build: their build files, embedded, so that
//! an installed mokctl builds without the source tree. Knows nothing of how a
//! build runs.

use sha2::{Digest, Sha256};

use crate::cluster::runtime::Runtime;
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

    fn key(&self, inputs: &[&str]) -> String {
        let files = self.files.iter().flat_map(|(path, text)| [*path, *text]);
        key(files.chain(inputs.iter().copied()))
    }
}

/// Twelve hexadecimal digits that change with any of `inputs`.
fn key<'a>(inputs: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for input in inputs {
        hash.update(input.len().to_be_bytes());
        hash.update(input.as_bytes());
    }
    hash.finalize().iter().take(6).fold(String::new(), |key, byte| format!("{key}{byte:02x}"))
}

/// What each part of an image is made of, as a hash: a part with another hash is
/// another part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    /// The Kubernetes programs, or the repositories that have them.
    pub source: String,
    /// The control plane's images.
    pub images: String,
    /// The node, without the images.
    pub node: String,
    /// All of it.
    pub image: String,
}

/// Where the Kubernetes programs and the control plane's images come from.
#[derive(Debug, Clone, Copy)]
pub enum Source {
    /// The distribution's source package: compiled here.
    Compiled {
        /// Builds the Kubernetes programs.
        programs: Context,
        /// Makes the control plane's images of them.
        images: Context,
    },
    /// The projects' own repositories, of packages and of images: they answer, or they
    /// do not.
    Published {
        /// Makes the node's base, with their lists of packages.
        repositories: Context,
        /// Pulls the images, in the node.
        runtime: Runtime,
    },
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
    /// The Kubernetes version in it.
    pub kubernetes: &'static str,
    /// Where that comes from.
    pub source: Source,
    /// Makes the node.
    pub node: Context,
    /// Runs in a node and puts the control plane's images in; where they were made
    /// here it has their archives in /images.
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

    /// What it is made of.
    #[must_use]
    pub fn keys(&self) -> Keys {
        let made_of = [self.kubernetes, self.base];
        let (source, images) = match &self.source {
            Source::Compiled { programs, images } => {
                let programs = programs.key(&made_of);
                (programs.clone(), images.key(&[&programs]))
            }
            // The version says which images those are.
            Source::Published { repositories, .. } => {
                (repositories.key(&made_of), self.kubernetes.to_owned())
            }
        };
        let node = self.node.key(&[&source]);
        let labels = self.labels.iter().flat_map(|(name, value)| [*name, *value]);
        let image = key([&images, &node, self.preload].into_iter().chain(labels));
        Keys { source, images, node, image }
    }

    /// The flavour of that name.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        FLAVOURS.iter().find(|flavour| flavour.name == name)
    }
}

/// All flavours, the one with the newest Kubernetes last. The first can be built
/// wherever the distribution's packages are to be had.
pub const FLAVOURS: &[Flavour] = &[MOK_DEBIAN_12, MOK_DEBIAN_13];

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
    source: Source::Compiled {
        programs: context!("mok-debian-12/kubernetes", "Dockerfile", "build.sh", "fetch.sh"),
        images: context!("mok-debian-12/images", "Dockerfile", "archive.sh", "build.sh"),
    },
    node: context!(
        "mok-debian-12/node",
        "Dockerfile",
        "packages.sh",
        "files/etc/containerd/config.toml",
        "files/etc/systemd/journald.conf.d/mok.conf",
        "files/etc/systemd/system/kubelet.service",
        "files/etc/systemd/system/kubelet.service.d/10-kubeadm.conf",
        "files/etc/systemd/system/mok-addons.service",
        "files/etc/systemd/system/mok-network.service",
        "files/usr/local/bin/mok-balancer",
        "files/usr/local/bin/mok-entrypoint",
        "files/usr/local/lib/mok/addons/dns.yaml",
        "files/usr/local/lib/mok/addons/storage.yaml",
        "files/usr/local/lib/mok/dns/records.template",
        "files/usr/local/lib/mok/dns/serve.sh",
        "files/usr/local/lib/mok/network.sh",
        "files/usr/local/lib/mok/storage/provide.sh",
        "files/usr/local/lib/mok/units.sh",
    ),
    preload: include_str!("../../dockerfiles/mok-debian-12/node/preload.sh"),
    labels: &[
        ("mok.image.schema", "1"),
        ("mok.image.cri-socket", "/run/containerd/containerd.sock"),
        // kubeadm's preflight wants crictl, and its DNS add-on CoreDNS: the
        // distribution has neither. The image brings a DNS of its own.
        ("mok.image.skip-phases", "preflight,addon/coredns"),
        ("mok.image.cgroup-driver", "cgroupfs"),
        ("mok.image.cni", "static"),
    ],
};

const MOK_DEBIAN_13: Flavour = Flavour {
    name: "mok-debian-13",
    base: "debian:13",
    suite: "trixie",
    kubernetes: "v1.34.3",
    source: Source::Published {
        repositories: context!("mok-debian-13/repositories", "Dockerfile", "repositories.sh"),
        runtime: Runtime::Crio,
    },
    node: context!(
        "mok-debian-13/node",
        "Dockerfile",
        "packages.sh",
        "files/etc/containers/registries.conf",
        "files/etc/containers/storage.conf",
        "files/etc/crio/crio.conf.d/10-mok.conf",
        "files/etc/systemd/journald.conf.d/mok.conf",
        "files/etc/systemd/system/kubelet.service",
        "files/etc/systemd/system/kubelet.service.d/10-kubeadm.conf",
        "files/etc/systemd/system/mok-network.service",
        "files/usr/local/bin/mok-balancer",
        "files/usr/local/bin/mok-entrypoint",
        "files/usr/local/lib/mok/network.sh",
        "files/usr/local/lib/mok/units.sh",
    ),
    preload: include_str!("../../dockerfiles/mok-debian-13/node/preload.sh"),
    labels: &[
        ("mok.image.schema", "2"),
        ("mok.image.runtime", "cri-o"),
        ("mok.image.cri-socket", "/run/crio/crio.sock"),
        // It looks at the host: swap, kernel modules, what a container has not.
        ("mok.image.skip-phases", "preflight"),
        ("mok.image.cgroup-driver", "systemd"),
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
            let mut parts = vec![("node", &flavour.node, Some("preload.sh"))];
            match &flavour.source {
                Source::Compiled { programs, images } => {
                    parts.extend([("kubernetes", programs, None), ("images", images, None)]);
                }
                Source::Published { repositories, .. } => {
                    parts.push(("repositories", repositories, None));
                }
            }
            for (folder, context, beside) in parts {
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
    fn the_dockerfiles_default_to_the_version_that_is_built() {
        for flavour in FLAVOURS {
            let mut contexts = vec![&flavour.node];
            match &flavour.source {
                Source::Compiled { programs, images } => contexts.extend([programs, images]),
                Source::Published { repositories, .. } => contexts.push(repositories),
            }
            let texts = contexts.iter().flat_map(|context| context.files);
            let arguments = texts.flat_map(|(_, text)| text.lines());
            let versions: Vec<_> = arguments
                .filter_map(|line| line.strip_prefix("ARG KUBE")?.split_once("_VERSION="))
                .map(|(_, version)| version)
                .collect();
            assert!(!versions.is_empty() && versions.iter().all(|v| *v == flavour.kubernetes));
        }
    }

    /// Which keys another flavour changes: programs, images, node, image.
    fn changed(flavour: Flavour) -> [bool; 4] {
        let (old, new) = (MOK_DEBIAN_12.keys(), flavour.keys());
        [
            old.source != new.source,
            old.images != new.images,
            old.node != new.node,
            old.image != new.image,
        ]
    }

    #[test]
    fn a_change_makes_anew_what_it_is_in_and_what_stands_on_that() {
        const FILE: Context = Context { files: &[("Dockerfile", "FROM scratch")] };
        assert_eq!(MOK_DEBIAN_12.keys().image.len(), 12);
        assert_eq!(changed(MOK_DEBIAN_12), [false; 4]);
        assert_eq!(changed(Flavour { kubernetes: "v1.20.3", ..MOK_DEBIAN_12 }), [true; 4]);
        let Source::Compiled { programs, images } = MOK_DEBIAN_12.source else { panic!() };
        let of = |programs, images| Flavour {
            source: Source::Compiled { programs, images },
            ..MOK_DEBIAN_12
        };
        assert_eq!(changed(of(FILE, images)), [true; 4]);
        assert_eq!(changed(of(programs, FILE)), [false, true, false, true]);
        assert_eq!(changed(Flavour { node: FILE, ..MOK_DEBIAN_12 }), [false, false, true, true]);
        for last in [
            Flavour { preload: "exit", ..MOK_DEBIAN_12 },
            Flavour { labels: &[("mok.image.schema", "2")], ..MOK_DEBIAN_12 },
        ] {
            assert_eq!(changed(last), [false, false, false, true]);
        }
    }
}
