//! `load image`: copies images from the engine into all nodes in parallel.

use std::path::Path;
use std::thread;

use super::Context;
use super::image_delivery::{Lacking, Wanted, deliver};
use crate::cluster::image_name;
use crate::cluster::image_ref::ImageRef;
use crate::cluster::name::{ClusterName, NodeName, Role};
use crate::docker::{Docker, DockerError, args, join};
use crate::error::Error;
use crate::inventory::existing::ExistingCluster;

/// Further platforms that nodes of a platform can run.
const ALSO_RUNS: [(&str, &str); 2] = [("linux/amd64", "linux/386"), ("linux/arm64", "linux/arm")];

/// Loads `images` into every node that lacks one of them, or has another image under its name.
pub(super) fn run(
    context: &Context,
    cluster: &ClusterName,
    images: &[ImageRef],
) -> Result<(), Error> {
    let existing = ExistingCluster::find(context.asked(), cluster)?;
    existing.refuse_unchangeable(None)?;
    let from = source(context, &existing, images)?;
    let platform = platform(&existing)?;
    let mut wanted = Vec::new();
    let mut renamed = Vec::new();
    for image in images {
        let found = find(&from, image.as_str(), platform.as_deref())?;
        let asked = image_name::full(image.as_str());
        if found.iter().all(|one| Some(&one.full) != asked.as_ref()) {
            let names: Vec<_> = found.iter().map(|one| one.full.as_str()).collect();
            renamed.push(format!("{image} is called {} in the nodes", names.join(" and ")));
        }
        wanted.extend(found);
    }
    let stage = context.ui.stage(&format!("Loading images into {cluster}"));
    let runtime = existing.runtime();
    let lacking = thread::scope(|scope| {
        let look = |node: &NodeName| {
            let (docker, node, wanted) = (existing.engines.of(node), node.to_string(), &wanted);
            scope.spawn(move || Lacking::look(docker, runtime, node, wanted))
        };
        let threads: Vec<_> = existing.roster.kubernetes().map(look).collect();
        threads.into_iter().map(join).collect::<Result<Vec<_>, _>>()
    })?;
    deliver(&from, runtime, &lacking)?;
    stage.done();
    for line in renamed {
        context.ui.note(&line);
    }
    Ok(())
}

/// Returns the engine of a host of the cluster that has all images, or else the default engine.
fn source(
    context: &Context,
    existing: &ExistingCluster,
    images: &[ImageRef],
) -> Result<Docker, Error> {
    let hosts = existing.engines.iter().filter(|engine| engine.host.is_some());
    for docker in hosts.map(|engine| &engine.docker) {
        let mut has_all = true;
        for image in images {
            has_all &= docker.ask_image(&args::image_id(image.as_str()))?.is_some();
        }
        if has_all {
            return Ok(docker.clone());
        }
    }
    Ok(context.docker.clone())
}

/// Returns the platform of the nodes, or `None` if their image was removed.
fn platform(existing: &ExistingCluster) -> Result<Option<String>, DockerError> {
    let is_node = |role: Role| role.runs_kubernetes();
    let node = existing.members.iter().find(|member| member.role().is_some_and(is_node));
    let Some((member, node)) = node.and_then(|member| Some((member, member.node.as_ref()?))) else {
        return Ok(None);
    };
    existing.engines.of(node).ask_image(&args::image_platform(&member.base.id))
}

/// Finds the engine's image `word`, and returns it under that name. If `word` is an id or a
/// digest, by which pods cannot use an image, returns it under all its names.
fn find(docker: &Docker, word: &str, nodes: Option<&str>) -> Result<Vec<Wanted>, Error> {
    let image = docker.find_image(word)?.ok_or_else(|| Error::NoSuchImage {
        image: word.to_owned(),
        load: Path::new(word).exists().then(|| docker.pretty(&args::load(word))),
    })?;
    let platform = format!("{}/{}", image.os, image.architecture);
    if nodes
        .is_some_and(|nodes| nodes != platform && !ALSO_RUNS.contains(&(nodes, platform.as_str())))
    {
        let (image, nodes) = (word.to_owned(), nodes.unwrap_or_default().to_owned());
        return Err(Error::ForeignImage { image, platform, nodes });
    }
    // podman prints the digest without the name of the hash.
    let id = format!("sha256:{}", image.id.trim_start_matches("sha256:"));
    let full = |name: &String| image_name::full(name);
    let asked = image_name::full(word);
    let by_name = image.repo_tags.iter().any(|name| full(name) == asked);
    let names = image.repo_tags.iter().filter(|name| !by_name || full(name) == asked);
    let wanted: Vec<_> = names
        .filter_map(|name| {
            let (id, layers) = (id.clone(), image.root_fs.layers.clone());
            Some(Wanted { name: name.clone(), full: full(name)?, id, layers })
        })
        .collect();
    if wanted.is_empty() {
        let tag = docker.pretty(&args::tag(word, "NAME"));
        return Err(Error::UnnamedImage { image: word.to_owned(), tag });
    }
    Ok(wanted)
}
