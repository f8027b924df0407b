//! `create cluster`: from a specification to Ready nodes, or to nothing at all.

use std::collections::BTreeSet;
use std::time::Duration;

use super::report::OnFailure;
use super::{Context, report};
use crate::cluster::name::{ClusterName, Role};
use crate::cluster::spec::{ClusterSpec, VersionPrefix};
use crate::docker::privilege::Privilege;
use crate::error::Error;
use crate::image::contract::{BuiltImage, NodeImage};
use crate::image::flavour::FLAVOURS;
use crate::plan;
use crate::run::{LOOPBACK, Run, foresee};

/// Creates the cluster of `spec`; takes everything back if that fails, unless
/// `retain`. With `dry_run` it only shows the plan.
pub(super) fn run(
    context: &Context,
    spec: &ClusterSpec,
    retain: bool,
    dry_run: bool,
) -> Result<(), Error> {
    let roster = spec.roster();
    let plan = plan::create(&roster);
    let image = node_image(context, spec)?;
    refuse_existing(context, &spec.name)?;
    if roster.with_role(Role::Master).count() == 2 {
        context
            .ui
            .warn("two masters: etcd stops when either is gone; three survive the loss of one");
    }
    let run = Run {
        image: Some(image),
        privilege: Privilege::first_choice(context.env.bounding_set),
        subnet: spec.subnet,
        api_port: spec.api_port,
        kubeconfig: Some(context.kubeconfig()?),
        tail: context.tail(),
        ..Run::new(&context.docker, &roster, roster.first_master())
    };
    if dry_run {
        return Ok(foresee(&plan, &run, &context.ui)?);
    }
    let on_failure = if retain { OnFailure::Retain } else { OnFailure::TakeBack };
    report::carry_out(context, &plan, &run, on_failure)?;
    context.ui.fact("context", spec.name.context());
    if let Ok(port) = run.facts.api_port() {
        context.ui.fact("server", format!("https://{LOOPBACK}:{port}"));
    }
    context.ui.note(&next_steps(&spec.name, context.ui.elapsed()));
    Ok(())
}

/// The image that was asked for, by name or by version; else the one that `build
/// image` makes.
fn node_image(context: &Context, spec: &ClusterSpec) -> Result<NodeImage, Error> {
    let image = match (&spec.image, &spec.version) {
        (Some(image), _) => context.node_image(image.as_str())?,
        (None, None) => context.node_image(&FLAVOURS[0].image())?,
        (None, Some(wanted)) => {
            let images = context.node_images()?;
            let newest = images.iter().rfind(|image| wanted.matches(image.version));
            let newest = newest.ok_or_else(|| no_version(wanted, &images))?;
            context.node_image(&newest.name)?
        }
    };
    match &spec.version {
        Some(wanted) if !wanted.matches(image.version) => {
            Err(no_version(wanted, &context.node_images()?))
        }
        Some(_) | None => Ok(image),
    }
}

fn no_version(wanted: &VersionPrefix, images: &[BuiltImage]) -> Error {
    let versions: BTreeSet<_> = images.iter().map(|image| image.version).collect();
    let versions: Vec<_> = versions.iter().map(ToString::to_string).collect();
    let known = if versions.is_empty() { "none".to_owned() } else { versions.join(", ") };
    Error::NoVersion { wanted: wanted.to_string(), known }
}

fn refuse_existing(context: &Context, name: &ClusterName) -> Result<(), Error> {
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

fn next_steps(name: &ClusterName, total: Duration) -> String {
    format!(
        "Cluster {name} is ready after {:.1} s. The current context is {context}; next:\n\n  \
         kubectl --context {context} get nodes\n  mokctl exec {name}-master-1\n  mokctl delete cluster {name}\n",
        total.as_secs_f64(),
        context = name.context(),
    )
}
