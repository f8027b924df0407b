//! Steps that run kubeadm: the first master, joins, certificates and tokens.

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

/// The deadline of `kubeadm init`, which waits up to four minutes for its control plane.
pub(super) const INIT: Duration = Duration::from_secs(330);
/// The deadline of `kubeadm join`, which waits up to five minutes for the kubelet.
pub(super) const JOIN: Duration = Duration::from_secs(330);
/// The deadline for revoking the token: the API may not answer right after a master has joined.
const REVOKE: Duration = Duration::from_secs(90);

impl Run<'_> {
    /// Returns the engine of the admin node.
    pub(super) fn admin_engine(&self) -> &Docker {
        self.engines.of(&self.admin_node)
    }

    pub(super) fn init_call(node: &NodeName) -> Call {
        script(node, &[scripts::INIT], INIT)
    }

    /// Returns the masters that a new cluster begins with and that mokctl sets up. They are etcd's
    /// first members.
    pub(super) fn first_masters(&self) -> impl Iterator<Item = &NodeName> {
        self.roster.with_role(Role::Master).filter(|master| !self.manual.contains(*master))
    }

    /// Whether `node` is one of several members that etcd begins with.
    pub(super) fn is_first_member(&self, node: &NodeName) -> bool {
        let is_new = self.origin.pki().is_some();
        is_new
            && self.first_masters().any(|master| master == node)
            && self.first_masters().count() > 1
    }

    /// Runs `kubeadm init`, with saved data if this is a clone, and stores the join command.
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

    /// Extracts the join command from kubeadm's output and stores it.
    fn learn_join(&self, output: &str) -> Result<(), StepError> {
        let join = JoinCommand::from_output(output)?;
        // Nodes that join trust the authority that mokctl made, so kubeadm must have used it.
        if let Some(pki) = self.origin.pki()
            && pki.ca_cert_hash().to_string() != join.ca_cert_hash
        {
            return Err(OutputError::OtherAuthority(join.ca_cert_hash).into());
        }
        self.outputs.learn_join(join);
        Ok(())
    }

    /// Returns the call that reads the certificate authorities from a master.
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

    /// Makes the credentials of `node`, signed by `pki`.
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
        // Without the version in this file, kubeadm would ask the internet for one.
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
        // Recorded before the merge: one that fails late may have changed the file all the same.
        self.outputs.learn_kubeconfig_touched();
        if let Err(error) = kubeconfig.merge(self.roster.name(), &access) {
            self.outputs.learn_kubeconfig_error(error);
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
