//! The labels of node images (docs/image.md), which users' own images must have as well. Parses
//! the output of `docker image inspect`; runs nothing.

use thiserror::Error;

use crate::cluster::addons::Addons;
use crate::cluster::kubernetes::KubernetesVersion;
use crate::cluster::labels::{image as label, snapshot};
use crate::cluster::runtime::Runtime;
use crate::docker::inspect::{self, Image};

/// The newest version of the labels that this mokctl reads. Version 2 is for images whose runtime
/// is not containerd.
pub const SCHEMA_VERSION: u32 = 2;

/// Why an image is not a usable node image.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ContractError {
    /// The output of `inspect` cannot be parsed.
    #[error("cannot read the inspection of image {image}")]
    Unreadable {
        /// The image's name.
        image: String,
    },
    /// A label is missing.
    #[error("image {image} is not a node image: it has no label {label}")]
    Missing {
        /// The image's name.
        image: String,
        /// The label's name.
        label: &'static str,
    },
    /// The image belongs to a snapshot.
    #[error("image {image} is not a node image: it belongs to a snapshot")]
    Snapshot {
        /// The image's name.
        image: String,
    },
    /// The Kubernetes version of the image is not supported any more.
    #[error("image {image} has Kubernetes {version}: {oldest} or later is needed", oldest = KubernetesVersion::OLDEST)]
    TooOld {
        /// The image's name.
        image: String,
        /// The version in it.
        version: KubernetesVersion,
    },
    /// The value of a label is unknown.
    #[error("image {image} has label {label}={value}, which this mokctl does not know")]
    Unknown {
        /// The image's name.
        image: String,
        /// The label's name.
        label: &'static str,
        /// Its value.
        value: String,
    },
}

/// A node image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeImage {
    /// The name, as it was given to the engine.
    pub name: String,
    /// The Kubernetes version in it.
    pub version: KubernetesVersion,
    /// The container runtime.
    pub runtime: Runtime,
    /// The socket of the container runtime.
    pub cri_socket: String,
    /// The kubeadm phases to skip: those that the image cannot or need not run.
    pub skip_phases: Vec<String>,
    /// `cgroupfs` or `systemd`.
    pub cgroup_driver: String,
    /// The add-ons that the image can install.
    pub addons: Addons,
    /// Whether the image's scripts support IPv6.
    pub ipv6: bool,
    /// The architecture in Go's terms, if the engine tells it.
    pub architecture: Option<String>,
}

impl NodeImage {
    /// Parses the output of `docker image inspect` for `image`.
    pub fn from_inspect(image: &str, json: &str) -> Result<Self, ContractError> {
        let found = found(image, json)?;
        // A snapshot's images inherit the labels of their node image.
        if found.config.label(snapshot::NAME).is_some() {
            return Err(ContractError::Snapshot { image: image.to_owned() });
        }
        Self::read(image, &found)
    }

    /// Parses the output of `docker image inspect` for `image`, an image of a snapshot, which has
    /// the labels of its node image.
    pub fn from_saved(image: &str, json: &str) -> Result<Self, ContractError> {
        Self::read(image, &found(image, json)?)
    }

    fn read(
        image: &str,
        Image { config, architecture, .. }: &Image,
    ) -> Result<Self, ContractError> {
        let unreadable = || ContractError::Unreadable { image: image.to_owned() };
        let find = |name: &'static str| {
            let missing = || ContractError::Missing { image: image.to_owned(), label: name };
            config.label(name).ok_or_else(missing)
        };
        let check = |name, known: &dyn Fn(&str) -> bool| {
            let value = find(name)?;
            let unknown = || ContractError::Unknown {
                image: image.to_owned(),
                label: name,
                value: value.to_owned(),
            };
            if known(value) { Ok(value) } else { Err(unknown()) }
        };

        let schema = |value: &str| value.parse().is_ok_and(|n: u32| n <= SCHEMA_VERSION);
        check(label::SCHEMA, &schema)?;
        check(label::CNI, &|value| value == "static")?;
        let version = check(label::KUBERNETES, &|value| KubernetesVersion::parse(value).is_some())?;
        let version = KubernetesVersion::parse(version).ok_or_else(unreadable)?;
        if !version.is_supported() {
            return Err(ContractError::TooOld { image: image.to_owned(), version });
        }
        let runtime = find(label::RUNTIME).ok();
        let runtime = Runtime::parse(runtime).ok_or_else(|| ContractError::Unknown {
            image: image.to_owned(),
            label: label::RUNTIME,
            value: runtime.unwrap_or_default().to_owned(),
        })?;
        let addons = match find(label::ADDONS) {
            Ok(word) => Addons::parse(word).map_err(|_| ContractError::Unknown {
                image: image.to_owned(),
                label: label::ADDONS,
                value: word.to_owned(),
            })?,
            Err(_) => Addons::default(),
        };
        let ipv6 = match find(label::IP_FAMILIES) {
            Ok("ipv4,ipv6") => true,
            Ok("ipv4") | Err(_) => false,
            Ok(other) => {
                return Err(ContractError::Unknown {
                    image: image.to_owned(),
                    label: label::IP_FAMILIES,
                    value: other.to_owned(),
                });
            }
        };
        let plain = |value: &str| {
            value.starts_with('/')
                && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"/._-".contains(&b))
        };
        let cri_socket = check(label::CRI_SOCKET, &plain)?.to_owned();
        let drivers = |value: &str| ["cgroupfs", "systemd"].contains(&value);
        let cgroup_driver = check(label::CGROUP_DRIVER, &drivers)?.to_owned();
        let phase = |b: u8| b.is_ascii_alphanumeric() || b"/-".contains(&b);
        let phases = |value: &str| value.split(',').all(|word| word.trim().bytes().all(phase));
        let phases = check(label::SKIP_PHASES, &phases)?.split(',').map(str::trim);
        let skip_phases = phases.filter(|phase| !phase.is_empty()).map(String::from).collect();
        Ok(Self {
            name: image.to_owned(),
            version,
            runtime,
            cri_socket,
            skip_phases,
            cgroup_driver,
            addons,
            ipv6,
            architecture: Some(architecture.clone()).filter(|name| !name.is_empty()),
        })
    }

    /// Returns the phases to skip in `kubeadm init`, comma-separated.
    #[must_use]
    pub fn skip_init_phases(&self) -> String {
        self.skip_phases.join(",")
    }

    /// Returns the phases to skip in `kubeadm join`, which has no add-ons.
    #[must_use]
    pub fn skip_join_phases(&self) -> String {
        let join = |phase: &&String| !phase.starts_with("addon");
        self.skip_phases.iter().filter(join).cloned().collect::<Vec<_>>().join(",")
    }
}

