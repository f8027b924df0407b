//! kubeadm's work: the first master, the joins, and what follows from them.

use std::iter;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::Path;
use std::time::{Duration, Instant};

use super::error::StepError;
use super::outputs::MissingOutput;
use super::start::put;
use super::work::Target;
use super::{Run, in_node, script};
use crate::cluster::layout::Layout;
use crate::cluster::name::{NodeName, Role};
use crate::docker::{Call, Docker, args};
use crate::inventory::members::is_set_up;
use crate::kubeconfig::{Access, KubeconfigError};
use crate::node::files::File;
use crate::node::kubeadm::ADMIN_CONF;
use crate::node::kubeadm::config::{self, ClusterConfig, Discovery, NodeConfig};
use crate::node::kubeadm::join_command::{JoinCommand, OutputError};
use crate::node::kubeadm::registration;
use crate::node::pki::{self, Pki};
use crate::node::scripts;
use crate::plan::Since;

/// What kubeadm may wait for the API, in one of the next two.
const API: Duration = Duration::from_secs(240);
/// `kubeadm init` gives its control plane four minutes to come up.
pub(super) const INIT: Duration = Duration::from_secs(330);
/// `kubeadm join` gives the kubelet five.
pub(super) const JOIN: Duration = Duration::from_secs(330);
/// What the script does beside waiting.
const BESIDE: Duration = Duration::from_secs(30);
/// What the script may wait for an API that has just been told of a new master.
const REVOKE: Duration = Duration::from_secs(90);

/// What nodes must have reported.
#[derive(Debug, Clone, Copy)]
pub(super) enum Report {
    /// That they are there; they are new.
    Registered,
    /// That they are Ready; they are new.
    Ready,
    /// That they are Ready, since so many seconds after 1970.
    Since(u64),
}

