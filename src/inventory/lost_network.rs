//! A network that the user removed while nodes of its cluster were stopped: the engine keeps
//! one only for containers that run.

use super::activity::Activity;
use super::error::InventoryError;
use super::existing::ExistingCluster;
use super::members::Member;
use super::networks::{self, Named};
use crate::cluster::layout::Layout;
use crate::cluster::name::NodeName;

/// What stopped nodes need before they can start.
#[derive(Debug)]
pub struct LostNetwork {
    /// Where the nodes were, and will be.
    pub layout: Layout,
    /// Whether there is no network; another run may have made it again.
    pub is_gone: bool,
    /// The nodes that the engine has on the network that is gone.
    pub on: Vec<NodeName>,
    /// Those on no network: another run took them off it.
    pub off: Vec<NodeName>,
}

impl LostNetwork {
    /// Looks for it; none where all that is stopped can start. A swarm keeps its networks.
    ///
    /// # Errors
    /// Where something else has the addresses.
    pub fn find(existing: &ExistingCluster) -> Result<Option<Self>, InventoryError> {
        let stopped: Vec<_> =
            existing.members.iter().filter(|member| member.activity == Activity::Stopped).collect();
        if stopped.is_empty() || !existing.engines.hosts().is_empty() {
            return Ok(None);
        }
        let (docker, name) = (existing.engines.manager(), existing.name.network());
        let network = networks::named(docker, &name)?;
        let is_there = |id: &str| {
            network.as_ref().is_some_and(|network| network.id == id || network.name == id)
        };
        // Without an id it is the network of that name, at the next start.
        let is_on = |id: &String| !id.is_empty() && !is_there(id);
        let those = |which: &dyn Fn(&Member) -> bool| -> Vec<NodeName> {
            let some = stopped.iter().filter(|member| which(member));
            some.filter_map(|member| member.node.clone()).collect()
        };
        let on = those(&|member| member.network.as_ref().is_some_and(is_on));
        let off = those(&|member| member.network.is_none());
        if network.is_some() && on.is_empty() && off.is_empty() {
            return Ok(None);
        }
        let family = existing.ranges().family();
        let around =
            |member: &Member| Layout::around(member.node.as_ref()?, member.address?, family);
        let subnet = || Some(Layout::new(network.as_ref().and_then(Named::subnet)?, family));
        let layout = existing.members.iter().find_map(around).or_else(subnet);
        let layout = layout.ok_or_else(|| InventoryError::NoNetwork(existing.name.clone()))?;
        if network.is_none()
            && let Some((holder, subnet)) =
                networks::holder(docker, &layout.subnets().collect::<Vec<_>>())?
        {
            return Err(InventoryError::SubnetTaken { network: name, holder, subnet });
        }
        Ok(Some(Self { layout, is_gone: network.is_none(), on, off }))
    }
}
