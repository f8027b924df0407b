//! Where a new cluster comes to be: the client's own engine, or the hosts that the user
//! names. Looks at everything that can be in the way, before anything is made.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::thread;

use super::Context;
use super::image::node_image;
use super::preflight::{self, join};
use crate::cluster::host::Host;
use crate::cluster::name::{ClusterName, NodeName, Role};
use crate::cluster::placement::{Placement, spread, wish};
use crate::cluster::registry::Registry;
use crate::cluster::roster::Roster;
use crate::cluster::spec::ClusterSpec;
use crate::cluster::subnet::Subnet;
use crate::docker::privilege::Privilege;
use crate::docker::{Client, Docker, Endpoint, args};
use crate::error::Error;
use crate::image::contract::NodeImage;
use crate::kubeadm::version::KubernetesVersion;
use crate::preflight::{
    Demand, EngineFacts, Facts, HostFacts, Problem, SwarmFacts, of_swarm, problems,
};
use crate::run::{Engine, Engines, taken_subnets};

/// All that is known of the place.
pub(super) struct Site {
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
    pub taken: BTreeSet<Subnet>,
    /// Where the API is published.
    pub address: Ipv4Addr,
}

impl Site {
    /// Looks at the place that `spec` and the user's hosts name, and refuses what cannot
    /// succeed there.
    pub(super) fn find(
        context: &Context,
        spec: &ClusterSpec,
        roster: &Roster,
    ) -> Result<Self, Error> {
        let hosts = &context.globals.hosts;
        let fixed = wish(&Placement::new(), roster.nodes(), hosts, &spec.places)?;
        if hosts.is_empty() {
            return one(context, spec, roster);
        }
        several(context, spec, roster, spread(roster, hosts, &fixed))
    }
}

/// On the client's own engine.
fn one(context: &Context, spec: &ClusterSpec, roster: &Roster) -> Result<Site, Error> {
    // Side by side: each call of docker's client costs a moment of its own.
    let (image, existing, facts, taken, endpoint) = thread::scope(|scope| {
        let existing = scope.spawn(|| refuse_existing(context, &spec.name));
        let facts = scope.spawn(|| preflight::look(context, spec.wishes.api_port));
        let taken = scope.spawn(|| taken_subnets(&context.docker));
        let endpoint = scope.spawn(|| context.endpoint());
        (node_image(context, spec), join(existing), join(facts), join(taken), join(endpoint))
    });
    let image = image?;
    existing?;
    let facts = Facts { taken: taken?, ..facts? };
    let nodes: Vec<&NodeName> = roster.nodes().iter().collect();
    preflight::check(context, &demand(spec, &nodes, image.version), &facts)?;
    let endpoint = endpoint?;
    Ok(Site {
        engines: Engines::one(context.docker.clone()),
        image,
        lacking: Vec::new(),
        image_from: context.docker.clone(),
        privilege: context.privilege(&endpoint),
        taken: facts.taken,
        address: spec.wishes.api_address.map_or_else(|| endpoint.address(), Ok)?,
    })
}

/// What a host says of itself.
struct Look {
    facts: Facts,
    swarm: SwarmFacts,
    /// The id of its node image; none where it has none of that name.
    image: Option<String>,
    endpoint: Endpoint,
}

/// On several hosts: what is in the way on each is told for each.
fn several(
    context: &Context,
    spec: &ClusterSpec,
    roster: &Roster,
    placement: Placement,
) -> Result<Site, Error> {
    if context.docker.client() == Client::Podman {
        return Err(Error::HostsNeedDocker);
    }
    if let Some(registry) =
        spec.wishes.registry.as_ref().filter(|registry| registry.is_on_loopback())
    {
        return Err(Error::LoopbackRegistry(Registry::to_string(registry)));
    }
    let there: Vec<(Host, Context)> = context
        .globals
        .hosts
        .iter()
        .map(|host| (host.clone(), context.with(context.docker.at(host))))
        .collect();
    // The first that has the image says which one it is; the client's own engine may
    // have it, too, where it was built.
    let own = context.with(context.docker.clone());
    let mut sources = there.iter().map(|(_, there)| there).chain([&own]);
    let found = sources.find_map(|source| Some((node_image(source, spec).ok()?, source)));
    let looks: Vec<Result<Look, Error>> = thread::scope(|scope| {
        let name = found.as_ref().map(|(image, _)| image.name.as_str());
        let look = |there| scope.spawn(move || look(there, spec, name));
        let threads: Vec<_> = there.iter().map(|(_, there)| look(there)).collect();
        threads.into_iter().map(join).collect()
    });
    let version = found.as_ref().map(|(image, _)| image.version);
    let looks = heed(context, spec, &placement, &there, looks, version)?;
    let Some((image, source)) = found else {
        // The reason why the first has none.
        return Err(there.first().map_or_else(
            || Error::NoImage(String::new()),
            |(_, there)| match node_image(there, spec) {
                Ok(image) => Error::NoImage(image.name),
                Err(error) => error,
            },
        ));
    };
    let id = source.docker.capture(&args::image_id(&image.name))?;
    let lacks = |look: &&(Host, Docker, Look)| look.2.image.as_ref() != Some(&id);
    let lacking = looks.iter().filter(lacks).map(|(host, ..)| host.clone()).collect();
    let image_from = source.docker.clone();

    let api = placement.get(&roster.api_node());
    let api = looks.iter().find(|(host, ..)| Some(host) == api);
    let address = match (spec.wishes.api_address, api) {
        (Some(address), _) => address,
        (None, Some((_, _, look))) => api_address(look)?,
        (None, None) => Ipv4Addr::LOCALHOST,
    };
    // What this process may do says something of engines on this machine alone.
    let is_here = looks.iter().all(|(_, _, look)| look.facts.host.is_some());
    let privilege = Privilege::first_choice(context.env.bounding_set.filter(|_| is_here));
    let taken = looks.iter().flat_map(|(_, _, look)| look.facts.taken.iter().copied()).collect();
    let manager = looks.iter().find(|(_, _, look)| look.swarm.manager);
    let manager = manager.map_or_else(|| context.docker.clone(), |(_, docker, _)| docker.clone());
    let mut engines =
        looks.into_iter().map(|(host, docker, _)| Engine { host: Some(host), docker });
    let first = engines.next().unwrap_or(Engine { host: None, docker: context.docker.clone() });
    let engines = Engines::several(first, engines.collect(), placement, manager);
    Ok(Site { engines, image, lacking, image_from, privilege, taken, address })
}

