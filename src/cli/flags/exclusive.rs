//! The pairs of flags that exclude each other, and why.

use super::Flag;

/// Pairs of flags of which a command takes at most one.
pub const EXCLUSIVE: &[(Flag, Flag)] = &[
    (Flag::Tailf, Flag::Quiet),
    // The snapshot determines these.
    (Flag::From, Flag::WithLb),
    (Flag::From, Flag::Image),
    (Flag::From, Flag::ImageRepository),
    (Flag::From, Flag::ImageFile),
    (Flag::From, Flag::K8sver),
    (Flag::From, Flag::Addons),
    (Flag::From, Flag::FeatureGates),
    (Flag::From, Flag::RuntimeConfig),
    (Flag::From, Flag::Patches),
    (Flag::From, Flag::KubeadmConfig),
    (Flag::From, Flag::AuditPolicy),
    (Flag::From, Flag::RegistryMirror),
    (Flag::From, Flag::RegistryCa),
    (Flag::From, Flag::RegistryAuth),
    (Flag::From, Flag::Ca),
    (Flag::From, Flag::HostCa),
    (Flag::From, Flag::ContainerdConfig),
    (Flag::From, Flag::Cni),
    (Flag::From, Flag::NodeImage),
    (Flag::From, Flag::Label),
    (Flag::From, Flag::Taint),
    (Flag::From, Flag::IpFamily),
    (Flag::From, Flag::PodSubnet),
    (Flag::From, Flag::ServiceSubnet),
    (Flag::From, Flag::SkipLbSetup),
    (Flag::From, Flag::SkipMasterSetup),
    (Flag::From, Flag::SkipWorkerSetup),
    // The file already says which image it is.
    (Flag::Image, Flag::ImageFile),
    (Flag::ImageRepository, Flag::ImageFile),
    // mokctl does not wait for nodes whose setup is left to the user.
    (Flag::Wait, Flag::SkipLbSetup),
    (Flag::Wait, Flag::SkipMasterSetup),
    (Flag::Wait, Flag::SkipWorkerSetup),
    // A snapshot's images are on a single engine.
    (Flag::From, Flag::Hosts),
    (Flag::From, Flag::Place),
    // The image of a single worker is not copied to other hosts.
    (Flag::Hosts, Flag::NodeImage),
];
