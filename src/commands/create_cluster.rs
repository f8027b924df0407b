//! `create cluster`: from a specification to Ready nodes, or to nothing at all.

use super::Context;
use crate::cluster::labels;
use crate::cluster::spec::ClusterSpec;
use crate::docker::args;
use crate::docker::privilege::Privilege;
use crate::error::Error;
use crate::image::contract::NodeImage;
use crate::image::flavour::FLAVOURS;
use crate::plan;
use crate::run::{Facts, Run, Timing, execute, rollback};

/// Creates the cluster of `spec`; takes everything back if that fails, unless
/// `retain`. With `dry_run` it only shows the plan.
pub(super) fn run(
    context: &Context,
    spec: &ClusterSpec,
    retain: bool,
    dry_run: bool,
) -> Result<(), Error> {
    let plan = plan::create(spec);
    if dry_run {
        context.ui.answer(&plan.to_string());
        return Ok(());
    }
    let image = node_image(context, spec)?;
    refuse_existing(context, spec)?;
    let kubeconfig = context.kubeconfig()?;
    let run = Run {
        docker: &context.docker,
        spec,
        image: &image,
        privilege: Privilege::first_choice(context.env.bounding_set),
        kubeconfig: &kubeconfig,
        id: run_id(),
        facts: Facts::default(),
    };
    match execute(&plan, &run, context.ui) {
        Ok(timings) => {
            tell(context, spec, &timings);
            Ok(())
        }
        Err(failure) => {
            if retain {
                context.ui.note(&kept(spec));
            } else {
                take_back(context, spec, &run);
            }
            Err(failure.into())
        }
    }
}

fn refuse_existing(context: &Context, spec: &ClusterSpec) -> Result<(), Error> {
    let networks = args::labelled_network_ids(labels::CLUSTER, spec.name.as_str());
    let exists =
        !context.containers(&spec.name)?.is_empty() || !context.docker.ids(&networks)?.is_empty();
    if exists { Err(Error::Exists(spec.name.clone())) } else { Ok(()) }
}

/// The image that was asked for, or the one that `build image` makes.
fn node_image(context: &Context, spec: &ClusterSpec) -> Result<NodeImage, Error> {
    let name = match &spec.image {
        Some(image) => image.to_string(),
        None => FLAVOURS[0].image(),
    };
    match context.docker.capture(&args::inspect_image(&name)) {
        Ok(json) => Ok(NodeImage::from_inspect(&name, &json)?),
        Err(error) if error.says("No such image") => Err(Error::NoImage(name)),
        Err(error) => Err(error.into()),
    }
}

/// A word that no other run has, on this engine or another.
fn run_id() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    format!("{:x}-{}", now.unwrap_or_default().as_nanos(), std::process::id())
}

fn take_back(context: &Context, spec: &ClusterSpec, run: &Run<'_>) {
    let stage = context.ui.stage("Removing what was made");
    let removed = rollback(&context.docker, &run.id);
    let forgotten = run.kubeconfig.remove(&spec.name);
    match (removed, forgotten) {
        (Ok(()), Ok(_)) => stage.done(),
        (Err(error), _) => {
            drop(stage);
            context.ui.warn(&format!(
                "{error}; 'mokctl delete cluster {}' removes what remains",
                spec.name
            ));
        }
        (Ok(()), Err(error)) => {
            drop(stage);
            context.ui.warn(&error.to_string());
        }
    }
}

fn kept(spec: &ClusterSpec) -> String {
    let name = &spec.name;
    format!(
        "Everything is kept. To look: docker exec -ti {name}-master-1 journalctl -e\n\
         To remove it: mokctl delete cluster {name}"
    )
}

fn tell(context: &Context, spec: &ClusterSpec, timings: &[Timing]) {
    if context.globals.timings {
        for Timing { step, start, end, .. } in timings {
            let (start, end) = (start.as_secs_f64(), end.as_secs_f64());
            context.ui.note(&format!("{start:7.2} {end:7.2}  {step}"));
        }
    }
    let total = timings.iter().map(|timing| timing.end).max().unwrap_or_default();
    let name = &spec.name;
    context.ui.note(&format!(
        "Cluster {name} is ready after {:.1} s. Its context is the current one; next:\n\n  \
         kubectl --context {} get nodes\n  docker exec -ti {name}-master-1 bash\n  mokctl delete cluster {name}\n",
        total.as_secs_f64(),
        spec.name.context(),
    ));
}
