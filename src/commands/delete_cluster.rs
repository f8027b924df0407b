//! `delete cluster`: leaves nothing of it, however much or little is there.

use std::thread;
use std::time::{Duration, Instant};

use super::Context;
use crate::cluster::host::Host;
use crate::cluster::labels;
use crate::cluster::name::ClusterName;
use crate::docker::{Call, Docker, DockerError, Engine, args, join};
use crate::error::Error;
use crate::inventory::error::InventoryError;
use crate::inventory::found::Found;
use crate::inventory::members::Member;
use crate::inventory::networks;
use crate::ui::PlannedStep;

/// How long a manager of a swarm may take to hear of what another one has removed.
const HEARSAY: Duration = Duration::from_secs(10);
/// Between two questions whether it has.
const INTERVAL: Duration = Duration::from_millis(100);

/// What there is to remove on an engine.
struct Part {
    host: Option<Host>,
    docker: Docker,
    containers: Option<Call>,
    networks: Vec<String>,
}

/// Removes containers with their volumes, kubeconfig entry and network. Can be
/// run again after any interruption: as long as the network is there, so is the
/// cluster. What is on a host that does not answer stays, and so does the network.
pub(super) fn run(
    context: &Context,
    cluster: &ClusterName,
    yes: bool,
    dry_run: bool,
) -> Result<(), Error> {
    let (found, parts) = look(context, cluster)?;
    let members = &found.members;
    let has_network = parts.iter().any(|part| !part.networks.is_empty());
    if members.is_empty() && !has_network {
        return Err(InventoryError::NotFound(cluster.clone()).into());
    }
    let removes_network = has_network && found.away.is_empty();
    let networks: Vec<(&Docker, Call)> = parts
        .iter()
        .filter(|part| removes_network && !part.networks.is_empty())
        .map(|part| (&part.docker, args::remove_networks(part.networks.iter().map(String::as_str))))
        .collect();
    // Of a snapshot that was deleted meanwhile the images stayed for their containers.
    let images = members.iter().any(|member| member.restored);
    let images = images.then(|| args::prune_images(labels::snapshot::NAME));
    let title = format!("Deleting cluster {cluster}");
    let mut names: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
    names.extend(removes_network.then_some("network"));
    let name = format!("remove {}", names.join(", "));
    if dry_run {
        let containers =
            parts.iter().filter_map(|part| Some((&part.docker, part.containers.as_ref()?)));
        // Every host with a part in the network names it; one removes it for all.
        let network = networks.iter().take(1).map(|(docker, call)| (*docker, call));
        let images = images.iter().map(|call| (&context.docker, call));
        let calls = containers.chain(network).chain(images);
        let commands = calls.map(|(docker, call)| docker.pretty(call)).collect();
        context.ui.planned(&title, &[PlannedStep { name, node: None, commands }]);
        return Ok(());
    }
    let question = format!("Are you sure you want to delete the cluster {cluster}? (y/N) >");
    if !yes && !context.ui.confirm(&question) {
        context.ui.note("Cancelling by user request.");
        return Ok(());
    }
    let stage = context.ui.stage(&title);
    let step = stage.step(&name, None);
    remove_containers(&parts)?;
    context.kubeconfig()?.remove(cluster)?;
    remove_network(&networks)?;
    let mut remains = found.away;
    if removes_network {
        remains.extend(wait_for_managers(cluster, &parts));
    }
    if let Some(images) = images {
        context.docker.capture(&images)?;
    }
    if !remains.is_empty() {
        return Err(Error::Remains { cluster: cluster.clone(), hosts: remains });
    }
    step.done();
    stage.done();
    Ok(())
}

/// What is there. Where a network alone is left, its label says on which hosts
/// something may be.
fn look<'a>(context: &'a Context, cluster: &ClusterName) -> Result<(Found<'a>, Vec<Part>), Error> {
    let mut found = Found::look(context.asked(), Some(cluster))?;
    let mut parts = parts(&found, cluster)?;
    let network = parts.iter().find_map(|part| Some((&part.docker, part.networks.first()?)));
    if let Some((docker, network)) = network
        && found.members.is_empty()
    {
        let hosts = docker.read(&args::inspect_networks([network.as_str()]), networks::hosts)?;
        if found.look_on(cluster, &hosts) {
            parts = self::parts(&found, cluster)?;
        }
    }
    Ok((found, parts))
}

fn parts(found: &Found<'_>, cluster: &ClusterName) -> Result<Vec<Part>, DockerError> {
    let part = |Engine { host, docker }: &Engine| {
        let is_here = |member: &&Member| found.engine(member).is(docker);
        let here: Vec<&str> =
            found.members.iter().filter(is_here).map(|member| member.id.as_str()).collect();
        let networks = networks::ids(docker, cluster)?;
        let containers = (!here.is_empty()).then(|| args::remove(here));
        Ok(Part { host: host.clone(), docker: docker.clone(), containers, networks })
    };
    thread::scope(|scope| {
        let part = |engine| scope.spawn(move || part(engine));
        let threads: Vec<_> = found.engines().iter().map(part).collect();
        threads.into_iter().map(join).collect()
    })
}

/// Of all engines, side by side; the first failure, when all are through.
fn remove_containers(parts: &[Part]) -> Result<(), DockerError> {
    let results: Vec<_> = thread::scope(|scope| {
        let remove = |part: &Part| {
            let (docker, call) = (part.docker.clone(), part.containers.clone()?);
            Some(scope.spawn(move || docker.capture(&call).map(drop)))
        };
        let threads: Vec<_> = parts.iter().filter_map(remove).collect();
        threads.into_iter().map(join).collect()
    });
    results.into_iter().collect()
}

/// A swarm's network is removed by one of its managers, for all hosts; the others refuse.
fn remove_network(networks: &[(&Docker, Call)]) -> Result<(), DockerError> {
    let mut refused = None;
    for (docker, call) in networks {
        match docker.capture(call) {
            Ok(_) => return Ok(()),
            Err(error) => refused = refused.or(Some(error)),
        }
    }
    refused.map_or(Ok(()), Err)
}

/// Until no host lists the network any more that one of them has removed: a new cluster
/// of that name would find it there. Those that still do after a while.
fn wait_for_managers(cluster: &ClusterName, parts: &[Part]) -> Vec<Host> {
    let deadline = Instant::now() + HEARSAY;
    let lists = |part: &&Part| {
        // Everything is removed: who does not answer now leaves nothing undone.
        let networks = || networks::ids(&part.docker, cluster).unwrap_or_default();
        while !networks().is_empty() {
            if Instant::now() >= deadline {
                return true;
            }
            thread::sleep(INTERVAL);
        }
        false
    };
    let others = parts.iter().filter(|part| part.host.is_some() && !part.networks.is_empty());
    others.filter(lists).filter_map(|part| part.host.clone()).collect()
}
