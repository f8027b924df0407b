//! The container runtimes that nodes may have, and where they differ. What a node
//! has is said by its image (docs/image.md).

/// A container runtime.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Runtime {
    /// containerd, 1.x or 2.x.
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

    /// Prints the images that it has: ids and names, with white space between.
    #[must_use]
    pub fn list_images(self) -> &'static [&'static str] {
        match self {
            // The namespace that the kubelet uses.
            Self::Containerd => &["ctr", "--namespace=k8s.io", "images", "list", "--quiet"],
            // CRI-O brings no client for that; podman has the same storage.
            Self::Crio => {
                &["podman", "images", "--no-trunc", "--format={{.ID}} {{.Repository}}:{{.Tag}}"]
            }
        }
    }

    /// Takes in images, an archive of the engine's on standard input.
    #[must_use]
    pub fn import_images(self) -> &'static [&'static str] {
        match self {
            Self::Containerd => &["ctr", "--namespace=k8s.io", "images", "import", "-"],
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
}
