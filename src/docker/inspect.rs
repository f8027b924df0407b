//! The output of `inspect` for containers, images and networks, as far as mokctl uses it:
//! docker's, and podman's where it differs.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::cluster::labels::RESTART_POLICY;

/// A container in the output of `container inspect`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Container {
    /// The id: 64 hexadecimal digits.
    pub id: String,
    /// The name. docker puts a slash before it, podman does not.
    pub name: String,
    /// When the container was created.
    #[serde(default, deserialize_with = "or_default")]
    pub created: String,
    /// The id of its image.
    #[serde(default, deserialize_with = "or_default")]
    pub image: Option<String>,
    /// Its state, such as whether it is running.
    pub state: State,
    /// Its configuration.
    #[serde(default, deserialize_with = "or_default")]
    pub config: Config,
    /// Its configuration on the host.
    #[serde(default, deserialize_with = "or_default")]
    pub host_config: HostConfig,
    /// Its volumes and mounts.
    #[serde(default, deserialize_with = "or_default")]
    pub mounts: Vec<MountPoint>,
    /// Its networks.
    #[serde(default, deserialize_with = "or_default")]
    pub network_settings: NetworkSettings,
}

/// The state of a container.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct State {
    /// Whether it has processes, even if they are frozen.
    pub running: bool,
    /// Whether `docker pause` has frozen its processes.
    #[serde(default)]
    pub paused: bool,
    /// When it was last started. If it never was, a date in the year 1.
    #[serde(default, deserialize_with = "or_default")]
    pub started_at: String,
}

impl State {
    /// Whether the container was ever started.
    #[must_use]
    pub fn has_run(&self) -> bool {
        !self.started_at.is_empty() && !self.started_at.starts_with("0001-")
    }
}

/// The configuration of a container, or of an image for its containers.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Config {
    /// The name of the image. Only in a container's configuration.
    #[serde(deserialize_with = "or_default")]
    pub image: Option<String>,
    /// The labels, including those of the image.
    #[serde(deserialize_with = "texts")]
    pub labels: BTreeMap<String, String>,
    /// The entrypoint.
    #[serde(deserialize_with = "or_default")]
    pub entrypoint: Vec<String>,
    /// The command: arguments of the entrypoint.
    #[serde(deserialize_with = "or_default")]
    pub cmd: Vec<String>,
}

impl Config {
    /// Returns the value of a label.
    #[must_use]
    pub fn label(&self, key: &str) -> Option<&str> {
        self.labels.get(key).map(String::as_str)
    }
}

/// The configuration of a container on its host.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct HostConfig {
    /// The restart policy.
    #[serde(deserialize_with = "or_default")]
    pub restart_policy: RestartPolicy,
    /// The published ports: `PORT/PROTOCOL` of the container, and its addresses on the host.
    #[serde(deserialize_with = "or_default")]
    pub port_bindings: BTreeMap<String, Option<Vec<HostPort>>>,
}

/// The restart policy of a container.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RestartPolicy {
    /// The name, such as `unless-stopped`.
    #[serde(deserialize_with = "or_default")]
    pub name: String,
}

impl RestartPolicy {
    /// Whether the container starts with the engine. The name of the policy differs between docker
    /// and podman (`Client::translate`).
    #[must_use]
    pub fn starts_with_engine(&self) -> bool {
        [RESTART_POLICY, "always"].contains(&self.name.as_str())
    }
}

/// The address on the host at which a port is published.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct HostPort {
    /// The address.
    #[serde(deserialize_with = "or_default")]
    pub host_ip: String,
    /// The port, as a decimal number.
    #[serde(deserialize_with = "or_default")]
    pub host_port: String,
}

/// A volume of a container, or a folder of the host mounted into it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct MountPoint {
    /// `volume` or `bind`.
    #[serde(rename = "Type", deserialize_with = "or_default")]
    pub kind: String,
    /// The path on the host.
    #[serde(deserialize_with = "or_default")]
    pub source: Option<String>,
    /// The path in the container.
    #[serde(deserialize_with = "or_default")]
    pub destination: Option<String>,
    /// Whether the container may write to it.
    #[serde(rename = "RW", deserialize_with = "or_default")]
    pub writable: Option<bool>,
}

/// The networks of a container.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct NetworkSettings {
    /// The container's attachment to each network, by name.
    #[serde(deserialize_with = "or_default")]
    pub networks: BTreeMap<String, Attachment>,
}

/// The attachment of a container to a network.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Attachment {
    /// The address. Empty while the container is not running.
    #[serde(rename = "IPAddress", deserialize_with = "or_default")]
    pub address: String,
    /// The fixed address that was requested for the container.
    #[serde(rename = "IPAMConfig", deserialize_with = "or_default")]
    pub fixed: FixedAddress,
    /// The network's id. Empty until the container is started on the network.
    #[serde(rename = "NetworkID", deserialize_with = "or_default")]
    pub network: String,
}

