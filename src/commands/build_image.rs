//! `build image`: a node image out of the distribution's packages, or one that
//! somebody else has built of them.

use super::Context;
use crate::cluster::labels::image as label;
use crate::cluster::spec::{ImageRef, VersionPrefix};
use crate::docker::DockerError;
use crate::docker::args;
use crate::error::Error;
use crate::image::build::{BuildError, build, is_built, reach};
use crate::image::flavour::{FLAVOURS, Flavour};
use crate::kubeadm::version::KubernetesVersion;

/// Builds the flavour of that name, or the one that can be built here, or pulls it
/// where it is `prebuilt`, and prints the image's name.
pub(super) fn run(
    context: &Context,
    flavour: Option<&str>,
    version: Option<&VersionPrefix>,
    prebuilt: bool,
) -> Result<(), Error> {
    let (flavour, instead) = match flavour {
        None if prebuilt => (&FLAVOURS[0], None),
        None => choose(context, version)?,
        Some(given) => (named(given)?, None),
    };
    let builds = KubernetesVersion::parse(flavour.kubernetes);
    if let Some(wanted) = version
        && !builds.is_some_and(|builds| wanted.matches(builds))
    {
        let known = format!("{} in flavour {}", flavour.kubernetes, flavour.name);
        return Err(Error::NoVersion { wanted: wanted.to_string(), known });
    }
    if prebuilt {
        pull(context, flavour, builds)?;
        context.ui.answer(&format!("{}\n", flavour.image()));
        return Ok(());
    }
    let privilege = context.privilege(&context.endpoint()?);
    let mut built = build(&context.docker, flavour, privilege, &context.ui);
    if let (Err(BuildError::Docker(error @ DockerError::Failed { .. })), Some(other)) =
        (&built, instead)
    {
        refuse(context, flavour, error);
        announce(context, other);
        built = build(&context.docker, other, privilege, &context.ui);
    }
    let built = built?;
    if built.cached {
        context.ui.note("Nothing has changed since it was built.");
    }
    context.ui.answer(&format!("{}\n", built.image));
    Ok(())
}

fn named(given: &str) -> Result<&'static Flavour, Error> {
    Flavour::find(given).ok_or_else(|| Error::NoFlavour {
        given: given.to_owned(),
        known: FLAVOURS.iter().map(|flavour| flavour.name).collect::<Vec<_>>().join(", "),
    })
}

/// The newest flavour that is built already, or else that can be built, with the one to
/// build where that fails; says which and why. What was built once stays chosen: a
/// cluster of tomorrow is like today's.
fn choose(
    context: &Context,
    version: Option<&VersionPrefix>,
) -> Result<(&'static Flavour, Option<&'static Flavour>), Error> {
    let fits = |flavour: &&Flavour| {
        let builds = KubernetesVersion::parse(flavour.kubernetes);
        version.is_none_or(|wanted| builds.is_some_and(|builds| wanted.matches(builds)))
    };
    let candidates: Vec<&'static Flavour> = FLAVOURS.iter().rev().filter(fits).collect();
    for &flavour in &candidates {
        if is_built(&context.docker, flavour)? {
            return Ok((flavour, None));
        }
    }
    // The last one needs nothing but packages; if none fits that is told for it.
    let Some((last, others)) = candidates.split_last() else {
        return Ok((&FLAVOURS[0], None));
    };
    for flavour in others {
        let stage = context.ui.stage(&format!("Asking the repositories of {}", flavour.name));
        let answer = reach(&context.docker, flavour, &context.ui);
        stage.done();
        let (name, kubernetes) = (flavour.name, flavour.kubernetes);
        match answer {
            Ok(()) => {
                let why = "its repositories answer";
                context.ui.note(&format!("Building {name}, Kubernetes {kubernetes}: {why}."));
                return Ok((flavour, Some(last)));
            }
            Err(BuildError::Docker(error @ DockerError::Failed { .. })) => {
                refuse(context, flavour, &error);
            }
            Err(error) => return Err(error.into()),
        }
    }
    announce(context, last);
    Ok((last, None))
}

fn refuse(context: &Context, flavour: &Flavour, error: &DockerError) {
    let (name, kubernetes) = (flavour.name, flavour.kubernetes);
    context.ui.note(&format!("Not {name}, Kubernetes {kubernetes}: {}", reason(error)));
}

fn announce(context: &Context, flavour: &Flavour) {
    context.ui.note(&format!("Building {}, Kubernetes {}.", flavour.name, flavour.kubernetes));
}

/// Why a flavour is not to be had: in the words of the script that asks its
/// repositories, which builders surround with their own, or else what was said last.
fn reason(error: &DockerError) -> String {
    const NO_ANSWER: &str = "no answer from ";
    let output = error.output().unwrap_or_default();
    let said = output.lines().rev().find_map(|line| line.find(NO_ANSWER).map(|at| &line[at..]));
    let last = output.lines().rev().map(str::trim).find(|line| !line.is_empty());
    said.or(last).map_or_else(|| error.to_string(), String::from)
}

/// Brings the image of `flavour` from the user's repository, under the name that it
/// has when it is built here.
fn pull(
    context: &Context,
    flavour: &Flavour,
    version: Option<KubernetesVersion>,
) -> Result<(), Error> {
    let repository = context.env.image_repository.clone().unwrap_or_default();
    // What is not UTF-8 becomes what no reference has.
    let repository = repository.to_string_lossy();
    let from = ImageRef::parse(&format!("{repository}/{}:{}", flavour.name, flavour.kubernetes))
        .map_err(|_| Error::NoRepository(repository.into_owned()))?;
    let stage = context.ui.stage(&format!("Pulling {from}"));
    context.docker.capture(&args::pull(from.as_str()))?;
    // Anything may lie there.
    let pulled = context.node_image(from.as_str())?.version;
    if version != Some(pulled) {
        let wanted = flavour.kubernetes.to_owned();
        return Err(Error::NoVersion { wanted, known: format!("{pulled} in {from}") });
    }
    context.docker.capture(&args::tag(from.as_str(), &flavour.image()))?;
    stage.done();
    // The one that this one takes the name from would never be used again.
    context.docker.capture(&args::prune_images(label::INPUTS))?;
    Ok(())
}
