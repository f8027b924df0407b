//! The output of `docker info` and `podman info`, as far as mokctl uses it.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::inspect::or_default;

/// The output of `info --format={{json .}}`. Every field may be missing.
#[derive(Debug)]
pub enum Info {
    /// The output of docker, or of another engine that prints the same fields.
    Docker(Box<DockerInfo>),
    /// The output of podman.
    Podman(Box<PodmanInfo>),
}

impl Info {
    /// Parses the output of either client.
    ///
    /// # Errors
    /// Returns what is wrong with the text, in a few words.
    pub fn parse(json: &str) -> Result<Self, String> {
        let info: Value =
            serde_json::from_str(json).map_err(|error| format!("no JSON: {error}"))?;
        let object = info.as_object().ok_or("no JSON object")?;
        let is_podman = object.contains_key("host");
        let read = if is_podman {
            serde_json::from_value(info).map(Self::Podman)
        } else {
            serde_json::from_value(info).map(Self::Docker)
        };
        read.map_err(|error| error.to_string())
    }
}

/// The output of `docker info`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DockerInfo {
    /// The engine's version, such as `20.10.24+dfsg1`.
    #[serde(deserialize_with = "text")]
    pub server_version: Option<String>,
    /// The operating system of containers.
    #[serde(rename = "OSType", deserialize_with = "text")]
    pub os: Option<String>,
    /// The name of the host's operating system, such as `Docker Desktop`.
    #[serde(deserialize_with = "text")]
    pub operating_system: Option<String>,
    /// The architecture of the host, such as `x86_64`.
    #[serde(deserialize_with = "text")]
    pub architecture: Option<String>,
    /// The host's name.
    #[serde(deserialize_with = "text")]
    pub name: Option<String>,
    /// The version of the host's kernel.
    #[serde(deserialize_with = "text")]
    pub kernel_version: Option<String>,
    /// The folder of the engine's data on its host.
    #[serde(deserialize_with = "text")]
    pub docker_root_dir: Option<String>,
    /// The version of cgroups, `1` or `2`.
    #[serde(deserialize_with = "text")]
    pub cgroup_version: Option<String>,
    /// Whether cgroups can limit memory.
    #[serde(deserialize_with = "or_default")]
    pub memory_limit: Option<bool>,
    /// Whether cgroups can limit swap as well.
    #[serde(deserialize_with = "or_default")]
    pub swap_limit: Option<bool>,
    /// Whether cgroups can limit CPU time.
    #[serde(deserialize_with = "or_default")]
    pub cpu_cfs_quota: Option<bool>,
    /// Whether cgroups can limit containers to certain CPUs.
    #[serde(rename = "CPUSet", deserialize_with = "or_default")]
    pub cpu_set: Option<bool>,
    /// Whether cgroups can limit the number of processes.
    #[serde(deserialize_with = "or_default")]
    pub pids_limit: Option<bool>,
    /// Security options, such as `name=seccomp,profile=default`.
    #[serde(deserialize_with = "or_default")]
    pub security_options: Vec<String>,
    /// The memory of the host, in bytes.
    #[serde(deserialize_with = "or_default")]
    pub mem_total: u64,
    /// The engine's state in a swarm.
    #[serde(deserialize_with = "or_default")]
    pub swarm: Swarm,
}

/// The state of an engine in a swarm.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Swarm {
    /// The state, such as `active`.
    #[serde(deserialize_with = "text")]
    pub local_node_state: Option<String>,
    /// The engine's node id in the swarm.
    #[serde(rename = "NodeID", deserialize_with = "text")]
    pub node: Option<String>,
    /// The address at which other nodes of the swarm reach the engine.
    #[serde(rename = "NodeAddr", deserialize_with = "text")]
    pub address: Option<String>,
    /// Whether the engine is a manager, and the swarm's managers have a quorum.
    #[serde(deserialize_with = "or_default")]
    pub control_available: bool,
    /// The swarm's managers that the engine knows.
    #[serde(deserialize_with = "or_default")]
    pub remote_managers: Vec<Manager>,
}

/// A manager of a swarm.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Manager {
    /// The manager's node id in the swarm.
    #[serde(rename = "NodeID", deserialize_with = "text")]
    pub node: Option<String>,
}

/// The output of `podman info`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct PodmanInfo {
    /// The host.
    #[serde(deserialize_with = "or_default")]
    pub host: PodmanHost,
    /// podman's storage.
    #[serde(deserialize_with = "or_default")]
    pub store: PodmanStore,
    /// podman's version.
    #[serde(deserialize_with = "or_default")]
    pub version: PodmanVersion,
}

/// The host, according to podman.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PodmanHost {
    /// The architecture, in Go's terms.
    #[serde(deserialize_with = "text")]
    pub arch: Option<String>,
    /// The operating system of containers.
    #[serde(deserialize_with = "text")]
    pub os: Option<String>,
    /// The host's name.
    #[serde(deserialize_with = "text")]
    pub hostname: Option<String>,
    /// The version of the host's kernel.
    #[serde(deserialize_with = "text")]
    pub kernel: Option<String>,
    /// The version of cgroups, `v1` or `v2`.
    #[serde(deserialize_with = "text")]
    pub cgroup_version: Option<String>,
    /// The cgroup controllers that podman may use. With cgroup v1 the list is empty.
    #[serde(deserialize_with = "or_default")]
    pub cgroup_controllers: Option<Vec<String>>,
    /// The mapping of ids in containers to ids of the host.
    #[serde(deserialize_with = "or_default")]
    pub id_mappings: IdMappings,
    /// Whether the client is on another machine.
    #[serde(deserialize_with = "or_default")]
    pub service_is_remote: bool,
    /// The memory of the host, in bytes.
    #[serde(deserialize_with = "or_default")]
    pub mem_total: Option<u64>,
    /// Security properties.
    #[serde(deserialize_with = "or_default")]
    pub security: PodmanSecurity,
}

/// The ids of users and groups in podman's containers. Empty if podman runs as root.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct IdMappings {
    /// The ranges of user ids.
    #[serde(rename = "uidmap", deserialize_with = "or_default")]
    pub users: Vec<IdRange>,
    /// The ranges of group ids.
    #[serde(rename = "gidmap", deserialize_with = "or_default")]
    pub groups: Vec<IdRange>,
}

/// A range of ids.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct IdRange {
    /// The number of ids.
    #[serde(deserialize_with = "or_default")]
    pub size: u64,
}

/// Security properties of podman.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct PodmanSecurity {
    /// Whether `SELinux` confines podman's containers.
    #[serde(rename = "selinuxEnabled", deserialize_with = "or_default")]
    pub selinux: bool,
    /// Whether podman runs as an ordinary user.
    #[serde(deserialize_with = "or_default")]
    pub rootless: bool,
}

/// podman's storage.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PodmanStore {
    /// The folder of podman's data on its host.
    #[serde(deserialize_with = "text")]
    pub graph_root: Option<String>,
}

/// The version of podman.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PodmanVersion {
    /// The version, such as `5.4.2`.
    #[serde(deserialize_with = "text")]
    pub version: Option<String>,
}

/// Deserializes a string. An empty one counts as missing.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text: Option<String> = or_default(deserializer)?;
    Ok(text.filter(|text| !text.is_empty()))
}
