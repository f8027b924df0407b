//! What the engine says of itself and of its host: reads `info`, docker's or podman's.

use std::fmt;
use std::path::PathBuf;

use serde_json::{Map, Value};

/// Whose engine it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Product {
    /// Docker's, or one that says the same of itself.
    #[default]
    Docker,
    /// podman, which is its own engine.
    Podman,
}

impl Product {
    /// As a sentence about it begins.
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

/// What is known of the engine; none or empty for what it does not say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EngineFacts {
    /// Whose it is.
    pub product: Product,
    /// Its version, such as `20.10.24+dfsg1`.
    pub version: Option<String>,
    /// The system of its containers.
    pub os: Option<String>,
    /// Its host's name.
    pub host: Option<String>,
    /// Its host's kernel.
    pub kernel: Option<String>,
    /// Where it keeps everything, on its host.
    pub root: Option<PathBuf>,
    /// `1` or `2`.
    pub cgroup_version: Option<String>,
    /// What its host's control groups cannot limit, of what a kubelet wants.
    pub missing_controllers: Vec<&'static str>,
    /// Whether it runs as an ordinary user.
    pub rootless: bool,
    /// Whether root in its containers is another user on its host.
    pub maps_users: bool,
    /// Bytes of memory of its host.
    pub memory: Option<u64>,
}

/// What `docker info` says of control groups.
const CONTROLLERS: [(&str, &str); 4] = [
    ("MemoryLimit", "memory"),
    ("CpuCfsQuota", "cpu"),
    ("CPUSet", "cpuset"),
    ("PidsLimit", "pids"),
];

impl EngineFacts {
    /// Reads `info --format={{json .}}`.
    ///
    /// # Errors
    /// What is wrong with the text, in a few words.
    pub fn from_info(json: &str) -> Result<Self, String> {
        let info: Value =
            serde_json::from_str(json).map_err(|error| format!("no JSON: {error}"))?;
        let object = info.as_object().ok_or("no JSON object")?;
        Ok(if object.contains_key("host") { podman(&info) } else { docker(object) })
    }
}

fn docker(info: &Map<String, Value>) -> EngineFacts {
    let text = |key: &str| {
        let text = info.get(key).and_then(Value::as_str).map(str::to_owned);
        text.filter(|text| !text.is_empty())
    };
    let is_off = |key: &str| info.get(key).and_then(Value::as_bool) == Some(false);
    let options = info.get("SecurityOptions").and_then(Value::as_array);
    // Such as `name=seccomp,profile=default`.
    let has_option = |name: &str| {
        let words = options.into_iter().flatten().filter_map(Value::as_str);
        words.flat_map(|option| option.split(',')).any(|word| word == format!("name={name}"))
    };
    EngineFacts {
        version: text("ServerVersion"),
        os: text("OSType"),
        host: text("Name"),
        kernel: text("KernelVersion"),
        root: text("DockerRootDir").map(PathBuf::from),
        cgroup_version: text("CgroupVersion"),
        missing_controllers: CONTROLLERS
            .into_iter()
            .filter(|(key, _)| is_off(key))
            .map(|(_, name)| name)
            .collect(),
        rootless: has_option("rootless"),
        maps_users: has_option("userns"),
        product: Product::Docker,
        memory: info.get("MemTotal").and_then(Value::as_u64).filter(|bytes| *bytes > 0),
    }
}

fn podman(info: &Value) -> EngineFacts {
    let text = |path| info.pointer(path).and_then(Value::as_str).map(str::to_owned);
    let is_on = |path| info.pointer(path).and_then(Value::as_bool) == Some(true);
    let cgroup_version = text("/host/cgroupVersion");
    let controllers = info.pointer("/host/cgroupControllers").and_then(Value::as_array);
    // Of cgroup v1 it lists none.
    let listed = controllers.filter(|_| cgroup_version.as_deref() == Some("v2"));
    let lacks = |name: &&str| {
        listed.is_some_and(|all| !all.iter().any(|known| known.as_str() == Some(*name)))
    };
    EngineFacts {
        product: Product::Podman,
        version: text("/version/Version"),
        os: text("/host/os"),
        host: text("/host/hostname"),
        kernel: text("/host/kernel"),
        root: text("/store/graphRoot").map(PathBuf::from),
        cgroup_version: cgroup_version.map(|version| version.trim_start_matches('v').to_owned()),
        missing_controllers: CONTROLLERS.map(|(_, name)| name).into_iter().filter(lacks).collect(),
        rootless: is_on("/host/security/rootless"),
        maps_users: false,
        memory: info.pointer("/host/memTotal").and_then(Value::as_u64),
    }
}

/// The first two numbers of a version. None for what is no release.
pub(super) fn release(version: &str) -> Option<(u64, u64)> {
    let mut numbers = version.strip_prefix('v').unwrap_or(version).split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_engine_of_today_is_read() {
        let json = include_str!("../../tests/data/docker-info-20.10.json");
        assert_eq!(
            EngineFacts::from_info(json),
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
        assert_eq!(EngineFacts::from_info("{}"), Ok(EngineFacts::default()));
        let json = r#"{"MemoryLimit": false, "CPUSet": false, "PidsLimit": true,
            "SecurityOptions": ["name=seccomp,profile=default", "name=rootless", "name=userns"]}"#;
        let facts = EngineFacts::from_info(json).unwrap();
        assert_eq!(facts.missing_controllers, ["memory", "cpuset"]);
        assert!(facts.rootless && facts.maps_users);
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for text in ["", "[]", "null", "{", "WARNING: no"] {
            assert!(EngineFacts::from_info(text).is_err(), "{text}");
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
            let _ = EngineFacts::from_info(&text);
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
            let _ = EngineFacts::from_info(&format!("{{\"{key}\": {value}}}"));
        }
    }
}
