//! What a cluster shall be: validated words only. Knows the limits; knows
//! nothing about how a cluster is made.

use std::fmt;
use std::net::Ipv4Addr;
use std::num::{NonZeroU8, NonZeroU16};

use thiserror::Error;

use super::addons::Addons;
use super::cni::Cni;
use super::host::Place;
use super::image_source::ImageSource;
use super::kubernetes::KubernetesVersion;
use super::limits::Limits;
use super::manual::Manual;
use super::marks::Marks;
use super::mount::Mount;
use super::name::SnapshotName;
use super::name::{ClusterName, NodeName};
use super::node_image::WorkerImage;
use super::port::{PortMapping, Protocol, Socket};
use super::ranges::Ranges;
use super::registry::Registry;
use super::roster::Roster;
use super::settings::SettingsSpec;
use super::subnet::Subnet;
use super::wait::Wait;

/// The most masters a cluster has: 9. More members only slow etcd down.
pub const MAX_MASTERS: NonZeroU8 = NonZeroU8::MIN.saturating_add(8);

/// The most workers a cluster has; their names then end in two digits at most.
pub const MAX_WORKERS: u8 = 99;

/// The cluster that `create cluster` shall make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterSpec {
    /// What the cluster is called.
    pub name: ClusterName,
    /// How many control plane nodes, [`MAX_MASTERS`] at most.
    pub masters: NonZeroU8,
    /// How many other nodes, [`MAX_WORKERS`] at most.
    pub workers: u8,
    /// Whether a balancer was asked for.
    pub load_balancer: bool,
    /// What is asked for beside that.
    pub options: ClusterOptions,
    /// Where nodes shall be, as far as it was said.
    pub places: Vec<Place>,
    /// The node image that was asked for; the newest one built otherwise.
    pub image: Option<ImageRef>,
    /// Where the node image comes from if the engine has none.
    pub image_source: Option<ImageSource>,
    /// The Kubernetes version that was asked for; the image's otherwise.
    pub version: Option<VersionPrefix>,
    /// What is left to the user.
    pub manual: Manual,
    /// The add-ons that were asked for; by default all that the place allows.
    pub addons: Option<Addons>,
    /// The addresses of pods and Services.
    pub ranges: Ranges,
    /// What Kubernetes itself is told.
    pub settings: SettingsSpec,
    /// What nodes are labelled and tainted with.
    pub marks: Marks,
    /// Who makes the pod network.
    pub cni: Cni,
    /// Workers of other images.
    pub worker_images: Vec<WorkerImage>,
}

impl ClusterSpec {
    /// Whether a balancer stands before the masters: with several it must.
    #[must_use]
    pub fn has_load_balancer(&self) -> bool {
        self.load_balancer || self.masters.get() > 1
    }

    /// Every container of the cluster.
    #[must_use]
    pub fn roster(&self) -> Roster {
        let name = &self.name;
        let balancer = self.has_load_balancer().then(|| NodeName::load_balancer(name));
        let numbers = |last: u8| (1..=last).filter_map(NonZeroU8::new);
        let masters = numbers(self.masters.get()).map(|n| NodeName::master(name, n));
        let workers = numbers(self.workers).map(|n| NodeName::worker(name, n));
        Roster::new(name.clone(), balancer.into_iter().chain(masters).chain(workers))
    }
}

/// The cluster that `create cluster --from` shall make. What is not asked for is as
/// it was saved, but for what only one cluster can have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloneSpec {
    /// What the cluster is called.
    pub name: ClusterName,
    /// What it is made from.
    pub snapshot: SnapshotName,
    /// How many control plane nodes the user expects in it.
    pub masters: Option<NonZeroU8>,
    /// How many other nodes the user expects in it.
    pub workers: Option<u8>,
    /// What is asked for beside that.
    pub options: ClusterOptions,
}

/// The options that every cluster takes that is created.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClusterOptions {
    /// The network; any free one otherwise.
    pub subnet: Option<Subnet>,
    /// The port of the API on the host; any free one otherwise.
    pub api_port: Option<NonZeroU16>,
    /// The address of the API on the host; where its client finds it otherwise.
    pub api_address: Option<Ipv4Addr>,
    /// The ports of the host that lead to a `NodePort` each.
    pub publish: Vec<PortMapping>,
    /// What every node sees of the engine's host.
    pub mounts: Vec<Mount>,
    /// The registry that the nodes pull from in clear text.
    pub registry: Option<Registry>,
    /// What each node may use of its machine.
    pub limits: Limits,
    /// Whether a cluster of that name and shape will do that is there already.
    pub if_not_exists: bool,
    /// What it is waited for.
    pub wait: Wait,
}

impl ClusterOptions {
    /// The addresses and ports of the host that are asked for, where the API is on
    /// loopback unless it is asked for elsewhere. Port 0 stands for any.
    #[must_use]
    pub fn ports(&self) -> Vec<Socket> {
        let host = self.api_address.unwrap_or(Ipv4Addr::LOCALHOST);
        let api = Socket {
            address: host.into(),
            port: self.api_port.map_or(0, NonZeroU16::get),
            protocol: Protocol::Tcp,
        };
        let publish = self.publish.iter().map(|spec| Socket {
            address: spec.address.unwrap_or(host).into(),
            port: spec.port.get(),
            protocol: spec.protocol,
        });
        std::iter::once(api).chain(publish).collect()
    }
}

