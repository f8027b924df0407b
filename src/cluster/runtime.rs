//! The container runtimes of nodes, and their differences. A node image's label says which runtime
//! it has (docs/image.md).

/// A container runtime.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Runtime {
    /// containerd 2.
    #[default]
    Containerd,
    /// CRI-O.
    Crio,
}

impl Runtime {
    /// Parses the value of the label. Old images without the label have containerd.
    #[must_use]
    pub fn parse(label: Option<&str>) -> Option<Self> {
        match label {
            None | Some("containerd") => Some(Self::Containerd),
            Some("cri-o") => Some(Self::Crio),
            Some(_) => None,
        }
    }

    /// Returns the runtime's systemd service.
    #[must_use]
    pub fn service(self) -> &'static str {
        match self {
            Self::Containerd => "containerd",
            Self::Crio => "crio",
        }
    }

    /// Returns the folder of the runtime's state, which is a volume in every node.
    #[must_use]
    pub fn state(self) -> &'static str {
        match self {
            Self::Containerd => "/var/lib/containerd",
            Self::Crio => "/var/lib/containers",
        }
    }

    /// Returns the file in which a snapshot's image has that state: images do not include volumes.
    #[must_use]
    pub fn archive(self) -> String {
        format!("{}.tar", self.state())
    }

    /// Returns the command that lists the runtime's images, with their names and digests.
    #[must_use]
    pub fn list_images(self) -> &'static [&'static str] {
        match self {
            // The namespace of the kubelet's images.
            Self::Containerd => &["ctr", "--namespace=k8s.io", "images", "list"],
            // CRI-O has no client for this, but podman uses the same storage.
            Self::Crio => {
                &["podman", "images", "--no-trunc", "--format={{.ID}} {{.Repository}}:{{.Tag}}"]
            }
        }
    }

    /// Whether `list`, the output of [`Runtime::list_images`], has the engine's image `id` under
    /// the full `name`.
    ///
    /// The id of an image in the engine is the digest of its configuration. containerd identifies
    /// images by the digest of their manifest, but lists them under the digest of the
    /// configuration as well, as another name. (In an engine with the containerd image store, the
    /// id is the digest of the manifest.)
    #[must_use]
    pub fn has_image(self, list: &str, name: &str, id: &str) -> bool {
        let named = |wanted: &str| {
            list.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).find_map(|words| {
                match (self, words.as_slice()) {
                    // REF TYPE DIGEST and more.
                    (Self::Containerd, [name, _, digest, ..]) if *name == wanted => Some(*digest),
                    (Self::Crio, [id, name]) if *name == wanted => Some(*id),
                    _ => None,
                }
            })
        };
        let there = named(name);
        there.is_some() && (there == Some(id) || there == named(id))
    }

    /// Returns the command that lists the unpacked layers, if the runtime has one.
    #[must_use]
    pub fn list_layers(self) -> Option<&'static [&'static str]> {
        match self {
            Self::Containerd => Some(&["ctr", "--namespace=k8s.io", "snapshots", "list"]),
            Self::Crio => None,
        }
    }

    /// Returns the command that imports images, an archive on standard input.
    #[must_use]
    pub fn import_images(self) -> &'static [&'static str] {
        match self {
            Self::Containerd => &[
                "ctr",
                "--namespace=k8s.io",
                "images",
                "import",
                // Without it, containerd's transfer service imports, which takes half as long
                // again.
                "--local",
                // Compressed layers are not kept: those of images that the node pulls are not
                // either.
                "--discard-unpacked-layers",
                "-",
            ],
            Self::Crio => &["podman", "load", "--quiet"],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_that_does_not_say_has_containerd() {
        assert_eq!(Runtime::parse(None), Some(Runtime::Containerd));
        assert_eq!(Runtime::parse(Some("containerd")), Some(Runtime::Containerd));
        assert_eq!(Runtime::parse(Some("cri-o")), Some(Runtime::Crio));
        assert_eq!(Runtime::parse(Some("rkt")), None);
    }

    #[test]
    fn an_image_is_there_if_its_name_has_that_id() {
        let ctr = "REF                     TYPE                 DIGEST   SIZE    PLATFORMS   LABELS
docker.io/library/app:1 application/vnd.oci  sha256:m2 4.4 MiB linux/amd64 io.cri-containerd.image=managed
sha256:c1               application/vnd.oci  sha256:m1 4.4 MiB linux/amd64 io.cri-containerd.image=managed
sha256:c2               application/vnd.oci  sha256:m2 4.4 MiB linux/amd64 io.cri-containerd.image=managed
";
        let podman = "sha256:c2 docker.io/library/app:1\nsha256:c1 <none>:<none>\n";
        for (runtime, list) in [(Runtime::Containerd, ctr), (Runtime::Crio, podman)] {
            let has = |name, id| runtime.has_image(list, name, id);
            assert!(has("docker.io/library/app:1", "sha256:c2"));
            // The name has moved to another image since.
            assert!(!has("docker.io/library/app:1", "sha256:c1"));
            assert!(!has("docker.io/library/app:2", "sha256:c2"));
            assert!(!has("docker.io/library/app:2", "sha256:c3"));
        }
        assert!(Runtime::Containerd.has_image(ctr, "docker.io/library/app:1", "sha256:m2"));
        assert!(!Runtime::Containerd.has_image("", "docker.io/library/app:1", "sha256:m2"));
    }
}
