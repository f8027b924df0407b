//! Recognizes why a call failed by the messages of docker, podman and the scripts in nodes. An
//! engine that cannot be reached is recognized in `DockerError::failed`.

/// Why a call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// A port of the host is in use.
    PortTaken,
    /// The subnet overlaps the subnet of another network.
    SubnetTaken,
    /// The engine's host has no IPv6.
    NoIpv6,
    /// Another container or network has the name.
    NameTaken,
    /// The container or network does not exist.
    Gone,
    /// Another call is removing the container.
    BeingRemoved,
    /// The image does not exist.
    NoImage,
    /// The engine lacks a capability that `--privileged` asks for.
    PrivilegeRefused,
    /// A rootless engine is not allowed to create a user namespace.
    NoUserNamespace,
    /// The user who runs a rootless engine has too few subordinate ids.
    FewIds,
    /// Packets between nodes are dropped.
    PacketsDropped,
    /// Any other reason.
    Other,
}

/// The lists of words by which each kind is recognized: a message of that kind contains all words
/// of one list. The first kind that matches counts.
const WORDS: [(ErrorKind, &[&[&str]]); 11] = [
    (ErrorKind::PortTaken, &[&["port is already allocated"], &["address already in use"]]),
    (ErrorKind::SubnetTaken, &[&["Pool overlaps"]]),
    (ErrorKind::NoIpv6, &[&["annot read IPv6 setup for bridge"], &["nable to enable IPv6"]]),
    (ErrorKind::PrivilegeRefused, &[&["unable to apply caps"], &["capset"]]),
    (
        ErrorKind::FewIds,
        &[
            &["insufficient UIDs or GIDs"],
            &["not enough IDs available"],
            &["no subuid ranges found"],
            &["no subgid ranges found"],
        ],
    ),
    (
        ErrorKind::NoUserNamespace,
        &[
            &["cannot clone: Permission denied"],
            &["cannot clone: Operation not permitted"],
            &["fork/exec /proc/self/exe: permission denied"],
            &["fork/exec /proc/self/exe: operation not permitted"],
        ],
    ),
    (ErrorKind::NameTaken, &[&["is already in use by "], &["network with name", "already exists"]]),
    (ErrorKind::BeingRemoved, &[&["removal of container ", "is already in progress"]]),
    (ErrorKind::PacketsDropped, &[&["something drops them between nodes"]]),
    (ErrorKind::NoImage, &[&["No such image"], &["image not known"]]),
    (
        ErrorKind::Gone,
        &[
            &["No such container"],
            &["no such container"],
            &["network ", " not found"],
            &["network not found"],
            &["No such network"],
        ],
    ),
];

impl ErrorKind {
    /// Returns the kind of a failure with the message `stderr`.
    pub(super) fn of(stderr: &str) -> Self {
        let says = |words: &&[&str]| words.iter().all(|word| stderr.contains(word));
        let kind = WORDS.iter().find(|(_, lists)| lists.iter().any(says));
        kind.map_or(Self::Other, |(kind, _)| *kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_engines_say_is_told_apart() {
        for (stderr, kind) in [
            (
                "Error response from daemon: driver failed programming external connectivity on \
                 endpoint a-master-1: Bind for 127.0.0.1:40001 failed: port is already allocated",
                ErrorKind::PortTaken,
            ),
            (
                "Error: rootlessport listen tcp 127.0.0.1:80: bind: address already in use",
                ErrorKind::PortTaken,
            ),
            (
                "Error response from daemon: Pool overlaps with other one on this address space",
                ErrorKind::SubnetTaken,
            ),
            (
                "Error response from daemon: Cannot read IPv6 setup for bridge br-0123: open \
                 /proc/sys/net/ipv6/conf/br-0123/disable_ipv6: no such file or directory",
                ErrorKind::NoIpv6,
            ),
            (
                "Error response from daemon: Conflict. The container name \"/a-master-1\" is \
                 already in use by container \"0123\".",
                ErrorKind::NameTaken,
            ),
            (
                "Error response from daemon: network with name mok-a already exists",
                ErrorKind::NameTaken,
            ),
            ("Error: No such container: a-master-1", ErrorKind::Gone),
            ("Error response from daemon: network mok-a not found", ErrorKind::Gone),
            ("Error: mok-a: unable to find network: network not found", ErrorKind::Gone),
            ("Error: No such network: mok-a", ErrorKind::Gone),
            (
                "Error response from daemon: removal of container 0123 is already in progress",
                ErrorKind::BeingRemoved,
            ),
            ("Error: No such image: x", ErrorKind::NoImage),
            ("Error: x: image not known", ErrorKind::NoImage),
            (
                "OCI runtime create failed: unable to apply caps: operation not permitted",
                ErrorKind::PrivilegeRefused,
            ),
            (
                "cannot clone: Permission denied\nError: cannot re-exec process",
                ErrorKind::NoUserNamespace,
            ),
            (
                "[rootlesskit:parent] error: failed to start the child: fork/exec /proc/self/exe: \
                 operation not permitted",
                ErrorKind::NoUserNamespace,
            ),
            (
                "Error: copying system image: potentially insufficient UIDs or GIDs available in \
                 user namespace (requested 0:42 for /etc/shadow)",
                ErrorKind::FewIds,
            ),
            (
                "cannot find UID/GID for user me: no subuid ranges found for user \"me\" in /etc/subuid",
                ErrorKind::FewIds,
            ),
            (
                "no packet comes back from the API server, 10.213.0.11:6443: something drops them \
                 between nodes",
                ErrorKind::PacketsDropped,
            ),
            ("Error response from daemon: no space left on device", ErrorKind::Other),
            ("", ErrorKind::Other),
        ] {
            assert_eq!(ErrorKind::of(stderr), kind, "{stderr}");
        }
    }
}
