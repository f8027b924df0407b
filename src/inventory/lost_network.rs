//! A network that was removed while the nodes of its cluster were stopped: the engine keeps a
//! network only for running containers.

use super::activity::Activity;
use super::error::InventoryError;
use super::existing::ExistingCluster;
use super::members::Member;
use super::networks::{self, EngineNetwork};
use crate::cluster::layout::Layout;
use crate::cluster::name::NodeName;

/// What has to be repaired before stopped nodes can start.
#[derive(Debug)]
pub struct LostNetwork {
    /// The addresses that the nodes had, and will have again.
    pub layout: Layout,
    /// Whether the network is missing. Another run may have created it again.
    pub is_gone: bool,
    /// The nodes that are still connected to the removed network.
    pub on: Vec<NodeName>,
    /// The nodes without a network: another run has disconnected them.
    pub off: Vec<NodeName>,
}

impl LostNetwork {
    /// Checks whether the network was removed. Returns `None` if all stopped nodes can start. A
    /// swarm keeps its networks, so they are not checked.
    ///
    /// # Errors
    /// Fails if another network has the addresses.
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
        // Without an id, the container gets the network of that name at its next start.
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
        let around = |member: &Member| {
            Layout::from_node_address(member.node.as_ref()?, member.address?, family)
        };
        let subnet =
            || Some(Layout::new(network.as_ref().and_then(EngineNetwork::subnet)?, family));
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
