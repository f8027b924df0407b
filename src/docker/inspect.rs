//! What the engine prints of containers, images and networks, as far as it is read
//! here: docker's answers, and podman's where they differ.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::cluster::labels::RESTART_POLICY;

/// A container, as `container inspect` prints it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Container {
    /// 64 hexadecimal digits.
    pub id: String,
    /// With a slash before it; podman's without.
    pub name: String,
    /// When it was made.
    #[serde(default, deserialize_with = "or_default")]
    pub created: String,
    /// The id of its image.
    #[serde(default, deserialize_with = "or_default")]
    pub image: Option<String>,
    /// Whether it runs.
    pub state: State,
    /// What it was told when it was made.
    #[serde(default, deserialize_with = "or_default")]
    pub config: Config,
    /// What it has of the host.
    #[serde(default, deserialize_with = "or_default")]
    pub host_config: HostConfig,
    /// Its volumes and what it sees of the host's files.
    #[serde(default, deserialize_with = "or_default")]
    pub mounts: Vec<MountPoint>,
    /// Where it is reached.
    #[serde(default, deserialize_with = "or_default")]
    pub network_settings: NetworkSettings,
}

/// Of a container.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct State {
    /// Whether it has processes, which may be frozen.
    pub running: bool,
    /// Whether they are frozen, by `docker pause`.
    #[serde(default)]
    pub paused: bool,
    /// When it was last started; the year 1 where it never was.
    #[serde(default, deserialize_with = "or_default")]
    pub started_at: String,
}

impl State {
    /// Whether it was ever started.
    #[must_use]
    pub fn has_run(&self) -> bool {
        !self.started_at.is_empty() && !self.started_at.starts_with("0001-")
    }
}

/// What a container, or an image for its containers, is made with.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Config {
    /// The name of the image; only of a container.
    #[serde(deserialize_with = "or_default")]
    pub image: Option<String>,
    /// The labels, those of the image among them.
    #[serde(deserialize_with = "texts")]
    pub labels: BTreeMap<String, String>,
    /// What runs first.
    #[serde(deserialize_with = "or_default")]
    pub entrypoint: Vec<String>,
    /// Its arguments.
    #[serde(deserialize_with = "or_default")]
    pub cmd: Vec<String>,
}

impl Config {
    /// The value of a label.
    #[must_use]
    pub fn label(&self, key: &str) -> Option<&str> {
        self.labels.get(key).map(String::as_str)
    }
}

/// What a container has of the host.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct HostConfig {
    /// When the engine starts it again.
    #[serde(deserialize_with = "or_default")]
    pub restart_policy: RestartPolicy,
    /// What is published: `PORT/PROTOCOL` of the container, and where.
    #[serde(deserialize_with = "or_default")]
    pub port_bindings: BTreeMap<String, Option<Vec<HostPort>>>,
}

/// When the engine starts a container again.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RestartPolicy {
    /// Such as `unless-stopped`.
    #[serde(deserialize_with = "or_default")]
    pub name: String,
}

impl RestartPolicy {
    /// Whether the container comes back with its engine: of docker's, or of podman's, which
    /// has another name for it (`Client::translate`).
    #[must_use]
    pub fn comes_back(&self) -> bool {
        [RESTART_POLICY, "always"].contains(&self.name.as_str())
    }
}

/// Where a port is published.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct HostPort {
    /// The address.
    #[serde(deserialize_with = "or_default")]
    pub host_ip: String,
    /// The port, in decimal.
    #[serde(deserialize_with = "or_default")]
    pub host_port: String,
}

/// A volume of a container, or a folder of the host that it sees.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct MountPoint {
    /// `volume` or `bind`.
    #[serde(rename = "Type", deserialize_with = "or_default")]
    pub kind: String,
    /// Where it is on the host.
    #[serde(deserialize_with = "or_default")]
    pub source: Option<String>,
    /// Where it is in the container.
    #[serde(deserialize_with = "or_default")]
    pub destination: Option<String>,
    /// Whether the container may write to it.
    #[serde(rename = "RW", deserialize_with = "or_default")]
    pub writable: Option<bool>,
}

/// Where a container is reached.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct NetworkSettings {
    /// By the network's name.
    #[serde(deserialize_with = "or_default")]
    pub networks: BTreeMap<String, Attachment>,
}

/// A container's part in a network.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Attachment {
    /// Its address; empty while it does not run.
    #[serde(rename = "IPAddress", deserialize_with = "or_default")]
    pub address: String,
    /// What it was promised when it was made.
    #[serde(rename = "IPAMConfig", deserialize_with = "or_default")]
    pub promised: Promised,
    /// The network's id; empty before the container's next start on it.
    #[serde(rename = "NetworkID", deserialize_with = "or_default")]
    pub network: String,
}

/// What a container was promised of a network.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Promised {
    /// Its address, running or not.
    #[serde(rename = "IPv4Address", deserialize_with = "or_default")]
    pub address: String,
}

/// An image, as `image inspect` prints it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Image {
    /// Its id, with the name of the hash.
    #[serde(deserialize_with = "or_default")]
    pub id: String,
    /// Its names.
    #[serde(deserialize_with = "or_default")]
    pub repo_tags: Vec<String>,
    /// The operating system that it is for.
    #[serde(deserialize_with = "or_default")]
    pub os: String,
    /// The processors that it is for, as Go names them.
    #[serde(deserialize_with = "or_default")]
    pub architecture: String,
    /// Its bytes, with what it shares.
    #[serde(deserialize_with = "or_default")]
    pub size: u64,
    /// What its containers are made with.
    #[serde(deserialize_with = "or_default")]
    pub config: Config,
    /// What it consists of.
    #[serde(rename = "RootFS", deserialize_with = "or_default")]
    pub root_fs: RootFs,
}

/// An image's layers.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct RootFs {
    /// Digests of what they are unpacked, from the lowest on.
    #[serde(deserialize_with = "or_default")]
    pub layers: Vec<String>,
}

/// A network, as `network inspect` prints it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Network {
    /// Its id.
    #[serde(rename = "Id", alias = "id", deserialize_with = "or_default")]
    pub id: String,
    /// Its name.
    #[serde(rename = "Name", alias = "name", deserialize_with = "or_default")]
    pub name: String,
    /// Its labels; only docker's.
    #[serde(rename = "Labels", deserialize_with = "texts")]
    pub labels: BTreeMap<String, String>,
    #[serde(rename = "IPAM", deserialize_with = "or_default")]
    ipam: Ipam,
    /// As podman has them.
    #[serde(deserialize_with = "or_default")]
    subnets: Vec<PodmanSubnet>,
}

impl Network {
    /// Its subnets, IPv4 and IPv6.
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

/// Reads what an `inspect` prints, a list; what is in it and is no `T` is left out.
///
/// # Errors
/// Where it is no list.
pub fn list<T: DeserializeOwned>(json: &str) -> serde_json::Result<Vec<T>> {
    let all: Vec<Value> = serde_json::from_str(json)?;
    Ok(all.into_iter().filter_map(|one| serde_json::from_value(one).ok()).collect())
}

/// Engines print null for what is empty, and podman's versions have different kinds of
/// value in one place: what is not understood is taken for missing.
pub fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned + Default,
{
    let value = Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).unwrap_or_default())
}

/// The string values of an object; values of other types are skipped.
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
        assert_eq!(container.network_settings.networks["n"].promised.address, "");
        assert!(list::<Container>("{}").is_err() && list::<Image>("WARNING").is_err());
    }
}
