//! `load image`: from the engine into the nodes, streamed, all nodes at once.

use super::Context;
use super::existing::Existing;
use crate::cluster::name::ClusterName;
use crate::cluster::spec::ImageRef;
use crate::docker::{DockerError, args};
use crate::error::Error;

/// containerd's own client, in the namespace that the kubelet uses.
const CTR: [&str; 4] = ["ctr", "--namespace=k8s.io", "images", "import"];

/// Loads `images` into every node that lacks one of them.
pub(super) fn run(
    context: &Context,
    cluster: &ClusterName,
    images: &[ImageRef],
) -> Result<(), Error> {
    let existing = Existing::find(context, cluster)?;
    existing.may_change(None)?;
    let mut ids = Vec::new();
    for image in images {
        let id = context.docker.ask_image(&args::image_id(image.as_str()))?;
        let id = id.ok_or_else(|| Error::NoSuchImage(image.to_string()))?;
        // podman leaves out how the digest was made.
        ids.push(format!("sha256:{}", id.trim_start_matches("sha256:")));
    }
    let stage = context.ui.stage(&format!("Loading into {cluster}"));
    let nodes: Vec<String> = existing.roster.kubernetes().map(ToString::to_string).collect();
    let results: Vec<Result<(), DockerError>> = std::thread::scope(|scope| {
        let ids = &ids;
        let load = |node| scope.spawn(move || load(context, node, images, ids));
        let threads: Vec<_> = nodes.iter().map(String::as_str).map(load).collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    results.into_iter().collect::<Result<(), _>>()?;
    stage.done();
    Ok(())
}

/// An engine's id of an image is the digest of its configuration, and containerd
/// lists it under that name too. (Engines that keep images in containerd have
/// another id: there every load is done.)
fn load(
    context: &Context,
    node: &str,
    images: &[ImageRef],
    ids: &[String],
) -> Result<(), DockerError> {
    let list = ["ctr", "--namespace=k8s.io", "images", "list", "--quiet"];
    let there = context.docker.capture(&args::exec(node, list))?;
    let missing: Vec<&str> = images
        .iter()
        .zip(ids)
        .filter(|(image, id)| {
            let name = |line: &str| line == image.as_str() || line.ends_with(&format!("/{image}"));
            !(there.lines().any(|line| line == *id) && there.lines().any(name))
        })
        .map(|(image, _)| image.as_str())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let import = args::exec_piped(node, CTR.into_iter().chain(["-"]));
    context.docker.pipe(&args::save(missing), &import).map(drop)
}
