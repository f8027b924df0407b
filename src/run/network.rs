//! Finds the network of a new cluster: a subnet that no network of the engine
//! and no route of the host has.

use super::Run;
use super::error::StepError;
use crate::cluster::layout::Layout;
use crate::cluster::subnet::{MAX_PREFIX, OVERLAY_PREFIX, Subnet};
use crate::cluster::taken::Taken;
use crate::docker::{Call, EngineCall, ErrorKind, args};

impl Run<'_> {
    /// Creates the network, with `subnet` if it is still free. Another mokctl that creates
    /// one at this moment may have found the same: the engine refuses the second, and the
    /// next free one is tried.
    pub(super) fn create_network(&self, mut subnet: Subnet) -> Result<(), StepError> {
        let mut taken = self.network.taken.clone();
        loop {
            match self.engines.manager().create_network(&self.network_call(subnet)) {
                Ok(id) => {
                    // A swarm has one of a name alone, and engines that have no part
                    // in it yet know it by that.
                    if !self.is_spread() {
                        self.outputs.learn_network(id);
                    }
                    let layout = self.layout_on(subnet);
                    self.outputs.learn_layout(layout);
                    if let Some(connect) = self.registry_call(layout) {
                        self.engines.manager().capture(&connect)?;
                    }
                    return self.move_reservation(layout);
                }
                Err(error)
                    if error.kind() == ErrorKind::SubnetTaken && self.network.subnet.is_none() =>
                {
                    taken.networks.insert(subnet.into());
                    subnet = self.free_subnet(&taken)?;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Makes the container anew that the cluster's name was reserved with, if it was made
    /// for another subnet.
    fn move_reservation(&self, layout: Layout) -> Result<(), StepError> {
        let node = self.roster.first_master();
        let reserved = self.outputs.reserved(&node);
        if reserved.is_some_and(|it| it.address != layout.address(&node)) {
            let docker = self.engines.of(&node);
            docker.capture(&args::remove([node.to_string().as_str()]))?;
            docker.capture(&self.reserve_name(&node)?)?;
        }
        Ok(())
    }

    /// All calls that it takes if `subnet` is still free.
    pub(super) fn network_calls(&self, subnet: Subnet) -> impl Iterator<Item = EngineCall<'_>> {
        let connect = self.registry_call(self.layout_on(subnet));
        let calls = [self.network_call(subnet)].into_iter().chain(connect);
        calls.map(|call| (self.engines.manager(), call))
    }

    /// Puts the registry on the network, if there is one for it.
    fn registry_call(&self, layout: Layout) -> Option<Call> {
        let container = self.network.registry.as_ref()?.container();
        let (address, ipv6_address) = layout.registry();
        Some(args::connect(&self.roster.name().network(), &container, address, ipv6_address))
    }

    fn network_call(&self, subnet: Subnet) -> Call {
        let name = self.roster.name().network();
        let labels = self.labels();
        match subnet.halves() {
            Some([_, upper]) if self.is_spread() => {
                args::create_overlay(&name, &subnet.to_string(), &upper.to_string(), &labels)
            }
            _ => args::create_network(&name, self.layout_on(subnet), &labels),
        }
    }

    /// The network as it would be if no other run creates one until then.
    pub(super) fn assume_network(&self) -> Result<(), StepError> {
        let subnet = self.free_subnet(&self.network.taken)?;
        self.outputs.learn_layout(self.layout_on(subnet));
        Ok(())
    }

    /// The chosen subnet, or a free one.
    pub(super) fn free_subnet(&self, taken: &Taken) -> Result<Subnet, StepError> {
        let prefix = if self.is_spread() { OVERLAY_PREFIX } else { MAX_PREFIX };
        let free = || taken.free(self.roster.name(), prefix, self.nodes.ranges.family());
        self.network.subnet.or_else(free).ok_or(StepError::NoSubnet)
    }

    /// The cluster on `subnet`.
    pub(super) fn layout_on(&self, subnet: Subnet) -> Layout {
        Layout::new(subnet, self.nodes.ranges.family())
    }
}