/// The fixed address of a container on a network.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct FixedAddress {
    /// The IPv4 address, whether the container is running or not.
    #[serde(rename = "IPv4Address", deserialize_with = "or_default")]
    pub address: String,
}

/// An image in the output of `image inspect`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Image {
    /// The id, with the name of the hash.
    #[serde(deserialize_with = "or_default")]
    pub id: String,
    /// The image's names.
    #[serde(deserialize_with = "or_default")]
    pub repo_tags: Vec<String>,
    /// The operating system that it is for.
    #[serde(deserialize_with = "or_default")]
    pub os: String,
    /// The architecture that it is for, in Go's terms.
    #[serde(deserialize_with = "or_default")]
    pub architecture: String,
    /// The size in bytes, including shared layers.
    #[serde(deserialize_with = "or_default")]
    pub size: u64,
    /// The configuration of its containers.
    #[serde(deserialize_with = "or_default")]
    pub config: Config,
    /// The layers.
    #[serde(rename = "RootFS", deserialize_with = "or_default")]
    pub root_fs: RootFs,
}

/// The layers of an image.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct RootFs {
    /// The digests of the unpacked layers, the lowest first.
    #[serde(deserialize_with = "or_default")]
    pub layers: Vec<String>,
}

/// A network in the output of `network inspect`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Network {
    /// Its id.
    #[serde(rename = "Id", alias = "id", deserialize_with = "or_default")]
    pub id: String,
    /// Its name.
    #[serde(rename = "Name", alias = "name", deserialize_with = "or_default")]
    pub name: String,
    /// The labels, under the key that docker uses. Empty with podman.
    #[serde(rename = "Labels", deserialize_with = "texts")]
    pub labels: BTreeMap<String, String>,
    #[serde(rename = "IPAM", deserialize_with = "or_default")]
    ipam: Ipam,
    /// The subnets in podman's output.
    #[serde(deserialize_with = "or_default")]
    subnets: Vec<PodmanSubnet>,
}

impl Network {
    /// Returns the subnets, IPv4 and IPv6.
    pub fn subnets(&self) -> impl Iterator<Item = &str> {
        let docker = self.ipam.config.iter().map(|range| range.subnet.as_str());
        docker.chain(self.subnets.iter().map(|range| range.subnet.as_str()))
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Ipam {
    #[serde(deserialize_with = "or_default")]
    config: Vec<IpamRange>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct IpamRange {
    #[serde(deserialize_with = "or_default")]
    subnet: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PodmanSubnet {
    #[serde(deserialize_with = "or_default")]
    subnet: String,
}

/// Parses the output of `inspect`, a JSON list. Elements that are not a `T` are left out.
///
/// # Errors
/// Fails if the output is not a list.
pub fn list<T: DeserializeOwned>(json: &str) -> serde_json::Result<Vec<T>> {
    let all: Vec<Value> = serde_json::from_str(json)?;
    Ok(all.into_iter().filter_map(|one| serde_json::from_value(one).ok()).collect())
}

/// Deserializes a value, or the default if that fails. Engines print null for empty values, and
/// the types of some values differ between versions of podman.
pub fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned + Default,
{
    let value = Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).unwrap_or_default())
}

/// Deserializes the string values of an object. Values of other types are skipped.
fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error> {
    let all: BTreeMap<String, Value> = or_default(deserializer)?;
    let text = |(key, value)| match value {
        Value::String(text) => Some((key, text)),
        _ => None,
    };
    Ok(all.into_iter().filter_map(text).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_null_or_of_another_kind_is_missing() {
        let json = r#"[{
            "Id": "0", "Name": "/x", "State": {"Running": true}, "Mounts": null,
            "Config": {"Labels": {"a": "b", "c": 1}, "Entrypoint": "/bin/sh", "Cmd": ["x"]},
            "HostConfig": {"PortBindings": {"80/tcp": null}},
            "NetworkSettings": {"Networks": {"n": {"IPAddress": "", "IPAMConfig": null}}}
        }, {"Id": "1", "Name": "/y"}, {}, null, 1]"#;
        let containers: Vec<Container> = list(json).unwrap();
        let [container] = containers.as_slice() else { panic!("{containers:?}") };
        let config = &container.config;
        assert_eq!((config.label("a"), config.label("c")), (Some("b"), None));
        assert_eq!((config.entrypoint.len(), config.cmd.len()), (0, 1));
        assert_eq!(container.network_settings.networks["n"].fixed.address, "");
        assert!(list::<Container>("{}").is_err() && list::<Image>("WARNING").is_err());
    }
}
