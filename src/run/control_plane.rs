//! kubeadm's work: the first master, the joins, and what follows from them.

use std::path::Path;
use std::time::Duration;

use super::error::StepError;
use super::outputs::MissingOutput;
use super::start::put;
use super::{Run, in_node, script};
use crate::cluster::layout::Layout;
use crate::cluster::name::{NodeName, Role};
use crate::docker::{Call, Docker, EngineCall, args};
use crate::kubeconfig::{Access, KubeconfigError};
use crate::node::files::File;
use crate::node::kubeadm::ADMIN_CONF;
use crate::node::kubeadm::config::Discovery;
use crate::node::kubeadm::join_command::{JoinCommand, OutputError};
use crate::node::pki::{self, Pki};
use crate::node::scripts;

/// `kubeadm init` gives its control plane four minutes to come up.
pub(super) const INIT: Duration = Duration::from_secs(330);
/// `kubeadm join` gives the kubelet five.
pub(super) const JOIN: Duration = Duration::from_secs(330);
/// What the script may wait for an API that has just been told of a new master.
const REVOKE: Duration = Duration::from_secs(90);

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
        calls: &[EngineCall<'_>],
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
}
