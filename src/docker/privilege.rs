//! The privileges of nodes: `--privileged` if the engine can grant it, or else every capability
//! that the engine has. Knows the kernel's names and numbers, nothing about clusters.

use super::{DockerError, ErrorKind};

/// The Linux capabilities that Docker 20.10 knows, in the order of their numbers
/// (`capabilities(7)`). Docker 20.10 refuses later ones (BPF, PERFMON, `CHECKPOINT_RESTORE`), and
/// nodes do not need them.
const CAPABILITIES: [&str; 38] = [
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "KILL",
    "SETGID",
    "SETUID",
    "SETPCAP",
    "LINUX_IMMUTABLE",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_ADMIN",
    "NET_RAW",
    "IPC_LOCK",
    "IPC_OWNER",
    "SYS_MODULE",
    "SYS_RAWIO",
    "SYS_CHROOT",
    "SYS_PTRACE",
    "SYS_PACCT",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_NICE",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "MKNOD",
    "LEASE",
    "AUDIT_WRITE",
    "AUDIT_CONTROL",
    "SETFCAP",
    "MAC_OVERRIDE",
    "MAC_ADMIN",
    "SYSLOG",
    "WAKE_ALARM",
    "BLOCK_SUSPEND",
    "AUDIT_READ",
];

/// A capability bounding set, in which bit N stands for capability N.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BoundingSet(u64);

impl BoundingSet {
    /// Parses the `CapBnd` line of a `/proc/PID/status`.
    #[must_use]
    pub fn from_status(status: &str) -> Option<Self> {
        let line = status.lines().find_map(|line| line.strip_prefix("CapBnd:"))?;
        u64::from_str_radix(line.trim(), 16).ok().map(Self)
    }

    /// Whether the set contains every capability that an engine may be asked for.
    #[must_use]
    pub fn is_full(self) -> bool {
        self.names().count() == CAPABILITIES.len()
    }

    fn has_sys_admin(self) -> bool {
        self.names().any(|name| name == "SYS_ADMIN")
    }

    fn names(self) -> impl Iterator<Item = &'static str> {
        CAPABILITIES
            .iter()
            .enumerate()
            .filter(move |(bit, _)| self.0 & (1 << bit) != 0)
            .map(|(_, name)| *name)
    }
}

/// The privileges of a node's container.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Privilege {
    /// `--privileged`.
    #[default]
    Full,
    /// The capabilities of a bounding set. Further flags lift the other restrictions one by one.
    Listed(BoundingSet),
}

impl Privilege {
    /// Returns the privileges to try first. `here` is the bounding set of this process, if the
    /// engine is on this machine: an engine on the same kernel rarely has more. A set without
    /// `SYS_ADMIN` means that mokctl itself runs in a container, so it says nothing about the
    /// engine.
    #[must_use]
    pub fn first_choice(here: Option<BoundingSet>) -> Self {
        match here {
            Some(set) if set.has_sys_admin() && !set.is_full() => Self::Listed(set),
            Some(_) | None => Self::Full,
        }
    }

    /// Whether the engine has refused these privileges because it lacks a capability.
    #[must_use]
    pub fn refused(self, error: &DockerError) -> bool {
        self == Self::Full && error.kind() == ErrorKind::PrivilegeRefused
    }

    /// Returns the flags of `docker create`.
    #[must_use]
    pub fn flags(self) -> Vec<String> {
        match self {
            Self::Full => vec!["--privileged".into()],
            Self::Listed(set) => {
                let mut flags: Vec<String> =
                    set.names().map(|name| format!("--cap-add={name}")).collect();
                flags.extend(
                    [
                        // systemd, runc and kubelet call mount, unshare and pivot_root.
                        "--security-opt=seccomp=unconfined",
                        "--security-opt=apparmor=unconfined",
                        // kube-proxy and CNI plugins write to /proc/sys.
                        "--security-opt=systempaths=unconfined",
                        // The entrypoint creates /dev/kmsg, and pods create devices.
                        "--device-cgroup-rule=a *:* rwm",
                    ]
                    .map(String::from),
                );
                flags
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: &str = "CapInh:\t0000000000000000\nCapBnd:\t000001ffffffffff\n";
    const WITHOUT_SYS_RESOURCE: &str = "CapBnd:\t000001fffeffffff\n";

    #[test]
    fn a_full_set_asks_for_privileged() {
        let set = BoundingSet::from_status(FULL);
        assert_eq!(Privilege::first_choice(set).flags(), ["--privileged"]);
        assert_eq!(Privilege::first_choice(None), Privilege::Full);
    }

    #[test]
    fn a_set_with_a_gap_asks_for_all_but_the_gap() {
        let set = BoundingSet::from_status(WITHOUT_SYS_RESOURCE);
        let flags = Privilege::first_choice(set).flags();
        assert!(flags.contains(&"--cap-add=SYS_ADMIN".into()));
        assert!(!flags.contains(&"--cap-add=SYS_RESOURCE".into()));
        let capabilities = flags.iter().filter(|flag| flag.starts_with("--cap-add=")).count();
        assert_eq!(capabilities, CAPABILITIES.len() - 1);
    }

    #[test]
    fn the_set_of_a_plain_container_says_nothing_of_the_engine() {
        let set = BoundingSet::from_status("CapBnd:\t00000000a80425fb\n");
        assert_eq!(Privilege::first_choice(set), Privilege::Full);
    }

    #[test]
    fn a_status_without_the_line_is_unknown() {
        assert_eq!(BoundingSet::from_status("Name:\tx\n"), None);
        assert_eq!(BoundingSet::from_status("CapBnd:\tzz\n"), None);
    }
}
