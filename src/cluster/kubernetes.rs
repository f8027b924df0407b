//! A Kubernetes version.

use std::fmt;

/// A version such as `v1.20.2`. Ordered by time of release within a branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct KubernetesVersion {
    major: u16,
    minor: u16,
    patch: u16,
}

impl KubernetesVersion {
    /// `vMAJOR.MINOR.PATCH`.
    #[must_use]
    pub const fn new(major: u16, minor: u16, patch: u16) -> Self {
        Self { major, minor, patch }
    }

    /// Reads `v1.20.2`; the `v` may be missing.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let mut numbers = word.strip_prefix('v').unwrap_or(word).split('.').map(str::parse);
        let mut next = || numbers.next()?.ok();
        let version = Self { major: next()?, minor: next()?, patch: next()? };
        numbers.next().is_none().then_some(version)
    }

    /// Its branch, `(1, 20)` of `v1.20.2`.
    #[must_use]
    pub fn branch(self) -> (u16, u16) {
        (self.major, self.minor)
    }

    /// Whether kubeadm's etcd pod requests ephemeral storage, as it did until 1.22.
    /// A kubelet that has just registered does not know of any yet; it then refuses
    /// the pod for good, and `kubeadm join` of a master waits in vain.
    #[must_use]
    pub fn etcd_requests_storage(self) -> bool {
        (self.major, self.minor) < (1, 22)
    }

    /// Whether kubeadm's administrator is of the group `system:masters`, which may do
    /// everything before there are any roles. From 1.29 on it is of another one, which
    /// gets a role, and a second kubeconfig has an administrator of this group.
    #[must_use]
    pub fn administrator_is_of_system_masters(self) -> bool {
        (self.major, self.minor) < (1, 29)
    }

    /// Whether the kubelet does not start on cgroup v1 any more, unless it is told to.
    #[must_use]
    pub fn refuses_cgroup_v1(self) -> bool {
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
    fn etcds_request_went_with_1_22() {
        let requests = |word| KubernetesVersion::parse(word).unwrap().etcd_requests_storage();
        assert!(requests("v1.20.2") && requests("v1.21.14"));
        assert!(!requests("v1.22.0") && !requests("v1.33.0"));
    }

    #[test]
    fn administrators_need_a_role_since_1_29() {
        let needs_none =
            |word| KubernetesVersion::parse(word).unwrap().administrator_is_of_system_masters();
        assert!(needs_none("v1.20.2") && needs_none("v1.28.15"));
        assert!(!needs_none("v1.29.0") && !needs_none("v1.34.1"));
    }

    #[test]
    fn what_is_no_version_is_refused() {
        for word in ["", "v1", "v1.20", "v1.20.2.1", "v1.x.2", "latest", "v1.20.2-rc.1"] {
            assert_eq!(KubernetesVersion::parse(word), None, "{word}");
        }
    }
}