impl Run<'_> {
    /// The engine of the admin node.
    pub(super) fn admin_engine(&self) -> &Docker {
        self.engines.of(&self.admin_node)
    }

    pub(super) fn init_call(node: &NodeName) -> Call {
        script(node, &[scripts::INIT], INIT)
    }

    /// The masters of a new cluster that mokctl sets up: etcd's first members.
    pub(super) fn first_masters(&self) -> impl Iterator<Item = &NodeName> {
        self.roster.with_role(Role::Master).filter(|master| !self.manual.contains(*master))
    }

    /// Whether `node` is one of several with which etcd begins.
    pub(super) fn is_first_member(&self, node: &NodeName) -> bool {
        let is_new = self.origin.pki().is_some();
        is_new
            && self.first_masters().any(|master| master == node)
            && self.first_masters().count() > 1
    }

    /// Runs `kubeadm init`, on saved data or none, and learns how to join.
    pub(super) fn init_master(
        &self,
        node: &NodeName,
        calls: &[Target<'_>],
    ) -> Result<(), StepError> {
        for (_, call) in calls {
            self.learn_join(&self.show(node, call)?)?;
        }
        Ok(())
    }

    /// Takes the join command out of what kubeadm has printed.
    fn learn_join(&self, output: &str) -> Result<(), StepError> {
        let join = JoinCommand::from_output(output)?;
        // Who joins trusts that authority, not what a token may lead to.
        if let Some(pki) = self.origin.pki()
            && pki.ca_cert_hash().to_string() != join.ca_cert_hash
        {
            return Err(OutputError::OtherAuthority(join.ca_cert_hash).into());
        }
        self.outputs.learn_join(join);
        Ok(())
    }

    /// What a master signs other nodes' certificates with, and shares with masters.
    pub(super) fn authorities_call(&self) -> Call {
        let folder = format!("--directory=/{}", pki::FOLDER);
        in_node(&self.admin_node, &[&["tar", "--create", &folder][..], &pki::SHARED].concat(), JOIN)
    }

    pub(super) fn issue_credentials(&self, node: &NodeName) -> Result<(), StepError> {
        let pki = Pki::from_archive(&self.admin_engine().capture_bytes(&self.authorities_call())?)?;
        let files = self.credentials(&pki, node, self.outputs.layout()?)?;
        self.engines.of(node).capture(&put(node, &files)?)?;
        Ok(())
    }

    /// The credentials of `node` that `pki` signs.
    pub(super) fn credentials(
        &self,
        pki: &Pki,
        node: &NodeName,
        layout: Layout,
    ) -> Result<Vec<File>, StepError> {
        Ok(pki.files(node, layout.addresses(node), &self.endpoint(layout))?)
    }

    pub(super) fn join_node(&self, node: &NodeName) -> Result<(), StepError> {
        let token = &self.outputs.join()?.token;
        let discovery = Discovery::File { path: pki::DISCOVERY, token };
        let config = self.join_config(node, self.outputs.layout()?, discovery)?;
        self.show(node, &Self::join_call(node).stdin(config)).map(drop)
    }

    /// The configuration of `kubeadm join`, by role.
    pub(super) fn join_config(
        &self,
        node: &NodeName,
        layout: Layout,
        discovery: Discovery<'_>,
    ) -> Result<String, StepError> {
        let node_config = self.node_config(node, layout)?;
        let text = match node.role() {
            Role::Master => {
                let schedulable = self.roster.has_schedulable_masters();
                config::join_control_plane(&node_config, discovery, schedulable)
            }
            Role::Worker | Role::LoadBalancer => config::join(&node_config, discovery),
        };
        self.with_settings(node, text)
    }

    /// A configuration for kubeadm with what the user has said.
    fn with_settings(&self, node: &NodeName, text: String) -> Result<String, StepError> {
        let schedulable = self.roster.has_schedulable_masters();
        let of_node = registration::documents(node, &self.nodes.marks, schedulable);
        let applied = self.nodes.settings.applied(text, &of_node);
        applied.map_err(|error| StepError::Config(error.to_string()))
    }

    /// Whether kubeadm finds patches on `node`.
    fn has_patches(&self, node: &NodeName) -> bool {
        let is_first = *node == self.roster.first_master();
        is_first || self.is_first_member(node) || self.is_patched(node)
    }

    /// Whether the user has patches for `node`.
    pub(super) fn is_patched(&self, node: &NodeName) -> bool {
        self.nodes.settings.patches.files(node.role()).next().is_some()
    }

    pub(super) fn token_call(&self) -> Call {
        // It says which version the cluster has: kubeadm otherwise asks the internet.
        let config = format!("--config=/{}", scripts::INIT_CONFIG);
        let words = ["kubeadm", "token", "create", "--print-join-command", &config];
        in_node(&self.admin_node, &words, JOIN)
    }

    pub(super) fn create_token(&self) -> Result<(), StepError> {
        let output = self.admin_engine().capture_bytes(&self.token_call())?;
        self.learn_join(&String::from_utf8_lossy(&output))
    }

    /// What nodes must have reported `since` then. The time for all waiting begins now.
    pub(super) fn begin_wait(&self, since: Since) -> Result<Report, MissingOutput> {
        self.outputs.learn_waiting(Instant::now());
        Ok(match since {
            Since::Registered => Report::Registered,
            Since::Ever => Report::Ready,
            Since::Start => Report::Since(self.outputs.started()?),
        })
    }

    /// Waits until all of `nodes` have reported. If they are new, their Node objects get
    /// their pods' addresses, and the labels that kubelets may not set.
    pub(super) fn ready_call(&self, nodes: &[NodeName], report: Report) -> Call {
        let seconds =
            self.admin_engine().deadline(self.wait.timeout()).as_secs().max(1).to_string();
        let word = |node: &NodeName| {
            if matches!(report, Report::Since(_)) {
                return node.to_string();
            }
            let ranges = self.nodes.ranges.pods_of(node);
            match registration::other_labels(node, &self.nodes.marks) {
                labels if labels.is_empty() => format!("{node}={ranges}"),
                labels => format!("{node}={ranges}={labels}"),
            }
        };
        let names: Vec<String> = nodes.iter().map(word).collect();
        let since = match report {
            Report::Registered => "registered".to_owned(),
            Report::Ready => "0".to_owned(),
            Report::Since(seconds) => seconds.to_string(),
        };
        let mut words = vec![scripts::READY, &seconds, &since];
        words.extend(names.iter().map(String::as_str));
        script(&self.admin_node, &words, self.wait.timeout() + BESIDE)
    }

    pub(super) fn wait_ready(&self, nodes: &[NodeName], report: Report) -> Result<(), StepError> {
        let mut joined = Vec::new();
        for node in nodes {
            // The user need not have set it up by now.
            if !self.manual.contains(node) || is_set_up(self.engines.of(node), &node.to_string())? {
                joined.push(node.clone());
            }
        }
        if joined.is_empty() {
            return Ok(());
        }
        self.show(&self.admin_node, &self.ready_call(&joined, report)).map(drop)
    }

    pub(super) fn admin_call(&self) -> Call {
        args::exec(&self.admin_node.to_string(), ["cat", ADMIN_CONF])
    }

    pub(super) fn save_kubeconfig(&self) -> Result<(), StepError> {
        let admin = self.admin_engine().capture(&self.admin_call())?;
        let server = format!("https://{}:{}", self.api.address, self.outputs.api_port()?);
        let access = Access::from_admin_conf(&admin)
            .map_err(|error| KubeconfigError::text(error, Path::new(ADMIN_CONF)))?
            .with_server(server);
        let kubeconfig = self.kubeconfig.as_ref().ok_or(MissingOutput("the kubeconfig's place"))?;
        // Before, because a merge that fails late may have been done all the same.
        self.outputs.learn_saved();
        if let Err(error) = kubeconfig.merge(self.roster.name(), &access) {
            self.outputs.learn_unsaved(error);
        }
        Ok(())
    }

    pub(super) fn join_call(node: &NodeName) -> Call {
        let input = format!("kubeadm configuration of {node}, with the join command");
        args::exec_with_input(&node.to_string(), ["bash", scripts::JOIN], input).deadline(JOIN)
    }

    pub(super) fn revoke_call(&self, token_id: &str) -> Call {
        script(&self.admin_node, &[scripts::REVOKE, token_id], REVOKE)
    }

    pub(super) fn revoke_token(&self) -> Result<(), StepError> {
        self.admin_engine().capture(&self.revoke_call(self.outputs.join()?.token_id()))?;
        Ok(())
    }

    fn node_config(&self, node: &NodeName, layout: Layout) -> Result<NodeConfig, MissingOutput> {
        let image = self.image(node)?;
        Ok(NodeConfig {
            version: image.version,
            name: node.to_string(),
            addresses: layout.addresses(node),
            cri_socket: image.cri_socket.clone(),
            cgroup_driver: image.cgroup_driver.clone(),
            patches: self.has_patches(node).then_some(scripts::PATCHES),
            patience: self.engines.of(node).deadline(API),
        })
    }

    /// The configuration of `kubeadm init`. Every master has it: it describes
    /// the cluster for each later call of kubeadm.
    pub(super) fn init_config(&self, node: &NodeName, layout: Layout) -> Result<String, StepError> {
        let loopback = Ipv4Addr::LOCALHOST;
        let address = self.api.address;
        let elsewhere = (address != loopback).then(|| address.to_string());
        let api_node = self.roster.api_node();
        let names = ["localhost".into(), loopback.to_string(), api_node.to_string()];
        let ipv6 = layout.ipv6().map(|_| Ipv6Addr::LOCALHOST.to_string());
        // Beside the primary ones, which kubeadm adds itself.
        let nodes = iter::once(node).chain(Some(&api_node).filter(|api_node| *api_node != node));
        let others = nodes.flat_map(|node| layout.addresses(node).into_iter().skip(1));
        let others = others.map(|address| address.to_string());
        let cluster = ClusterConfig {
            endpoint: self.endpoint(layout),
            cert_sans: names.into_iter().chain(ipv6).chain(others).chain(elsewhere).collect(),
            ranges: self.nodes.ranges,
            schedulable_masters: self.roster.has_schedulable_masters(),
            several_masters: self.roster.has_load_balancer(),
            // Who joins by hand takes longer than the joins that follow at once.
            token_ttl: if self.manual.contains(node) { "24h0m0s" } else { "15m0s" },
        };
        self.with_settings(node, config::init(&self.node_config(node, layout)?, &cluster))
    }
}