fn found(image: &str, json: &str) -> Result<Image, ContractError> {
    let images: Option<Vec<Image>> = inspect::list(json).ok();
    let first = images.and_then(|images| images.into_iter().next());
    first.ok_or_else(|| ContractError::Unreadable { image: image.to_owned() })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn inspection(labels: &[(&str, &str)]) -> String {
        let labels: BTreeMap<_, _> = labels.iter().copied().collect();
        serde_json::json!([{ "Config": { "Labels": labels } }]).to_string()
    }

    const GOOD: [(&str, &str); 6] = [
        (label::SCHEMA, "1"),
        (label::KUBERNETES, "v1.37.2"),
        (label::CRI_SOCKET, "/run/containerd/containerd.sock"),
        (label::SKIP_PHASES, "preflight,addon/kube-proxy"),
        (label::CGROUP_DRIVER, "cgroupfs"),
        (label::CNI, "static"),
    ];

    #[test]
    fn an_image_with_all_labels_is_a_node_image() {
        let image = NodeImage::from_inspect("x", &inspection(&GOOD)).unwrap();
        assert_eq!(image.version.to_string(), "v1.37.2");
        assert_eq!(image.skip_init_phases(), "preflight,addon/kube-proxy");
        assert_eq!(image.skip_join_phases(), "preflight");
    }

    #[test]
    fn an_older_kubernetes_is_refused_by_its_version() {
        let labels = GOOD
            .map(|(name, value)| (name, if name == label::KUBERNETES { "v1.33.9" } else { value }));
        let error = NodeImage::from_inspect("x", &inspection(&labels)).unwrap_err();
        let text = "image x has Kubernetes v1.33.9: v1.34.0 or later is needed";
        assert_eq!(error.to_string(), text);
    }

    #[test]
    fn each_missing_label_is_named() {
        for (name, _) in GOOD {
            let others: Vec<_> = GOOD.into_iter().filter(|(key, _)| *key != name).collect();
            let error = NodeImage::from_inspect("x", &inspection(&others));
            assert_eq!(error, Err(ContractError::Missing { image: "x".into(), label: name }));
        }
    }

    #[test]
    fn another_runtime_is_said_by_a_label() {
        let more = |value| GOOD.into_iter().chain([(label::RUNTIME, value)]).collect::<Vec<_>>();
        let runtime =
            |labels: &[_]| NodeImage::from_inspect("x", &inspection(labels)).unwrap().runtime;
        assert_eq!(runtime(&GOOD), Runtime::Containerd);
        assert_eq!(runtime(&more("cri-o")), Runtime::Crio);
    }

    #[test]
    fn a_snapshot_is_no_node_image() {
        let labels: Vec<_> = GOOD.into_iter().chain([(snapshot::NAME, "s")]).collect();
        let error = NodeImage::from_inspect("x", &inspection(&labels));
        assert_eq!(error, Err(ContractError::Snapshot { image: "x".into() }));
        let image = NodeImage::from_saved("x", &inspection(&labels)).unwrap();
        assert_eq!(image.version.to_string(), "v1.37.2");
    }

    #[test]
    fn values_of_a_later_contract_are_refused() {
        for (name, value) in [
            (label::SCHEMA, "3"),
            (label::SCHEMA, "one"),
            (label::KUBERNETES, "latest"),
            (label::CRI_SOCKET, "/run/x;reboot"),
            (label::CGROUP_DRIVER, "none"),
            (label::CNI, "magic"),
            (label::RUNTIME, "rkt"),
            (label::SKIP_PHASES, "preflight;reboot"),
        ] {
            let others = GOOD.into_iter().filter(|(key, _)| *key != name);
            let labels: Vec<_> = others.chain([(name, value)]).collect();
            let error = NodeImage::from_inspect("x", &inspection(&labels));
            assert!(matches!(error, Err(ContractError::Unknown { .. })), "{name}={value}");
        }
    }

    #[test]
    fn garbage_is_no_inspection() {
        for text in ["", "[]", "null", "[{}]", "{"] {
            assert!(NodeImage::from_inspect("x", text).is_err(), "{text}");
        }
    }
}
