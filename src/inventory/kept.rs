//! Reconstructs the `create cluster` command of a cluster: the flags that its containers record,
//! with the nodes that it has now.

use std::net::{IpAddr, Ipv4Addr};

use shell_escape::escape;

use super::error::InventoryError;
use super::existing::ExistingCluster;
use super::members::Member;
use super::settings;
use crate::cli::flags::Flag;
use crate::cluster::addons::Addons;
use crate::cluster::cni::Cni;
use crate::cluster::host;
use crate::cluster::labels::{self, Label};
use crate::cluster::name::{NodeName, Role};
use crate::cluster::port::{PortBinding, Protocol};
use crate::cluster::roster::Roster;
use crate::cluster::taken::POOLS;
use crate::node::settings::Settings;

/// More nodes than any role has.
const ALL: usize = 100;

/// A cluster, with the settings that its containers' labels do not have.
#[derive(Debug)]
pub struct Kept {
    existing: ExistingCluster,
    /// Its nodes, each with the name that it would have if the cluster were created now.
    nodes: Vec<(Member, NodeName)>,
    settings: Settings,
}

/// Returns the values of a flag. A flag without a value has one empty value if it is given.
type Values = fn(&Kept) -> Vec<String>;

/// Every flag that a cluster records, and how it is read.
pub const KEPT: &[(Flag, Values)] = &[
    (Flag::WithLb, |kept| switch(kept.has_needless_balancer())),
    (Flag::SkipLbSetup, |kept| switch(kept.is_manual(Role::LoadBalancer))),
    (Flag::SkipMasterSetup, |kept| switch(kept.is_manual(Role::Master))),
    (Flag::SkipWorkerSetup, |kept| switch(kept.is_manual(Role::Worker))),
    (Flag::Subnet, Kept::subnet),
    (Flag::IpFamily, |kept| kept.ranges(labels::IP_FAMILY)),
    (Flag::PodSubnet, |kept| kept.ranges(labels::POD_SUBNET)),
    (Flag::ServiceSubnet, |kept| kept.ranges(labels::SERVICE_SUBNET)),
    (Flag::ApiAddress, Kept::api_address),
    (Flag::Hosts, Kept::hosts),
    (Flag::Place, Kept::places),
    (Flag::Publish, Kept::publish),
    (Flag::Mount, |kept| kept.of_master(|master| strings(&master.mounts))),
    (Flag::Registry, |kept| kept.of_master(|master| strings(&master.profile.registry))),
    (Flag::Image, |kept| kept.of_master(|master| vec![master.base.name.clone()])),
    (Flag::NodeImage, Kept::worker_images),
    (Flag::Addons, Kept::addons),
    (Flag::FeatureGates, Kept::feature_gates),
    (Flag::RuntimeConfig, |kept| {
        let apis = &kept.settings.runtime_config;
        if apis.is_empty() { Vec::new() } else { vec![apis.to_string()] }
    }),
    (Flag::RegistryMirror, |kept| strings(&kept.settings.mirrors)),
    (Flag::RegistryAuth, |kept| switch(kept.settings.login.is_some())),
    (Flag::Cni, |kept| {
        kept.of_master(|master| {
            if master.profile.cni == Cni::None { strings([master.profile.cni]) } else { Vec::new() }
        })
    }),
    (Flag::Label, |kept| kept.marks(labels::NODE_LABELS)),
    (Flag::Taint, |kept| kept.marks(labels::NODE_TAINTS)),
    (Flag::NodeCpus, |kept| {
        kept.of_master(|master| value(&master.profile.limits.labels(), labels::CPUS))
    }),
    (Flag::NodeMemory, |kept| {
        kept.of_master(|master| value(&master.profile.limits.labels(), labels::MEMORY))
    }),
];

/// Every other flag, and why it is not recorded.
pub const NOT_KEPT: &[(Flag, &str)] = &[
    (Flag::Help, "about the command line"),
    (Flag::Plain, "about the output"),
    (Flag::Quiet, "about the output"),
    (Flag::Tailf, "about the output"),
    (Flag::Timings, "about the output"),
    (Flag::Output, "about the output"),
    (Flag::DryRun, "about the run"),
    (Flag::Retain, "about the run"),
    (Flag::IfNotExists, "about the run"),
    (Flag::Wait, "about the run"),
    (Flag::Timeout, "about the run"),
    (Flag::Masters, "NUM_MASTERS says it"),
    (Flag::Workers, "NUM_WORKERS says it"),
    (Flag::K8sver, "--image says it"),
    (Flag::ImageRepository, "the image is here, and --image says it"),
    (Flag::ImageFile, "the same"),
    (Flag::From, "the snapshot may be gone, and the data is not what makes a cluster like it"),
    (Flag::ApiPort, "every cluster has a port, and none says whether it was asked for"),
    (Flag::Patches, "a cluster keeps what was in files, not where they were"),
    (Flag::KubeadmConfig, "the same"),
    (Flag::AuditPolicy, "the same"),
    (Flag::RegistryCa, "the same"),
    (Flag::Ca, "the same"),
    (Flag::HostCa, "the same"),
    (Flag::ContainerdConfig, "the same"),
];

