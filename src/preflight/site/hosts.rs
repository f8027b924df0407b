//! A place of several hosts. Asks each host about itself, finds the problems there, and finds out
//! which hosts have the node image.

use std::net::Ipv4Addr;
use std::thread;

use super::{Site, chosen_image, demand, refuse_existing};
use crate::cluster::host::Host;
use crate::cluster::mirror::Mirror;
use crate::cluster::placement::Placement;
use crate::cluster::roster::Roster;
use crate::cluster::spec::ClusterSpec;
use crate::cluster::taken::Taken;
use crate::docker::info::Info;
use crate::docker::privilege::{BoundingSet, Privilege};
use crate::docker::{Client, Docker, Endpoint, EndpointError, Engine, Engines, args, join};
use crate::image::contract::NodeImage;
use crate::inventory::error::InventoryError;
use crate::inventory::found::Asked;
use crate::inventory::networks::taken_subnets;
use crate::preflight::machine::of_options;
use crate::preflight::report::survey;
use crate::preflight::{self, PreflightError, Problem, Survey, SwarmFacts, of_swarm, problems};

/// What is known of one host.
struct HostReport {
    host: Host,
    docker: Docker,
    facts: Survey,
    swarm: SwarmFacts,
    /// The id of the host's node image. `None` if it has no image of that name.
    image: Option<String>,
    endpoint: Endpoint,
}

/// Looks in parallel at the hosts over which `placement` spreads `roster`. Reports the problems of
/// each host.
pub(super) fn several(
    asked: Asked<'_>,
    own: Option<BoundingSet>,
    spec: &ClusterSpec,
    roster: &Roster,
    placement: Placement,
) -> Result<Site, PreflightError> {
    refuse_what_hosts_cannot(asked.docker, spec)?;
    let at = |host: &Host| (host.clone(), asked.docker.at(host));
    let there: Vec<(Host, Docker)> = asked.hosts.iter().map(at).collect();
    // The first engine that has the image decides which one it is. The client's own engine comes
    // last: the image may have been built there.
    let mut sources = there.iter().map(|(_, there)| there).chain([asked.docker]);
    let found = sources.find_map(|source| Some((chosen_image(source, spec).ok()?, source)));
    let looks: Vec<Result<HostReport, PreflightError>> = thread::scope(|scope| {
        let name = found.as_ref().map(|(image, _)| image.name.as_str());
        let look = |host, there| scope.spawn(move || look(host, there, spec, name));
        let threads: Vec<_> = there.iter().map(|(host, there)| look(host, there)).collect();
        threads.into_iter().map(join).collect()
    });
    let image = found.as_ref().map(|(image, _)| image);
    let looks = check_hosts(asked, spec, &placement, looks, image)?;
    let Some((image, source)) = found else {
        return Err(why_no_image(asked.docker, &there, spec).into());
    };
    let id = source.capture(&args::image_id(&image.name))?;
    let lacking = looks.iter().filter(|look| look.image.as_ref() != Some(&id));
    // This process's capabilities only say something about engines on this machine.
    let is_here = looks.iter().all(|look| look.facts.host.is_some());
    Ok(Site {
        lacking: lacking.map(|look| look.host.clone()).collect(),
        image,
        image_from: source.clone(),
        privilege: Privilege::first_choice(own.filter(|_| is_here)),
        taken: looks
            .iter()
            .fold(Taken::default(), |all, look| all.union(look.facts.taken.clone()))
            .with(spec.ranges),
        // Containers on an overlay network cannot even be reached from their own hosts.
        is_apart: true,
        address: api_address(spec, placement.get(&roster.api_node()), &looks)?,
        engines: engines(asked.docker, looks, placement),
    })
}

fn refuse_what_hosts_cannot(docker: &Docker, spec: &ClusterSpec) -> Result<(), PreflightError> {
    if docker.client() == Client::Podman {
        return Err(PreflightError::NeedDocker);
    }
    let family = spec.ranges.family();
    if family.has_ipv6() {
        return Err(PreflightError::SpreadFamily(family));
    }
    let mirrors = spec.settings.mirrors.iter().map(Mirror::at);
    let mut registries = spec.options.registry.iter().chain(mirrors);
    match registries.find(|registry| registry.is_on_loopback()) {
        Some(registry) => Err(PreflightError::LoopbackRegistry(registry.name())),
        None => Ok(()),
    }
}

