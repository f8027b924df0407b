//! The container runtimes that nodes may have, and where they differ. What a node
//! has is said by its image (docs/image.md).

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
    /// Reads the label's value. Images of before there was a choice have none.
    #[must_use]
    pub fn parse(label: Option<&str>) -> Option<Self> {
        match label {
            None | Some("containerd") => Some(Self::Containerd),
            Some("cri-o") => Some(Self::Crio),
            Some(_) => None,
        }
    }

    /// systemd's service of it.
    #[must_use]
    pub fn service(self) -> &'static str {
        match self {
            Self::Containerd => "containerd",
            Self::Crio => "crio",
        }
    }

    /// Its state, which is a volume in every node.
    #[must_use]
    pub fn state(self) -> &'static str {
        match self {
            Self::Containerd => "/var/lib/containerd",
            Self::Crio => "/var/lib/containers",
        }
    }

    /// Where a snapshot's image has that state: no image holds a volume.
    #[must_use]
    pub fn archive(self) -> String {
        format!("{}.tar", self.state())
    }

    /// Prints the names of the images that it has, and what each is.
    #[must_use]
    pub fn list_images(self) -> &'static [&'static str] {
        match self {
            // The namespace that the kubelet uses.
            Self::Containerd => &["ctr", "--namespace=k8s.io", "images", "list"],
            // CRI-O brings no client for that; podman has the same storage.
            Self::Crio => {
                &["podman", "images", "--no-trunc", "--format={{.ID}} {{.Repository}}:{{.Tag}}"]
            }
        }
    }

    /// Whether `list`, which [`Runtime::list_images`] printed, has the image `id` of the
    /// engine under the full `name`.
    ///
    /// An engine's id is the digest of an image's configuration. containerd names images
    /// by the digest of their manifest; by that of the configuration it knows them, too,
    /// under a name that is that digest. (The id of an engine that keeps its images in
    /// containerd is the manifest's.)
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

    /// Prints the layers that it has unpacked; none where there is no such list.
    #[must_use]
    pub fn list_layers(self) -> Option<&'static [&'static str]> {
        match self {
            Self::Containerd => Some(&["ctr", "--namespace=k8s.io", "snapshots", "list"]),
            Self::Crio => None,
        }
    }

    /// Takes in images, an archive of the engine's on standard input.
    #[must_use]
    pub fn import_images(self) -> &'static [&'static str] {
        match self {
            Self::Containerd => &[
                "ctr",
                "--namespace=k8s.io",
                "images",
                "import",
                // Not through containerd's transfer service, which takes half as long again.
                "--local",
                // As of images that the node pulls, no packed copy is kept.
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
            // The name was moved since.
            assert!(!has("docker.io/library/app:1", "sha256:c1"));
            assert!(!has("docker.io/library/app:2", "sha256:c2"));
            assert!(!has("docker.io/library/app:2", "sha256:c3"));
        }
        assert!(Runtime::Containerd.has_image(ctr, "docker.io/library/app:1", "sha256:m2"));
        assert!(!Runtime::Containerd.has_image("", "docker.io/library/app:1", "sha256:m2"));
    }
}
