//! Turns words into the specification of the cluster that `create cluster` will make.

use std::fmt::Display;
use std::net::Ipv4Addr;
use std::num::{NonZeroU8, NonZeroU16};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;

use super::number::number;
use crate::cli::error::UsageError;
use crate::cli::flags::Flag;
use crate::cli::words::Words;
use crate::cluster::addons::Addons;
use crate::cluster::cni::Cni;
use crate::cluster::family::IpFamily;
use crate::cluster::host::Place;
use crate::cluster::image_ref::ImageRef;
use crate::cluster::image_source::{ImageRepository, ImageSource, RepositoryError};
use crate::cluster::limits::Limits;
use crate::cluster::manual::Manual;
use crate::cluster::marks::{MarkError, Marks};
use crate::cluster::mirror::Mirror;
use crate::cluster::mount::Mount;
use crate::cluster::name::ClusterName;
use crate::cluster::name::SnapshotName;
use crate::cluster::node_image::WorkerImage;
use crate::cluster::port::PortMapping;
use crate::cluster::ranges::{Ranges, RangesError};
use crate::cluster::registry::Registry;
use crate::cluster::settings::SettingsSpec;
use crate::cluster::settings::switches::{SwitchError, Switches};
use crate::cluster::spec::{CloneSpec, ClusterOptions, ClusterSpec, MAX_MASTERS, MAX_WORKERS};
use crate::cluster::subnet::{OVERLAY_PREFIX, Subnet};
use crate::cluster::version_prefix::VersionPrefix;
use crate::cluster::wait::{Until, Wait};

pub(super) fn cluster_spec(words: &Words) -> Result<ClusterSpec, UsageError> {
    let mut spec = ClusterSpec {
        name: name(words)?,
        masters: masters(words)?.unwrap_or(NonZeroU8::MIN),
        workers: workers(words)?.unwrap_or(0),
        load_balancer: words.has(Flag::WithLb),
        options: options(words)?,
        places: Place::parse_all(words.values(Flag::Place))?,
        image: words.value(Flag::Image).map(ImageRef::parse).transpose()?,
        image_source: image_source(words)?,
        version: words.value(Flag::K8sver).map(VersionPrefix::parse).transpose()?,
        manual: Manual::Nothing,
        addons: words.value(Flag::Addons).map(Addons::parse).transpose()?,
        ranges: ranges(words)?,
        settings: settings(words)?,
        marks: marks(words)?,
        worker_images: WorkerImage::parse_all(words.values(Flag::NodeImage))?,
        cni: words.value(Flag::Cni).map_or(Ok(Cni::default()), Cni::parse)?,
    };
    spec.options.subnet.map_or(Ok(()), |subnet| spec.ranges.refuse_overlap(subnet))?;
    if spec.options.wait.until == Until::Pods && spec.cni == Cni::None {
        return Err(UsageError::PodsWithoutNetwork);
    }
    let mirrors = spec.settings.mirrors.iter().map(Mirror::at);
    let mut registries = spec.options.registry.iter().chain(mirrors);
    if spec.settings.registry_ca.is_some() && !registries.any(Registry::has_tls) {
        return Err(UsageError::NoTls);
    }
    if spec.settings.registry_auth && spec.options.registry.is_none() {
        return Err(UsageError::NoRegistry);
    }
    spec.manual = manual(words, spec.has_load_balancer());
    Ok(spec)
}

/// Returns the cluster that `create cluster --from` will make from `snapshot`.
pub(super) fn clone_spec(words: &Words, snapshot: &str) -> Result<CloneSpec, UsageError> {
    Ok(CloneSpec {
        name: name(words)?,
        snapshot: SnapshotName::parse(snapshot)?,
        masters: masters(words)?,
        workers: workers(words)?,
        options: options(words)?,
    })
}

fn name(words: &Words) -> Result<ClusterName, UsageError> {
    Ok(ClusterName::parse(words.option(0).unwrap_or_default())?)
}

fn masters(words: &Words) -> Result<Option<NonZeroU8>, UsageError> {
    count(words, (1, "NUM_MASTERS"), Flag::Masters, NonZeroU8::MIN..=MAX_MASTERS)
}

fn workers(words: &Words) -> Result<Option<u8>, UsageError> {
    count(words, (2, "NUM_WORKERS"), Flag::Workers, 0..=MAX_WORKERS)
}

fn options(words: &Words) -> Result<ClusterOptions, UsageError> {
    Ok(ClusterOptions {
        subnet: words.value(Flag::Subnet).map(|word| subnet(word, words)).transpose()?,
        api_port: words
            .value(Flag::ApiPort)
            .map(|word| number("PORT", word, NonZeroU16::MIN..=NonZeroU16::MAX))
            .transpose()?,
        api_address: words.value(Flag::ApiAddress).map(address).transpose()?,
        publish: PortMapping::parse_all(words.values(Flag::Publish))?,
        mounts: Mount::parse_all(words.values(Flag::Mount))?,
        registry: words.value(Flag::Registry).map(Registry::parse).transpose()?,
        limits: Limits::parse(words.value(Flag::NodeCpus), words.value(Flag::NodeMemory))?,
        if_not_exists: words.has(Flag::IfNotExists),
        wait: Wait::parse(words.value(Flag::Wait), words.value(Flag::Timeout))?,
    })
}