/// Where clients find what the host publishes: a socket says nothing of that, its swarm
/// does.
fn api_address(look: &Look) -> Result<Ipv4Addr, Error> {
    let of_swarm = look.swarm.address.as_deref().and_then(|address| address.parse().ok());
    match (&look.endpoint, of_swarm) {
        (Endpoint::Here, Some(address)) => Ok(address),
        (endpoint, _) => Ok(endpoint.address()?),
    }
}

/// One call after the other: with many hosts there are enough at once.
fn look(there: &Context, spec: &ClusterSpec, image: Option<&str>) -> Result<Look, Error> {
    let (engine, swarm) = there.docker.read(&args::info(), |info| {
        Ok::<_, String>((EngineFacts::from_info(info)?, SwarmFacts::from_info(info)?))
    })?;
    refuse_existing(there, &spec.name)?;
    let image = image.map(|image| there.docker.ask_image(&args::image_id(image))).transpose()?;
    Ok(Look {
        facts: Facts {
            host: HostFacts::read(&engine, None),
            engine,
            taken: taken_subnets(&there.docker)?,
        },
        swarm,
        image: image.flatten(),
        endpoint: there.endpoint()?,
    })
}

/// Tells what is in the way, and refuses if anything is.
fn heed(
    context: &Context,
    spec: &ClusterSpec,
    placement: &Placement,
    there: &[(Host, Context)],
    looks: Vec<Result<Look, Error>>,
    version: Option<KubernetesVersion>,
) -> Result<Vec<(Host, Docker, Look)>, Error> {
    let mut known = Vec::new();
    let mut found = Vec::new();
    for ((host, there), look) in there.iter().zip(looks) {
        match look {
            Ok(look) => known.push((host.clone(), there.docker.clone(), look)),
            Err(Error::Docker(error)) => {
                found.push(Problem::HostAway { host: host.clone(), why: error.in_short() });
            }
            Err(error) => return Err(error),
        }
    }
    let swarm: Vec<_> =
        known.iter().map(|(host, _, look)| (host.clone(), look.swarm.clone())).collect();
    found.extend(of_swarm(&swarm));
    for (host, _, look) in &known {
        let here = placement.iter().filter(|(_, home)| *home == host).map(|(node, _)| node);
        let Some(version) = version else { continue };
        let of_host = problems(&demand(spec, &here.collect::<Vec<_>>(), version), &look.facts);
        found.extend(
            of_host
                .into_iter()
                .map(|problem| Problem::OnHost { host: host.clone(), problem: Box::new(problem) }),
        );
    }
    preflight::heed(context, found)?;
    Ok(known)
}

fn demand(spec: &ClusterSpec, nodes: &[&NodeName], kubernetes: KubernetesVersion) -> Demand {
    let of = |role| nodes.iter().filter(|node| node.role() == role).count() as u64;
    Demand {
        masters: of(Role::Master),
        workers: of(Role::Worker),
        api_port: spec.wishes.api_port,
        subnet: spec.wishes.subnet,
        kubernetes,
    }
}

/// That there is nothing yet of the cluster `name`.
pub(super) fn refuse_existing(context: &Context, name: &ClusterName) -> Result<(), Error> {
    let members = context.members(Some(name))?;
    let finished = members.iter().any(|member| member.complete);
    if finished {
        Err(Error::Exists(name.clone()))
    } else if !members.is_empty() || !context.networks(name)?.is_empty() {
        Err(Error::Unfinished(name.clone()))
    } else {
        Ok(())
    }
}
