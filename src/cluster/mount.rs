//! A folder or file of the engine's host that is mounted into every node.

use std::fmt;

use thiserror::Error;

/// The paths that a node needs. A mount may hide neither one of them, nor a path in it, nor a
/// folder that contains it.
const NODES_OWN: [&str; 23] = [
    "/bin",
    "/boot",
    "/dev",
    "/etc/cni",
    "/etc/kubernetes",
    "/etc/mok",
    "/etc/systemd",
    "/lib",
    "/lib64",
    "/opt/cni",
    "/proc",
    "/root/mok",
    "/run",
    "/sbin",
    "/sys",
    "/tmp",
    "/usr/bin",
    "/usr/lib",
    "/usr/local/lib/mok",
    "/usr/sbin",
    "/var/lib",
    "/var/log",
    "/var/run",
];

/// Why a word is not a mount.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MountError {
    /// The word does not have the form `SRC:DST[:ro]`.
    #[error(
        "invalid SRC:DST, '{0}': two absolute paths without '.', '..' and any of : , \" are allowed, \
         and ':ro' after them, like /srv/data:/data:ro"
    )]
    Form(String),
    /// The mount would hide a path that the node needs.
    #[error("invalid SRC:DST, '{word}': the nodes have their own {own}")]
    Shadows {
        /// The word that was given.
        word: String,
        /// The path that would be hidden.
        own: &'static str,
    },
    /// Two mounts have the same target.
    #[error("invalid SRC:DST, '{0}': that DST is given twice")]
    Twice(String),
}

/// A mount, `SRC:DST[:ro]`. Its `Display` is the word that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// The path on the engine's host.
    pub source: String,
    /// The path in the nodes.
    pub target: String,
    /// Whether nodes may only read it.
    pub read_only: bool,
}

impl Mount {
    /// Parses `SRC:DST[:ro]`.
    pub fn parse(word: &str) -> Result<Self, MountError> {
        let parts: Vec<&str> = word.split(':').collect();
        let (source, target, read_only) = match parts.as_slice() {
            [source, target] => (*source, *target, false),
            [source, target, "ro"] => (*source, *target, true),
            _ => return Err(MountError::Form(word.to_owned())),
        };
        if !is_plain(source) || !is_plain(target) {
            return Err(MountError::Form(word.to_owned()));
        }
        let own = NODES_OWN.iter().find(|own| is_within(own, target) || is_within(target, own));
        match own {
            Some(own) => Err(MountError::Shadows { word: word.to_owned(), own }),
            None => Ok(Self { source: source.into(), target: target.into(), read_only }),
        }
    }

    /// Parses all of `words`, which must have different targets.
    pub fn parse_all<'a>(
        words: impl IntoIterator<Item = &'a str>,
    ) -> Result<Vec<Self>, MountError> {
        let mut all: Vec<Self> = Vec::new();
        for word in words {
            let mount = Self::parse(word)?;
            if all.iter().any(|other| other.target == mount.target) {
                return Err(MountError::Twice(word.to_owned()));
            }
            all.push(mount);
        }
        Ok(all)
    }
}

impl fmt::Display for Mount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { source, target, read_only } = self;
        write!(f, "{source}:{target}{}", if *read_only { ":ro" } else { "" })
    }
}

/// Whether `path` is absolute and means the same to client, engine and node. The docker client
/// takes commas and quotes for syntax.
fn is_plain(path: &str) -> bool {
    let steps = path.strip_prefix('/').unwrap_or(".").split('/');
    let root = path == "/";
    (root || steps.into_iter().all(|step| !["", ".", ".."].contains(&step)))
        && !path.chars().any(|c| c.is_control() || [',', '"'].contains(&c))
}

/// Whether `path` is `folder` or in it. Neither ends with a slash, except the root.
fn is_within(path: &str, folder: &str) -> bool {
    let folder = folder.trim_end_matches('/');
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mount_is_written_as_it_was_read() {
        for word in
            ["/srv:/data", "/srv/x y:/mnt/d:ro", "/:/host:ro", "/a:/etc/ssl/own", "/a:/variable"]
        {
            assert_eq!(Mount::parse(word).map(|mount| mount.to_string()), Ok(word.to_owned()));
        }
    }

    #[test]
    fn what_is_no_pair_of_absolute_paths_is_refused() {
        for bad in [
            "",
            "/srv",
            "/srv:",
            ":/data",
            "srv:/data",
            "./srv:/data",
            "/srv:data",
            "/srv:/data:rw",
            "/srv:/data:ro:ro",
            "/srv/../etc:/data",
            "/srv:/data/",
            "/srv:/data/..",
            "/srv:/mnt//x",
            "/a,b:/data",
            "/srv:/da\"ta",
            "/srv:/da\nta",
        ] {
            assert_eq!(Mount::parse(bad), Err(MountError::Form(bad.to_owned())), "{bad}");
        }
    }

    #[test]
    fn a_nodes_own_paths_are_not_hidden() {
        for (target, hidden) in [
            ("/", "/bin"),
            ("/etc", "/etc/cni"),
            ("/etc/kubernetes", "/etc/kubernetes"),
            ("/etc/kubernetes/x", "/etc/kubernetes"),
            ("/usr/local", "/usr/local/lib/mok"),
            ("/var/lib/containerd", "/var/lib"),
            ("/root", "/root/mok"),
            ("/proc/x", "/proc"),
        ] {
            let word = format!("/srv:{target}");
            let want = MountError::Shadows { word: word.clone(), own: hidden };
            assert_eq!(Mount::parse(&word), Err(want), "{target}");
        }
    }

    #[test]
    fn a_place_has_one_mount() {
        let all = |words: &[&str]| Mount::parse_all(words.iter().copied()).map(|all| all.len());
        assert_eq!(all(&["/a:/x", "/a:/y", "/b:/x/z"]), Ok(3));
        assert_eq!(all(&["/a:/x", "/b:/x:ro"]), Err(MountError::Twice("/b:/x:ro".into())));
    }
}