/// Returns the labels and taints of the nodes that the command creates.
pub(super) fn marks(words: &Words) -> Result<Marks, MarkError> {
    Marks::parse(words.values(Flag::Label), words.values(Flag::Taint))
}

/// Returns where the node image comes from if the engine lacks it: a file or a repository.
/// `EXCLUSIVE` refuses both at once.
pub(super) fn image_source(words: &Words) -> Result<Option<ImageSource>, RepositoryError> {
    if let Some(file) = words.value(Flag::ImageFile) {
        return Ok(Some(ImageSource::File(PathBuf::from(file))));
    }
    Ok(repository(words)?.map(ImageSource::Repository))
}

/// Returns the repository that node images are pulled from, if one was given.
pub(super) fn repository(words: &Words) -> Result<Option<ImageRepository>, RepositoryError> {
    words.value(Flag::ImageRepository).map(ImageRepository::parse).transpose()
}

fn settings(words: &Words) -> Result<SettingsSpec, UsageError> {
    let switches = |flag, read: fn(&[&str]) -> Result<Switches, SwitchError>| {
        let words: Vec<&str> = words.values(flag).collect();
        if words.is_empty() { Ok(Switches::default()) } else { read(&words) }
    };
    Ok(SettingsSpec {
        feature_gates: switches(Flag::FeatureGates, Switches::gates)?,
        runtime_config: switches(Flag::RuntimeConfig, Switches::apis)?,
        patches: words.value(Flag::Patches).map(PathBuf::from),
        kubeadm_config: words.value(Flag::KubeadmConfig).map(PathBuf::from),
        audit_policy: words.value(Flag::AuditPolicy).map(PathBuf::from),
        registry_auth: words.has(Flag::RegistryAuth),
        registry_ca: words.value(Flag::RegistryCa).map(PathBuf::from),
        ca: words.value(Flag::Ca).map(PathBuf::from),
        containerd_config: words.value(Flag::ContainerdConfig).map(PathBuf::from),
        host_ca: words.has(Flag::HostCa),
        mirrors: words.values(Flag::RegistryMirror).map(Mirror::parse).collect::<Result<_, _>>()?,
    })
}

/// Returns the pod and Service ranges that were asked for, with defaults for the rest.
fn ranges(words: &Words) -> Result<Ranges, RangesError> {
    let family = words.value(Flag::IpFamily).map(IpFamily::parse).transpose()?;
    let (pods, services) = (words.value(Flag::PodSubnet), words.value(Flag::ServiceSubnet));
    Ranges::parse(family.unwrap_or_default(), pods, services)
}

/// Parses `--subnet`. With `--hosts`, the network must have room for the hosts' own addresses
/// as well.
fn subnet(word: &str, words: &Words) -> Result<Subnet, UsageError> {
    let subnet = Subnet::parse(word)?;
    if words.has(Flag::Hosts) && subnet.prefix() > OVERLAY_PREFIX {
        return Err(UsageError::NarrowSubnet(word.to_owned()));
    }
    Ok(subnet)
}

/// Parses `--api-address`: an address that clients can connect to, so not 0.0.0.0.
fn address(word: &str) -> Result<Ipv4Addr, UsageError> {
    let address = word.parse().ok().filter(|address: &Ipv4Addr| !address.is_unspecified());
    address.ok_or_else(|| UsageError::Address(word.to_owned()))
}

/// Returns which part of the setup the flags leave to the user. Without a load balancer,
/// `--skiplbsetup` leaves nothing.
fn manual(words: &Words, has_load_balancer: bool) -> Manual {
    if words.has(Flag::SkipLbSetup) && has_load_balancer {
        Manual::Everything
    } else if words.has(Flag::SkipMasterSetup) {
        Manual::Masters
    } else if words.has(Flag::SkipWorkerSetup) {
        Manual::Workers
    } else {
        Manual::Nothing
    }
}

/// Returns the number that the `n`th option or `flag` gives. If both are given, they must agree.
fn count<N: FromStr + Display + PartialOrd>(
    words: &Words,
    (n, option): (usize, &'static str),
    flag: Flag,
    allowed: RangeInclusive<N>,
) -> Result<Option<N>, UsageError> {
    match (words.option(n), words.value(flag)) {
        (Some(word), Some(value)) if word != value => Err(UsageError::Disagree {
            option,
            word: word.to_owned(),
            flag,
            value: value.to_owned(),
        }),
        (Some(word), _) | (None, Some(word)) => number(option, word, allowed).map(Some),
        (None, None) => Ok(None),
    }
}
