//! Creates the network of a new cluster, on a subnet that neither a network of the engine nor a
//! route of the host uses.

use super::Run;
use super::error::StepError;
use crate::cluster::layout::Layout;
use crate::cluster::subnet::{MAX_PREFIX, OVERLAY_PREFIX, Subnet};
use crate::cluster::taken::Taken;
use crate::docker::{Call, EngineCall, ErrorKind, args};

impl Run<'_> {
    /// Creates the network, on `subnet` if that is still free. If another mokctl has chosen the
    /// same subnet at the same moment, the engine refuses the second, and the next free one is
    /// tried.
    pub(super) fn create_network(&self, mut subnet: Subnet) -> Result<(), StepError> {
        let mut taken = self.network.taken.clone();
        loop {
            match self.engines.manager().create_network(&self.network_call(subnet)) {
                Ok(id) => {
                    // A swarm has only one network of a name, and engines without a node on it
                    // know nothing but its name.
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

    /// Creates the container that reserves the cluster's name again, if it was created for another
    /// subnet.
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

    /// Returns the calls that create the network if `subnet` is still free.
    pub(super) fn network_calls(&self, subnet: Subnet) -> impl Iterator<Item = EngineCall<'_>> {
        let connect = self.registry_call(self.layout_on(subnet));
        let calls = [self.network_call(subnet)].into_iter().chain(connect);
        calls.map(|call| (self.engines.manager(), call))
    }

    /// Returns the call that connects the registry to the network, if there is a registry.
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

    /// Chooses the subnet for a dry run: the one that is used unless another run takes it before.
    pub(super) fn assume_network(&self) -> Result<(), StepError> {
        let subnet = self.free_subnet(&self.network.taken)?;
        self.outputs.learn_layout(self.layout_on(subnet));
        Ok(())
    }

    /// Returns the subnet that the user chose, or a free one.
    pub(super) fn free_subnet(&self, taken: &Taken) -> Result<Subnet, StepError> {
        let prefix = if self.is_spread() { OVERLAY_PREFIX } else { MAX_PREFIX };
        let free = || taken.free(self.roster.name(), prefix, self.nodes.ranges.family());
        self.network.subnet.or_else(free).ok_or(StepError::NoSubnet)
    }

    /// Returns the layout of the cluster on `subnet`.
    pub(super) fn layout_on(&self, subnet: Subnet) -> Layout {
        Layout::new(subnet, self.nodes.ranges.family())
    }
}