impl Kept {
    /// Reads the containers of `existing`, and, if there are settings that only files in masters
    /// have, its first running master.
    ///
    /// # Errors
    /// Fails if no master is complete, or if none is running although its files are needed.
    pub fn of(existing: ExistingCluster) -> Result<Self, InventoryError> {
        let is_master = |member: &&Member| member.role() == Some(Role::Master);
        let masters = || existing.members.iter().filter(is_master);
        if !masters().any(|master| master.complete) {
            return Err(InventoryError::Unfinished(existing.name.clone()));
        }
        let settings = if masters().any(|master| master.profile.has_settings) {
            let node = existing.admin_node(None)?;
            settings::of_node(existing.engines.of(&node), &node.to_string())?
        } else {
            Settings::default()
        };
        let named = |role| {
            let of_role =
                existing.members.iter().filter(move |it| it.role() == Some(role)).cloned();
            of_role.zip(Roster::new(existing.name.clone(), []).free(role, ALL, u8::MAX))
        };
        let roles = [Role::Master, Role::Worker, Role::LoadBalancer];
        let nodes = roles.into_iter().flat_map(named).collect();
        Ok(Self { existing, nodes, settings })
    }

    /// Returns the command line, escaped for a shell.
    #[must_use]
    pub fn line(&self) -> String {
        let count = |role| self.existing.roster.with_role(role).count().to_string();
        let mut words: Vec<String> =
            ["mokctl", "create", "cluster", self.existing.name.as_str()].map(String::from).into();
        words.extend([count(Role::Master), count(Role::Worker)]);
        for (flag, values) in KEPT {
            for value in values(self) {
                words.push(format!("--{}", flag.name()));
                words.extend(Some(value).filter(|value| !value.is_empty()));
            }
        }
        let words: Vec<_> = words.iter().map(|word| escape(word.into())).collect();
        words.join(" ")
    }

    /// Returns the flags that the command line lacks because their values are files.
    #[must_use]
    pub fn files(&self) -> Vec<Flag> {
        let Settings {
            patches,
            kubeadm_config,
            audit_policy,
            registry_authorities,
            authorities,
            containerd_config,
            ..
        } = &self.settings;
        let files = [
            (Flag::Patches, patches.names().next().is_some()),
            (Flag::KubeadmConfig, kubeadm_config.kinds().next().is_some()),
            (Flag::AuditPolicy, audit_policy.is_some()),
            (Flag::RegistryCa, registry_authorities.is_some()),
            (Flag::Ca, authorities.is_some()),
            (Flag::ContainerdConfig, containerd_config.is_some()),
        ];
        files.into_iter().filter(|(_, given)| *given).map(|(flag, _)| flag).collect()
    }

    /// Whether nodes have proxies, for which there is no flag.
    #[must_use]
    pub fn has_proxy(&self) -> bool {
        self.existing.members.iter().any(|member| member.has_proxy)
    }

    fn first_master(&self) -> Option<&Member> {
        self.nodes.first().map(|(member, _)| member)
    }

    /// Returns `NODE=IMAGE` for each worker whose image differs from the masters'.
    fn worker_images(&self) -> Vec<String> {
        let of_masters = self.first_master().map(|master| &master.base.name);
        let others = self.nodes.iter().filter(|(member, node)| {
            node.role() == Role::Worker && Some(&member.base.name) != of_masters
        });
        others.map(|(member, node)| format!("{node}={}", member.base.name)).collect()
    }

    fn of_master(&self, values: impl Fn(&Member) -> Vec<String>) -> Vec<String> {
        self.first_master().map(values).unwrap_or_default()
    }

    /// Whether a cluster of one master has a load balancer. With several masters it always has
    /// one.
    fn has_needless_balancer(&self) -> bool {
        let roster = &self.existing.roster;
        roster.has_load_balancer() && roster.with_role(Role::Master).count() == 1
    }