/// Why a word is not an image or a version.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SpecError {
    /// Not an image reference.
    #[error(
        "invalid IMAGE, '{0}': letters, digits and '. _ - / : @' are allowed, \
         a letter or digit first"
    )]
    Image(String),
    /// A path.
    #[error(
        "invalid IMAGE, '{0}': that is a file; 'docker load --input={0}' puts its images into the \
         engine, where they have names"
    )]
    ImageFile(String),
    /// Not a Kubernetes version.
    #[error("invalid VERSION, '{0}': MAJOR.MINOR or MAJOR.MINOR.PATCH is allowed, like 1.36.3")]
    Version(String),
}

/// A word that docker takes for an image, never for its own option.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ImageRef(String);

impl ImageRef {
    /// Checks the characters alone: what a reference means is docker's to say.
    pub fn parse(word: &str) -> Result<Self, SpecError> {
        let inner = |b: u8| b.is_ascii_alphanumeric() || b"._-/:@".contains(&b);
        if word.starts_with(|c: char| c.is_ascii_alphanumeric()) && word.bytes().all(inner) {
            Ok(Self(word.to_owned()))
        } else if ["/", "./", "../"].iter().any(|start| word.starts_with(start)) {
            Err(SpecError::ImageFile(word.to_owned()))
        } else {
            Err(SpecError::Image(word.to_owned()))
        }
    }

    /// The reference as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ImageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A Kubernetes version that is asked for, without the `v`: `1.33.1`, or `1.33`
/// for any of its patches.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct VersionPrefix(String);

impl VersionPrefix {
    /// Checks that `word` is two or three decimal numbers with dots between; a `v` before
    /// them may be there.
    pub fn parse(word: &str) -> Result<Self, SpecError> {
        let number = |part: &str| part.parse().is_ok_and(|n: u16| n.to_string() == part);
        let numbers = word.strip_prefix('v').unwrap_or(word);
        if (2..=3).contains(&numbers.split('.').count()) && numbers.split('.').all(number) {
            Ok(Self(numbers.to_owned()))
        } else {
            Err(SpecError::Version(word.to_owned()))
        }
    }

    /// The version that is meant, where it is one alone.
    #[must_use]
    pub fn exact(&self) -> Option<KubernetesVersion> {
        KubernetesVersion::parse(&self.0)
    }

    /// Major and minor of every version that is meant.
    #[must_use]
    pub fn branch(&self) -> (u16, u16) {
        let mut numbers = self.0.split('.').filter_map(|number| number.parse().ok());
        (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default())
    }

    /// Whether `version` is meant.
    #[must_use]
    pub fn matches(&self, version: KubernetesVersion) -> bool {
        let version = version.to_string();
        let rest = version.strip_prefix('v').and_then(|word| word.strip_prefix(&self.0));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }

    /// The version as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<KubernetesVersion> for VersionPrefix {
    fn from(version: KubernetesVersion) -> Self {
        Self(version.to_string().trim_start_matches('v').to_owned())
    }
}

impl fmt::Display for VersionPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_branch_means_all_its_patches() {
        let version = KubernetesVersion::parse("v1.30.2").unwrap();
        let matches = |word| VersionPrefix::parse(word).unwrap().matches(version);
        assert!(matches("1.30.2") && matches("1.30"));
        assert!(!matches("1.3") && !matches("1.30.20") && !matches("1.31"));
    }

    #[test]
    fn the_most_masters_are_nine() {
        assert_eq!(MAX_MASTERS.get(), 9);
    }

    #[test]
    fn an_image_is_never_an_option_of_docker() {
        for good in ["a", "mok-debian-12:1.33.1", "quay.io/x/y@sha256:00ff", "localhost:5000/A_b"] {
            assert_eq!(ImageRef::parse(good).unwrap().to_string(), good);
        }
        for file in ["/a", "./a.tar", "../a"] {
            assert_eq!(ImageRef::parse(file), Err(SpecError::ImageFile(file.to_owned())));
        }
        for bad in ["", "-v", "--privileged", ".a", "a b", "a;b", "ä", "a\n"] {
            assert_eq!(ImageRef::parse(bad), Err(SpecError::Image(bad.to_owned())));
        }
    }

    #[test]
    fn a_version_is_two_or_three_numbers() {
        for good in ["1.33", "1.33.1", "1.0.10"] {
            assert_eq!(VersionPrefix::parse(good).unwrap().as_str(), good);
        }
        for bad in
            ["", "1", "v1", "vv1.33", "1.33.", "1..1", "1.033", "1.33.1.1", "1.33-rc1", "+1.33"]
        {
            assert_eq!(VersionPrefix::parse(bad), Err(SpecError::Version(bad.to_owned())));
        }
    }
}
