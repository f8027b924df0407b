//! The place of a new cluster: the client's own engine, or the hosts that the user names. Looks for
//! all problems there before anything is created.

mod hosts;

use std::net::Ipv4Addr;
use std::thread;

use super::machine::{MachineProblem, of_options};
use super::{Demand, PreflightError, Problem, Survey, look, problems, refuse_or_warn};
use crate::cluster::addons::{Addon, Addons};
use crate::cluster::cni::Cni;
use crate::cluster::family::IpFamily;
use crate::cluster::host::Host;
use crate::cluster::kubernetes::KubernetesVersion;
use crate::cluster::name::{ClusterName, NodeName, Role};
use crate::cluster::placement::{Placement, pin, spread};
use crate::cluster::roster::Roster;
use crate::cluster::spec::ClusterSpec;
use crate::cluster::subnet::{MAX_PREFIX, Subnet};
use crate::cluster::taken::Taken;
use crate::docker::privilege::{BoundingSet, Privilege};
use crate::docker::{Client, Docker, Endpoint, Engines, join};
use crate::image::contract::NodeImage;
use crate::inventory::error::InventoryError;
use crate::inventory::found::Asked;
use crate::inventory::networks::{self, taken_subnets};
use crate::inventory::{members, node_images};

/// The place of a new cluster, with all that is known of it.
#[derive(Debug)]
pub struct Site {
    /// The engines, and which node will be on which.
    pub engines: Engines,
    /// The node image.
    pub image: NodeImage,
    /// The hosts that lack the node image, or have another one of that name.
    pub lacking: Vec<Host>,
    /// An engine that has the node image.
    pub image_from: Docker,
    /// The privileges to ask an engine for first.
    pub privilege: Privilege,
    /// The address ranges that are already in use, including the cluster's ranges.
    pub taken: Taken,
    /// The address on which the API is published, and at which clients reach it.
    pub address: Ipv4Addr,
    /// Whether this machine reaches published ports only, and no container. `false` if the user has
    /// already been warned of that.
    pub is_apart: bool,
}

impl Site {
    /// Looks at the place that `spec` and the user's hosts name, and refuses what cannot succeed
    /// there. `own` is the set of capabilities that this process may have.
    ///
    /// # Errors
    /// Returns the first problem that prevents the cluster.
    pub fn find(
        asked: Asked<'_>,
        own: Option<BoundingSet>,
        spec: &ClusterSpec,
        roster: &Roster,
    ) -> Result<Self, PreflightError> {
        let named = asked.hosts;
        let fixed = pin(&Placement::new(), roster.nodes(), named, &spec.places)?;
        if named.is_empty() {
            return one(asked, own, spec, roster);
        }
        hosts::several(asked, own, spec, roster, spread(roster, named, &fixed))
    }

    /// Returns the add-ons of a cluster in this place: the `wanted` ones, or by default all that
    /// are possible.
    ///
    /// # Errors
    /// Fails if a wanted add-on is not possible here.
    pub fn addons(&self, wanted: Option<&Addons>, cni: Cni) -> Result<Addons, PreflightError> {
        // kube-router only works with mokctl's own pod network.
        let foreign = (cni == Cni::None).then_some(Addon::Policy);
        // An overlay network does not forward ARP requests, so only the addresses of its containers
        // can be reached.
        let is_spread = !self.engines.hosts().is_empty();
        let impossible = is_spread.then_some(Addon::LoadBalancer);
        let Some(wanted) = wanted else {
            let all = self.image.addons.clone();
            return Ok(impossible.into_iter().chain(foreign).fold(all, Addons::without));
        };
        for addon in wanted.iter() {
            if impossible == Some(addon) {
                return Err(PreflightError::SpreadAddon(addon));
            }
            if foreign == Some(addon) {
                return Err(PreflightError::CniAddon(addon));
            }
            if !self.image.addons.has(addon) {
                let (image, has) = (self.image.name.clone(), self.image.addons.clone());
                return Err(PreflightError::NoAddon { image, addon, has });
            }
        }
        Ok(wanted.clone())
    }
}