    /// Whether nodes of this role are the first ones whose setup is left to the user.
    fn is_manual(&self, role: Role) -> bool {
        let first = |role| self.nodes.iter().find(|(member, _)| member.role() == Some(role));
        let manual = |role| first(role).is_some_and(|(member, _)| member.profile.manual);
        manual(role)
            && match role {
                Role::LoadBalancer => true,
                Role::Master => !manual(Role::LoadBalancer),
                Role::Worker => !manual(Role::Master),
            }
    }

    /// Returns the subnet, unless it is one that mokctl itself chooses.
    fn subnet(&self) -> Vec<String> {
        let Ok(layout) = self.existing.layout() else { return Vec::new() };
        let subnet = layout.subnet();
        let [a, b, ..] = subnet.host(0).octets();
        let is_chosen = POOLS.contains(&[a, b]);
        if is_chosen { Vec::new() } else { vec![subnet.to_string()] }
    }

    fn ranges(&self, key: &str) -> Vec<String> {
        value(&self.existing.ranges().labels().collect::<Vec<_>>(), key)
    }

    fn api_address(&self) -> Vec<String> {
        let api = self.existing.api().map(|api| api.address);
        let elsewhere =
            |address: &IpAddr| address.is_ipv4() && *address != IpAddr::V4(Ipv4Addr::LOCALHOST);
        strings(api.filter(elsewhere))
    }

    fn hosts(&self) -> Vec<String> {
        self.of_master(|master| match master.hosts.as_slice() {
            [] => Vec::new(),
            hosts => vec![host::list(hosts)],
        })
    }

    fn places(&self) -> Vec<String> {
        let place = |(member, name): &(Member, NodeName)| {
            let host = member.host.as_ref().filter(|_| !member.hosts.is_empty())?;
            Some(format!("{name}={host}"))
        };
        self.nodes.iter().filter_map(place).collect()
    }

    /// Returns the published ports of all nodes: the first master publishes those of UDP. IPv6
    /// addresses are left out, because mokctl publishes the ports of the IPv4 loopback address on
    /// the IPv6 one by itself.
    fn publish(&self) -> Vec<String> {
        let api = self.existing.api().map(|api| api.address);
        let all = self.nodes.iter().flat_map(|(member, _)| &member.published);
        let asked = all.filter(|port| !port.is_api() && port.address.is_ipv4());
        let word = |port: &PortBinding| {
            let address = Some(port.address).filter(|address| Some(*address) != api);
            let address = address.map(|address| format!("{address}:")).unwrap_or_default();
            let udp = if port.protocol == Protocol::Udp { "/udp" } else { "" };
            format!("{address}{}:{}{udp}", port.port, port.target)
        };
        asked.map(word).collect()
    }

    fn addons(&self) -> Vec<String> {
        self.of_master(|master| match &master.profile.addons {
            all if *all == Addons::all() => Vec::new(),
            some => strings([some]),
        })
    }

    fn feature_gates(&self) -> Vec<String> {
        let Settings { feature_gates, kubeadm_gates, .. } = &self.settings;
        let given = [feature_gates, kubeadm_gates].into_iter().filter(|gates| !gates.is_empty());
        strings(given)
    }

    /// Returns labels or taints. Those for single nodes have the names that the nodes would get.
    fn marks(&self, key: &str) -> Vec<String> {
        let names: Vec<_> = self
            .nodes
            .iter()
            .filter_map(|(member, name)| Some((member.node.clone()?, name.clone())))
            .collect();
        let marks = self.existing.marks().renamed(&names).labels_of_container();
        value(&marks, key).iter().flat_map(|list| list.split(',')).map(String::from).collect()
    }
}

/// Returns the values of a flag that takes none.
fn switch(on: bool) -> Vec<String> {
    if on { vec![String::new()] } else { Vec::new() }
}

fn strings<T: ToString>(values: impl IntoIterator<Item = T>) -> Vec<String> {
    values.into_iter().map(|value| value.to_string()).collect()
}

fn value(labels: &[Label], key: &str) -> Vec<String> {
    labels.iter().filter(|(name, _)| *name == key).map(|(_, value)| value.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::flags::FLAGS;
    use crate::cli::verb::Verb;

    /// A flag that is in neither list would be lost silently.
    #[test]
    fn every_flag_is_kept_or_there_is_a_reason() {
        let flags = FLAGS.iter().filter(|spec| spec.belongs_to(Verb::CreateCluster));
        for spec in flags {
            let kept = KEPT.iter().filter(|(flag, _)| *flag == spec.flag).count();
            let not = NOT_KEPT.iter().filter(|(flag, _)| *flag == spec.flag).count();
            assert_eq!(kept + not, 1, "--{} must be in KEPT or in NOT_KEPT", spec.name);
        }
        assert!(NOT_KEPT.iter().all(|(_, why)| !why.is_empty()));
    }
}