/// Returns the reason why the first host has no node image.
fn why_no_image(own: &Docker, there: &[(Host, Docker)], spec: &ClusterSpec) -> InventoryError {
    let first = there.first().map_or(own, |(_, there)| there);
    match chosen_image(first, spec) {
        Ok(image) => InventoryError::NoImage(image.name),
        Err(error) => error,
    }
}

/// Returns the address at which clients reach what `host` publishes. If the client reaches the host
/// through a local socket, that is the host's address in the swarm.
fn api_address(
    spec: &ClusterSpec,
    host: Option<&Host>,
    looks: &[HostReport],
) -> Result<Ipv4Addr, EndpointError> {
    if let Some(address) = spec.options.api_address {
        return Ok(address);
    }
    let Some(look) = looks.iter().find(|look| Some(&look.host) == host) else {
        return Ok(Ipv4Addr::LOCALHOST);
    };
    let of_swarm = look.swarm.address.as_deref().and_then(|address| address.parse().ok());
    match (&look.endpoint, of_swarm) {
        (Endpoint::Here, Some(address)) => Ok(address),
        (endpoint, _) => endpoint.address(),
    }
}

fn engines(own: &Docker, looks: Vec<HostReport>, placement: Placement) -> Engines {
    let manager = looks.iter().find(|look| look.swarm.manager);
    let manager = manager.map_or(own, |look| &look.docker).clone();
    let mut engines =
        looks.into_iter().map(|look| Engine { host: Some(look.host), docker: look.docker });
    let first = engines.next().unwrap_or(Engine { host: None, docker: own.clone() });
    Engines::several(first, engines.collect(), placement, manager)
}

/// Asks one host about itself. The calls run one after another: hosts are asked in parallel,
/// which is enough calls at once.
fn look(
    host: &Host,
    there: &Docker,
    spec: &ClusterSpec,
    image: Option<&str>,
) -> Result<HostReport, PreflightError> {
    let info = there.read(&args::info(), Info::parse)?;
    let swarm = SwarmFacts::from(&info);
    refuse_existing(there, &spec.name)?;
    let image = image.map(|image| there.ask_image(&args::image_id(image))).transpose()?;
    Ok(HostReport {
        host: host.clone(),
        docker: there.clone(),
        facts: Survey { taken: taken_subnets(there)?, ..survey(&info, &[]) },
        swarm,
        image: image.flatten(),
        endpoint: there.endpoint()?,
    })
}

/// Reports the problems of all hosts. Fails if a host has one that a cluster cannot survive.
fn check_hosts(
    Asked { hosts, ui, .. }: Asked<'_>,
    spec: &ClusterSpec,
    placement: &Placement,
    looks: Vec<Result<HostReport, PreflightError>>,
    image: Option<&NodeImage>,
) -> Result<Vec<HostReport>, PreflightError> {
    let mut known = Vec::new();
    let mut found = Vec::new();
    for (host, look) in hosts.iter().zip(looks) {
        match look {
            Ok(look) => known.push(look),
            Err(PreflightError::Docker(error)) => {
                found.push(Problem::HostAway { host: host.clone(), why: error.in_short() });
            }
            Err(error) => return Err(error),
        }
    }
    let swarm: Vec<_> = known.iter().map(|look| (look.host.clone(), look.swarm.clone())).collect();
    found.extend(of_swarm(&swarm));
    for HostReport { host, facts, .. } in &known {
        let here = placement.iter().filter(|(_, home)| *home == host).map(|(node, _)| node);
        let Some(image) = image else { continue };
        let of_host = problems(&demand(spec, &here.collect::<Vec<_>>(), image.version), facts);
        let addons = spec.addons.as_ref();
        // What an engine on another machine may grant is not known.
        let of_options = of_options(&spec.options, addons, image, Privilege::Full, facts);
        found.extend(
            of_host
                .into_iter()
                .chain(of_options.into_iter().map(Problem::from))
                .map(|problem| Problem::OnHost { host: host.clone(), problem: Box::new(problem) }),
        );
    }
    preflight::refuse_or_warn(ui, found)?;
    Ok(known)
}
