//! Finds the network of a new cluster: a subnet that no network of the engine
//! and no route of the host has.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use super::Run;
use super::error::StepError;
use crate::cluster::layout::Layout;
use crate::cluster::subnet::{MAX_PREFIX, OVERLAY_PREFIX, Subnet};
use crate::docker::{Call, ErrorKind, args};

/// Where subnets are looked for: clear of the engine's own pools
/// (172.17.0.0/12, 192.168.0.0/16) and of pods and Services.
const POOL: [u8; 2] = [10, 213];

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
                    self.outputs.learn_layout(Layout::new(subnet));
                    return Ok(());
                }
                Err(error)
                    if error.kind() == ErrorKind::SubnetTaken && self.network.subnet.is_none() =>
                {
                    taken.insert(subnet);
                    subnet = self.free_subnet(&taken)?;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    pub(super) fn network_call(&self, subnet: Subnet) -> Call {
        let name = self.roster.name().network();
        let (labels, subnet, halves) = (self.labels(), subnet.to_string(), subnet.halves());
        match halves {
            Some([_, upper]) if self.is_spread() => {
                args::create_overlay(&name, &subnet, &upper.to_string(), &labels)
            }
            _ => args::create_network(&name, &subnet, &labels),
        }
    }

    /// The network as it would be if no other run creates one until then.
    pub(super) fn assume_network(&self) -> Result<(), StepError> {
        let subnet = self.free_subnet(&self.network.taken)?;
        self.outputs.learn_layout(Layout::new(subnet));
        Ok(())
    }

    /// The chosen subnet, or the first free one of the pool. The search starts at
    /// a place that follows from the name, so that a cluster that is made again
    /// usually has its old addresses.
    pub(super) fn free_subnet(&self, taken: &BTreeSet<Subnet>) -> Result<Subnet, StepError> {
        if let Some(chosen) = self.network.subnet {
            return Ok(chosen);
        }
        let free = |subnet: &Subnet| !taken.iter().any(|other| other.overlaps(subnet));
        let name = self.roster.name().as_str();
        let start = name.bytes().fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
        let candidates = (0..=u8::MAX).filter_map(|step| {
            let [a, b] = POOL;
            let prefix = if self.is_spread() { OVERLAY_PREFIX } else { MAX_PREFIX };
            Subnet::new(Ipv4Addr::new(a, b, start.wrapping_add(step), 0), prefix)
        });
        let all_taken = || StepError::NoSubnet;
        candidates.into_iter().find(free).ok_or_else(all_taken)
    }
}
