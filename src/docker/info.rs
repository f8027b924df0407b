//! What the engine says of itself and of its host: `info`, docker's or podman's, as far
//! as it is read here.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::inspect::or_default;

/// What `info --format={{json .}}` prints. Whatever an engine does not say is missing.
#[derive(Debug)]
pub enum Info {
    /// Of docker, or an engine that says the same of itself.
    Docker(Box<DockerInfo>),
    /// Of podman, which is its own engine.
    Podman(Box<PodmanInfo>),
}

impl Info {
    /// Reads it.
    ///
    /// # Errors
    /// What is wrong with the text, in a few words.
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

/// Docker's answer.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DockerInfo {
    /// The engine's version, such as `20.10.24+dfsg1`.
    #[serde(deserialize_with = "text")]
    pub server_version: Option<String>,
    /// The system of its containers.
    #[serde(rename = "OSType", deserialize_with = "text")]
    pub os: Option<String>,
    /// What the host's system calls itself, such as `Docker Desktop`.
    #[serde(deserialize_with = "text")]
    pub operating_system: Option<String>,
    /// The host's machine, such as `x86_64`.
    #[serde(deserialize_with = "text")]
    pub architecture: Option<String>,
    /// The host's name.
    #[serde(deserialize_with = "text")]
    pub name: Option<String>,
    /// The host's kernel.
    #[serde(deserialize_with = "text")]
    pub kernel_version: Option<String>,
    /// Where it keeps everything, on its host.
    #[serde(deserialize_with = "text")]
    pub docker_root_dir: Option<String>,
    /// `1` or `2`.
    #[serde(deserialize_with = "text")]
    pub cgroup_version: Option<String>,
    /// Whether control groups limit memory.
    #[serde(deserialize_with = "or_default")]
    pub memory_limit: Option<bool>,
    /// Whether they limit swap beside it.
    #[serde(deserialize_with = "or_default")]
    pub swap_limit: Option<bool>,
    /// Whether they limit the share of a CPU.
    #[serde(deserialize_with = "or_default")]
    pub cpu_cfs_quota: Option<bool>,
    /// Whether they limit to some CPUs.
    #[serde(rename = "CPUSet", deserialize_with = "or_default")]
    pub cpu_set: Option<bool>,
    /// Whether they limit processes.
    #[serde(deserialize_with = "or_default")]
    pub pids_limit: Option<bool>,
    /// Such as `name=seccomp,profile=default`.
    #[serde(deserialize_with = "or_default")]
    pub security_options: Vec<String>,
    /// Bytes of memory of the host.
    #[serde(deserialize_with = "or_default")]
    pub mem_total: u64,
    /// Its part in a swarm.
    #[serde(deserialize_with = "or_default")]
    pub swarm: Swarm,
}

/// A docker engine's part in a swarm.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Swarm {
    /// Such as `active`.
    #[serde(deserialize_with = "text")]
    pub local_node_state: Option<String>,
    /// Its id there.
    #[serde(rename = "NodeID", deserialize_with = "text")]
    pub node: Option<String>,
    /// The address at which the others reach it.
    #[serde(rename = "NodeAddr", deserialize_with = "text")]
    pub address: Option<String>,
    /// Whether it is a manager, and there are enough of them.
    #[serde(deserialize_with = "or_default")]
    pub control_available: bool,
    /// The managers that it knows of.
    #[serde(deserialize_with = "or_default")]
    pub remote_managers: Vec<Manager>,
}

/// A manager of a swarm.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Manager {
    /// Its id there.
    #[serde(rename = "NodeID", deserialize_with = "text")]
    pub node: Option<String>,
}

/// podman's answer.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct PodmanInfo {
    /// The host.
    #[serde(deserialize_with = "or_default")]
    pub host: PodmanHost,
    /// Where it keeps everything.
    #[serde(deserialize_with = "or_default")]
    pub store: PodmanStore,
    /// podman itself.
    #[serde(deserialize_with = "or_default")]
    pub version: PodmanVersion,
}

/// The host, as podman sees it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PodmanHost {
    /// Its machine, as Go names it.
    #[serde(deserialize_with = "text")]
    pub arch: Option<String>,
    /// The system of its containers.
    #[serde(deserialize_with = "text")]
    pub os: Option<String>,
    /// The host's name.
    #[serde(deserialize_with = "text")]
    pub hostname: Option<String>,
    /// The host's kernel.
    #[serde(deserialize_with = "text")]
    pub kernel: Option<String>,
    /// `v1` or `v2`.
    #[serde(deserialize_with = "text")]
    pub cgroup_version: Option<String>,
    /// What control groups limit; of v1 it lists none.
    #[serde(deserialize_with = "or_default")]
    pub cgroup_controllers: Option<Vec<String>>,
    /// Which users of the host those of its containers are.
    #[serde(deserialize_with = "or_default")]
    pub id_mappings: IdMappings,
    /// Whether the client is on another machine.
    #[serde(deserialize_with = "or_default")]
    pub service_is_remote: bool,
    /// Bytes of memory.
    #[serde(deserialize_with = "or_default")]
    pub mem_total: Option<u64>,
    /// How it runs.
    #[serde(deserialize_with = "or_default")]
    pub security: PodmanSecurity,
}

/// Users and groups of podman's containers; none where it runs as root.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct IdMappings {
    /// Ranges of users.
    #[serde(rename = "uidmap", deserialize_with = "or_default")]
    pub users: Vec<IdRange>,
    /// Ranges of groups.
    #[serde(rename = "gidmap", deserialize_with = "or_default")]
    pub groups: Vec<IdRange>,
}

/// A range of ids.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct IdRange {
    /// How many.
    #[serde(deserialize_with = "or_default")]
    pub size: u64,
}

/// How podman runs.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct PodmanSecurity {
    /// Whether `SELinux` confines its containers.
    #[serde(rename = "selinuxEnabled", deserialize_with = "or_default")]
    pub selinux: bool,
    /// Whether as an ordinary user.
    #[serde(deserialize_with = "or_default")]
    pub rootless: bool,
}

/// Where podman keeps everything.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PodmanStore {
    /// On its host.
    #[serde(deserialize_with = "text")]
    pub graph_root: Option<String>,
}

/// podman itself.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PodmanVersion {
    /// Such as `5.4.2`.
    #[serde(deserialize_with = "text")]
    pub version: Option<String>,
}

/// A text; an empty one is missing.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text: Option<String> = or_default(deserializer)?;
    Ok(text.filter(|text| !text.is_empty()))
}
