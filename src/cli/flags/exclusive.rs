//! Which flags exclude each other, and why.

use super::Flag;

/// Flags of which a command takes one at most.
pub const EXCLUSIVE: &[(Flag, Flag)] = &[
    (Flag::Tailf, Flag::Quiet),
    // The snapshot says it.
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
    // Which one counts?
    (Flag::Image, Flag::ImageFile),
    (Flag::ImageRepository, Flag::ImageFile),
    // What is left to the user is not waited for.
    (Flag::Wait, Flag::SkipLbSetup),
    (Flag::Wait, Flag::SkipMasterSetup),
    (Flag::Wait, Flag::SkipWorkerSetup),
    // One engine has it.
    (Flag::From, Flag::Hosts),
    (Flag::From, Flag::Place),
    // It is brought to no other host.
    (Flag::Hosts, Flag::NodeImage),
];
