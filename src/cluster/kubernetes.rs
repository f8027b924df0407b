//! A Kubernetes version.

use std::fmt;

/// A version such as `v1.37.2`. Within a minor version, the order is that of release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct KubernetesVersion {
    major: u16,
    minor: u16,
    patch: u16,
}

impl KubernetesVersion {
    /// The oldest version that is supported.
    pub const OLDEST: Self = Self::new(1, 34, 0);

    /// Returns the version `vMAJOR.MINOR.PATCH`.
    #[must_use]
    pub const fn new(major: u16, minor: u16, patch: u16) -> Self {
        Self { major, minor, patch }
    }

    /// Returns the major and the minor version, such as `(1, 37)` for `v1.37.2`.
    #[must_use]
    pub const fn branch(self) -> (u16, u16) {
        (self.major, self.minor)
    }

    /// Parses `v1.37.2` or `1.37.2`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let mut numbers = word.strip_prefix('v').unwrap_or(word).split('.').map(str::parse);
        let mut next = || numbers.next()?.ok();
        let version = Self { major: next()?, minor: next()?, patch: next()? };
        numbers.next().is_none().then_some(version)
    }

    /// Whether mokctl supports the version.
    #[must_use]
    pub fn is_supported(self) -> bool {
        self >= Self::OLDEST
    }

    /// Whether the kubelet refuses cgroup v1 unless `failCgroupV1` is false.
    #[must_use]
    pub fn drops_cgroup_v1(self) -> bool {
        (self.major, self.minor) >= (1, 35)
    }
}

impl fmt::Display for KubernetesVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_branch_is_supported_and_nothing_before_it() {
        let version = |word: &str| KubernetesVersion::parse(word).unwrap();
        assert!(KubernetesVersion::OLDEST.is_supported());
        assert!(version("v1.37.2").is_supported() && version("v2.0.0").is_supported());
        assert!(!version("v1.33.9").is_supported() && !version("v1.20.2").is_supported());
    }

    #[test]
    fn what_is_no_version_is_refused() {
        for word in ["", "v1", "v1.37", "v1.37.2.1", "v1.x.2", "latest", "v1.37.2-rc.1"] {
            assert_eq!(KubernetesVersion::parse(word), None, "{word}");
        }
    }
}
