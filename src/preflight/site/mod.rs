//! Where a new cluster comes to be: the client's own engine, or the hosts that the user
//! names. Looks at everything that can be in the way, before anything is made.

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

/// All that is known of the place.
#[derive(Debug)]
pub struct Site {
    /// The engines, and which node will be on which.
    pub engines: Engines,
    /// The node image.
    pub image: NodeImage,
    /// The hosts that lack it, and who has it.
    pub lacking: Vec<Host>,
    /// Who has it.
    pub image_from: Docker,
    /// What to try first of what an engine may grant.
    pub privilege: Privilege,
    /// Which networks have addresses already.
    pub taken: Taken,
    /// Where the API is published.
    pub address: Ipv4Addr,
    /// Whether this machine reaches only what the engine publishes, and no container; not
    /// where the user has been warned of it.
    pub is_apart: bool,
}

impl Site {
    /// Looks at the place that `spec` and the user's hosts name, and refuses what cannot
    /// succeed there. `own` is what this process may do.
    ///
    /// # Errors
    /// What is in the way.
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

    /// The add-ons of a cluster here: those that are `wanted`, by default all that are
    /// possible.
    ///
    /// # Errors
    /// One is wanted that is not possible.
    pub fn addons(&self, wanted: Option<&Addons>, cni: Cni) -> Result<Addons, PreflightError> {
        // kube-router knows mokctl's network alone.
        let foreign = (cni == Cni::None).then_some(Addon::Policy);
        // An overlay network does not pass on the question who has an address: only
        // those of its containers are reached.
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

/// On the client's own engine.
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
    // Side by side: each call of docker's client takes a moment.
    let (image, existing, facts, taken, endpoint) = thread::scope(|scope| {
        let existing = scope.spawn(|| refuse_existing(docker, &spec.name));
        let facts = scope.spawn(|| look(docker, &spec.options.ports()));
        let taken = scope.spawn(|| taken_subnets(docker));
        let endpoint = scope.spawn(|| docker.endpoint());
        let image = chosen_image(docker, spec);
        (image, join(existing), join(facts), join(taken), join(endpoint))
    });
    // An image may be brought; that would be for nothing.
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

/// The node image that was asked for.
fn chosen_image(docker: &Docker, spec: &ClusterSpec) -> Result<NodeImage, InventoryError> {
    node_images::chosen(docker, spec.image.as_ref(), spec.version.as_ref())
}

/// The subnet that was asked for, or the one that a cluster `name` on one host would get.
#[must_use]
pub fn chosen_subnet(
    asked: Option<Subnet>,
    taken: &Taken,
    name: &ClusterName,
    family: IpFamily,
) -> Option<Subnet> {
    asked.or_else(|| taken.free(name, MAX_PREFIX, family))
}

/// What `nodes` ask of where they will be.
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

/// That there is nothing yet of the cluster `name`.
///
/// # Errors
/// Where there is.
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
