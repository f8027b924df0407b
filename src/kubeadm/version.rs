//! kubeadm's configuration formats.

use crate::cluster::kubernetes::KubernetesVersion;

/// kubeadm's configuration formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfigApi {
    /// Kubernetes 1.15 to 1.22.
    V1Beta2,
    /// Kubernetes 1.22 and later.
    V1Beta3,
    /// Kubernetes 1.31 and later: extra arguments are lists.
    V1Beta4,
}

impl ConfigApi {
    /// The newest that the kubeadm of `version` reads.
    #[must_use]
    pub fn of(version: KubernetesVersion) -> Self {
        match version.branch() {
            (0..=1, 0..22) => Self::V1Beta2,
            (0..=1, 22..31) => Self::V1Beta3,
            _ => Self::V1Beta4,
        }
    }

    /// The value of `apiVersion`.
    #[must_use]
    pub fn api_version(self) -> &'static str {
        match self {
            Self::V1Beta2 => "kubeadm.k8s.io/v1beta2",
            Self::V1Beta3 => "kubeadm.k8s.io/v1beta3",
            Self::V1Beta4 => "kubeadm.k8s.io/v1beta4",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_follows_the_version() {
        for (version, api) in [
            ("v1.20.2", ConfigApi::V1Beta2),
            ("v1.21.14", ConfigApi::V1Beta2),
            ("v1.22.0", ConfigApi::V1Beta3),
            ("1.30.9", ConfigApi::V1Beta3),
            ("v1.31.0", ConfigApi::V1Beta4),
            ("v1.35.1", ConfigApi::V1Beta4),
            ("v2.0.0", ConfigApi::V1Beta4),
        ] {
            let parsed = KubernetesVersion::parse(version);
            assert_eq!(parsed.map(ConfigApi::of), Some(api), "{version}");
        }
    }
}