/// Looks at the client's own engine.
fn one(
    Asked { docker, ui, .. }: Asked<'_>,
    own: Option<BoundingSet>,
    spec: &ClusterSpec,
    roster: &Roster,
) -> Result<Site, PreflightError> {
    let family = spec.ranges.family();
    if family.has_ipv6() && docker.client() == Client::Podman {
        return Err(PreflightError::PodmanFamily(family));
    }
    // In parallel, because each call of the docker client takes a moment.
    let (image, existing, facts, taken, endpoint) = thread::scope(|scope| {
        let existing = scope.spawn(|| refuse_existing(docker, &spec.name));
        let facts = scope.spawn(|| look(docker, &spec.options.ports()));
        let taken = scope.spawn(|| taken_subnets(docker));
        let endpoint = scope.spawn(|| docker.endpoint());
        let image = chosen_image(docker, spec);
        (image, join(existing), join(facts), join(taken), join(endpoint))
    });
    // Before the image: if that is missing, the caller may fetch one, in vain if the cluster
    // exists.
    existing?;
    let image = image?;
    if family.has_ipv6() && !image.ipv6 {
        return Err(PreflightError::NoIpv6Image { image: image.name, family });
    }
    let facts = Survey { taken: taken?, ..facts? };
    let nodes: Vec<&NodeName> = roster.nodes().iter().collect();
    let taken = facts.taken.clone().with(spec.ranges);
    let subnet = chosen_subnet(spec.options.subnet, &taken, &spec.name, family);
    let demand = Demand { subnet, ..demand(spec, &nodes, image.version) };
    let endpoint = endpoint?;
    let privilege = Privilege::first_choice(own.filter(|_| endpoint == Endpoint::Here));
    let of_options = of_options(&spec.options, spec.addons.as_ref(), &image, privilege, &facts);
    let is_warned = of_options.iter().any(|it| matches!(it, MachineProblem::Unreachable(_)));
    let found = problems(&demand, &facts).into_iter();
    refuse_or_warn(ui, found.chain(of_options.into_iter().map(Problem::from)))?;
    Ok(Site {
        engines: Engines::one(docker.clone()),
        image,
        lacking: Vec::new(),
        image_from: docker.clone(),
        privilege,
        taken,
        is_apart: !is_warned && (endpoint != Endpoint::Here || facts.machine.is_apart()),
        address: spec.options.api_address.map_or_else(|| endpoint.address(), Ok)?,
    })
}

/// Returns the node image that was asked for, or the default one.
fn chosen_image(docker: &Docker, spec: &ClusterSpec) -> Result<NodeImage, InventoryError> {
    node_images::chosen(docker, spec.image.as_ref(), spec.version.as_ref())
}

/// Returns the subnet that was asked for, or the one that a cluster `name` on one host would get.
#[must_use]
pub fn chosen_subnet(
    asked: Option<Subnet>,
    taken: &Taken,
    name: &ClusterName,
    family: IpFamily,
) -> Option<Subnet> {
    asked.or_else(|| taken.free(name, MAX_PREFIX, family))
}

/// Returns what `nodes` demand of their engine.
fn demand(spec: &ClusterSpec, nodes: &[&NodeName], kubernetes: KubernetesVersion) -> Demand {
    let of = |role| nodes.iter().filter(|node| node.role() == role).count() as u64;
    Demand {
        masters: of(Role::Master),
        workers: of(Role::Worker),
        subnet: spec.options.subnet,
        ranges: spec.ranges,
        kubernetes,
    }
}

/// Checks that the engine has no container and no network of a cluster `name`.
///
/// # Errors
/// Fails if it has: the cluster exists, or is incomplete.
pub fn refuse_existing(docker: &Docker, name: &ClusterName) -> Result<(), PreflightError> {
    let members = members::of(docker, Some(name))?;
    let finished = members.iter().any(|member| member.complete);
    if finished {
        Err(PreflightError::Exists(name.clone()))
    } else if !members.is_empty() || !networks::ids(docker, name)?.is_empty() {
        Err(InventoryError::Unfinished(name.clone()).into())
    } else {
        Ok(())
    }
}
