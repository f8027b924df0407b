//! Facts about the engine and its host, read from docker's or podman's `info`.

use std::fmt;
use std::path::PathBuf;

use crate::docker::info::{DockerInfo, Info, PodmanInfo};

/// The product that an engine belongs to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Product {
    /// Docker, or an engine that describes itself as Docker does.
    #[default]
    Docker,
    /// podman, where client and engine are one program.
    Podman,
}

impl Product {
    /// Returns the product with an article, to begin a sentence with.
    pub(super) fn with_article(self) -> &'static str {
        match self {
            Self::Docker => "the docker engine",
            Self::Podman => "podman",
        }
    }
}

impl fmt::Display for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Docker => "docker engine",
            Self::Podman => "podman",
        })
    }
}

/// Facts about the engine. A field is `None` or empty if the engine does not report it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EngineFacts {
    /// The product that the engine belongs to.
    pub product: Product,
    /// The engine's version, such as `20.10.24+dfsg1`.
    pub version: Option<String>,
    /// The operating system of the engine's containers.
    pub os: Option<String>,
    /// The host's name.
    pub host: Option<String>,
    /// The release of the host's kernel.
    pub kernel: Option<String>,
    /// The folder on the host in which the engine keeps everything.
    pub root: Option<PathBuf>,
    /// The cgroup version, `1` or `2`.
    pub cgroup_version: Option<String>,
    /// The cgroup controllers that a kubelet needs and the host lacks.
    pub missing_controllers: Vec<&'static str>,
    /// Whether the engine runs as an ordinary user.
    pub rootless: bool,
    /// Whether root in a container is another user on the host (`userns-remap`).
    pub maps_users: bool,
    /// The host's memory, in bytes.
    pub memory: Option<u64>,
}

/// The cgroup controllers that a kubelet needs, by podman's names for them.
const CONTROLLERS: [&str; 4] = ["memory", "cpu", "cpuset", "pids"];

impl From<&Info> for EngineFacts {
    fn from(info: &Info) -> Self {
        match info {
            Info::Docker(info) => docker(info),
            Info::Podman(info) => podman(info),
        }
    }
}

fn docker(info: &DockerInfo) -> EngineFacts {
    let limits = [info.memory_limit, info.cpu_cfs_quota, info.cpu_set, info.pids_limit];
    let missing = limits.iter().zip(CONTROLLERS).filter(|(limit, _)| **limit == Some(false));
    let has_option = |name: &str| {
        let words = info.security_options.iter().flat_map(|option| option.split(','));
        words.into_iter().any(|word| word.strip_prefix("name=") == Some(name))
    };
    EngineFacts {
        product: Product::Docker,
        version: info.server_version.clone(),
        os: info.os.clone(),
        host: info.name.clone(),
        kernel: info.kernel_version.clone(),
        root: info.docker_root_dir.clone().map(PathBuf::from),
        cgroup_version: info.cgroup_version.clone(),
        missing_controllers: missing.map(|(_, name)| name).collect(),
        rootless: has_option("rootless"),
        maps_users: has_option("userns"),
        memory: Some(info.mem_total).filter(|bytes| *bytes > 0),
    }
}

fn podman(info: &PodmanInfo) -> EngineFacts {
    let PodmanInfo { host, store, version } = info;
    let is_v2 = host.cgroup_version.as_deref() == Some("v2");
    let listed = host.cgroup_controllers.as_ref().filter(|_| is_v2);
    let lacks = |name: &&str| listed.is_some_and(|all| !all.iter().any(|known| known == *name));
    EngineFacts {
        product: Product::Podman,
        version: version.version.clone(),
        os: host.os.clone(),
        host: host.hostname.clone(),
        kernel: host.kernel.clone(),
        root: store.graph_root.clone().map(PathBuf::from),
        cgroup_version: host.cgroup_version.as_ref().map(|it| it.trim_start_matches('v').into()),
        missing_controllers: CONTROLLERS.into_iter().filter(lacks).collect(),
        rootless: host.security.rootless,
        maps_users: false,
        memory: host.mem_total,
    }
}

/// Returns the first two numbers of a version, or `None` if it is not a release.
pub(super) fn release(version: &str) -> Option<(u64, u64)> {
    let mut numbers = version.strip_prefix('v').unwrap_or(version).split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(json: &str) -> Result<EngineFacts, String> {
        Ok(EngineFacts::from(&Info::parse(json)?))
    }

    #[test]
    fn an_engine_of_today_is_read() {
        let json = include_str!("../../tests/data/docker-info-20.10.json");
        assert_eq!(
            read(json),
            Ok(EngineFacts {
                version: Some("20.10.24+dfsg1".into()),
                os: Some("linux".into()),
                host: Some("vm".into()),
                kernel: Some("6.18.44".into()),
                root: Some("/var/lib/docker".into()),
                cgroup_version: Some("1".into()),
                memory: Some(25_276_502_016),
                ..EngineFacts::default()
            })
        );
    }

    #[test]
    fn what_is_missing_is_unknown_and_what_is_off_is_missing() {
        assert_eq!(read("{}"), Ok(EngineFacts::default()));
        let json = r#"{"MemoryLimit": false, "CPUSet": false, "PidsLimit": true,
            "SecurityOptions": ["name=seccomp,profile=default", "name=rootless", "name=userns"]}"#;
        let facts = read(json).unwrap();
        assert_eq!(facts.missing_controllers, ["memory", "cpuset"]);
        assert!(facts.rootless && facts.maps_users);
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for text in ["", "[]", "null", "{", "WARNING: no"] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn releases_are_compared_by_number() {
        assert_eq!(release("20.10.24+dfsg1"), Some((20, 10)));
        assert_eq!(release("v28.2.2"), Some((28, 2)));
        assert_eq!(release("28.0-rc1"), None);
        assert_eq!(release("dev"), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC*") {
            let _ = read(&text);
        }

        #[test]
        fn no_value_in_a_known_place_makes_it_panic(
            key in prop::sample::select(vec![
                "ServerVersion", "OSType", "Name", "DockerRootDir", "CgroupVersion", "MemTotal",
                "MemoryLimit", "SecurityOptions",
            ]),
            value in prop::sample::select(vec![
                "null", "true", "-1", "1e400", "1.5", "\"\"", "\"x\"", "[]", "[null, [\"name=\"]]",
                "{}", "99999999999999999999",
            ]),
        ) {
            let _ = read(&format!("{{\"{key}\": {value}}}"));
        }
    }
}
