//! `load image`: from the engine into the nodes, streamed, all nodes at once.

use super::Context;
use crate::cluster::name::{ClusterName, NodeName};
use crate::cluster::runtime::Runtime;
use crate::cluster::spec::ImageRef;
use crate::docker::{Docker, DockerError, args};
use crate::error::Error;
use crate::inventory::existing::Existing;

/// Loads `images` into every node that lacks one of them.
pub(super) fn run(
    context: &Context,
    cluster: &ClusterName,
    images: &[ImageRef],
) -> Result<(), Error> {
    let existing = Existing::find(context.asked(), cluster)?;
    existing.may_change(None)?;
    let from = source(context, &existing, images)?;
    let mut ids = Vec::new();
    for image in images {
        let id = from.ask_image(&args::image_id(image.as_str()))?;
        let id = id.ok_or_else(|| Error::NoSuchImage(image.to_string()))?;
        // podman leaves out how the digest was made.
        ids.push(format!("sha256:{}", id.trim_start_matches("sha256:")));
    }
    let stage = context.ui.stage(&format!("Loading images into {cluster}"));
    let runtime = existing.runtime();
    let results: Vec<Result<(), DockerError>> = std::thread::scope(|scope| {
        let (from, ids) = (&from, &ids);
        let load = |node: &NodeName| {
            let (to, node) = (existing.engines.of(node), node.to_string());
            scope.spawn(move || load((from, to), runtime, &node, images, ids))
        };
        let threads: Vec<_> = existing.roster.kubernetes().map(load).collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    results.into_iter().collect::<Result<(), _>>()?;
    stage.done();
    Ok(())
}

/// A host of the cluster that has all images; the client's own engine otherwise.
fn source(context: &Context, existing: &Existing, images: &[ImageRef]) -> Result<Docker, Error> {
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

/// From one engine to a node on another. An engine's id of an image is the digest of
/// its configuration, and the runtime lists it too. (Engines that keep images in
/// containerd have another id: there every load is done.)
fn load(
    (from, to): (&Docker, &Docker),
    runtime: Runtime,
    node: &str,
    images: &[ImageRef],
    ids: &[String],
) -> Result<(), DockerError> {
    let list = args::exec(node, runtime.list_images().iter().copied());
    let there = to.capture(&list)?;
    let there: Vec<&str> = there.split_whitespace().collect();
    let missing: Vec<&str> = images
        .iter()
        .zip(ids)
        .filter(|(image, id)| {
            let name = |word: &str| word == image.as_str() || word.ends_with(&format!("/{image}"));
            !(there.contains(&id.as_str()) && there.iter().any(|word| name(word)))
        })
        .map(|(image, _)| image.as_str())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let import = args::exec_piped(node, runtime.import_images().iter().copied());
    from.pipe(&args::save(missing), to, &import).map(drop)
}
