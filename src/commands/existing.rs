//! A cluster that is there: what a command on it must know of it.

use super::Context;
use crate::cluster::inventory::{self, Member};
use crate::cluster::layout::{API_PORT, Layout};
use crate::cluster::name::{ClusterName, NodeName, Role};
use crate::cluster::networks;
use crate::cluster::roster::Roster;
use crate::cluster::runtime::Runtime;
use crate::docker::args::{self, Publish};
use crate::error::Error;
use crate::run::is_set_up;
use crate::ui::Ui;

/// A cluster, as the engine has it.
#[derive(Debug)]
pub(super) struct Existing {
    /// Its name.
    pub name: ClusterName,
    /// Its containers.
    pub members: Vec<Member>,
    /// Its nodes.
    pub roster: Roster,
}

impl Existing {
    /// Looks for the cluster `name`.
    pub(super) fn find(context: &Context, name: &ClusterName) -> Result<Self, Error> {
        let members = context.members(Some(name))?;
        if members.is_empty() {
            return Err(Error::NotFound(name.clone()));
        }
        let roster = inventory::roster(name, &members);
        Ok(Self { name: name.clone(), members, roster })
    }

    /// Says how it is reached, for programs.
    pub(super) fn tell(&self, ui: &Ui) {
        ui.fact("context", self.name.context());
        if let Some(Publish { address, port, .. }) = self.members.iter().find_map(Member::api) {
            ui.fact("server", format!("https://{address}:{port}"));
        }
    }

    /// The container of `node`.
    pub(super) fn member(&self, node: &NodeName) -> Option<&Member> {
        self.members.iter().find(|member| member.node.as_ref() == Some(node))
    }

    /// The container runtime of its nodes: one image makes them all.
    pub(super) fn runtime(&self) -> Runtime {
        let node =
            self.members.iter().find(|member| member.role().is_some_and(Role::runs_kubernetes));
        node.map(|member| member.runtime).unwrap_or_default()
    }

    /// Where the API is published on the engine's host.
    pub(super) fn api(&self) -> Option<&Publish> {
        self.member(&self.roster.api_node()).and_then(Member::api)
    }

    /// What is published beside the API, in the same place.
    pub(super) fn published(&self) -> Vec<Publish> {
        let published = self.member(&self.roster.api_node()).map(|member| &member.published);
        published.into_iter().flatten().filter(|p| p.target != API_PORT).cloned().collect()
    }

    /// The nodes whose setup was left to the user.
    pub(super) fn by_hand(&self) -> Vec<NodeName> {
        let by_hand = self.members.iter().filter(|member| member.by_hand);
        by_hand.filter_map(|member| member.node.clone()).collect()
    }

    /// A master that runs: it speaks for the cluster. `but` is not asked.
    pub(super) fn speaker(
        &self,
        context: &Context,
        but: Option<&NodeName>,
    ) -> Result<NodeName, Error> {
        let mut error = Error::NoRunningMaster(self.name.clone());
        for member in self.members.iter().filter(|member| member.running) {
            let Some(node) = member.node.as_ref() else { continue };
            if node.role() != Role::Master || Some(node) == but {
                continue;
            }
            if is_part(context, member)? {
                return Ok(node.clone());
            }
            error = Error::NotSetUp(node.clone());
        }
        Err(error)
    }

    /// Whether nodes may come and go: every node must run, because they all must be
    /// told; but for `leaving`, which need not be.
    pub(super) fn may_change(&self, leaving: Option<&NodeName>) -> Result<(), Error> {
        if self.members.iter().any(|member| member.newer) {
            return Err(Error::Newer(self.name.clone()));
        }
        let stays = |member: &&Member| leaving.is_none() || member.node.as_ref() != leaving;
        match self.members.iter().filter(stays).find(|member| !member.running) {
            Some(member) => {
                Err(Error::NotRunning { cluster: self.name.clone(), node: member.name.clone() })
            }
            None => Ok(()),
        }
    }

    /// Where its nodes are.
    pub(super) fn layout(&self, context: &Context) -> Result<Layout, Error> {
        let network = self.name.network();
        let call = args::inspect_networks([network.as_str()]);
        let subnet = context.docker.read(&call, networks::engine_subnets)?.into_iter().next();
        subnet.map(Layout::new).ok_or_else(|| Error::NoNetwork(self.name.clone()))
    }
}

/// Whether a container that runs is part of its cluster: nobody has to have done by
/// now what was left to the user.
pub(super) fn is_part(context: &Context, member: &Member) -> Result<bool, Error> {
    Ok(!member.by_hand || is_set_up(&context.docker, &member.name)?)
}
