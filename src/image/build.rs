//! Builds a flavour's node image with the engine: base, Kubernetes programs,
//! control plane images, node, and the images put into the node. Each slow part
//! is an image of its own, named by the hash of what goes into it, so that it is
//! built once for this engine, whatever becomes of the work tree.

use std::io;

use thiserror::Error;

use super::flavour::{Context, Flavour};
use crate::cluster::labels::{self, image as label};
use crate::docker::privilege::Privilege;
use crate::docker::{Docker, DockerError, args};
use crate::node::files::archive;
use crate::ui::Ui;

/// Why an image cannot be built.
#[derive(Debug, Error)]
pub enum BuildError {
    /// The engine could not do it.
    #[error(transparent)]
    Docker(#[from] DockerError),
    /// The build files cannot be packed.
    #[error("cannot pack the build files")]
    Pack(#[from] io::Error),
    /// There is no base to build on.
    #[error(
        "the base image {base} is not here, cannot be pulled, and there is no mmdebstrap to make it"
    )]
    NoBase {
        /// What was looked for.
        base: &'static str,
        /// Why it cannot be pulled.
        #[source]
        pull: DockerError,
    },
}

/// The image that `build image` has made, or found made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// Its name.
    pub image: String,
    /// Whether it was there already, of the same files.
    pub cached: bool,
}

/// Builds `flavour`. `privilege` is what the engine grants a node.
///
/// # Errors
/// Whatever fails first; what is finished stays for the next try.
pub fn build(
    docker: &Docker,
    flavour: &Flavour,
    privilege: Privilege,
    ui: &Ui,
) -> Result<Built, BuildError> {
    let image = flavour.image();
    let keys = flavour.keys();
    let built_of = docker.ask_image(&args::image_label(&image, label::INPUTS))?;
    if built_of.as_deref() == Some(&keys.image) {
        return Ok(Built { image, cached: true });
    }

    let base = base(docker, flavour, ui)?;
    let programs = format!("local/mok-kubernetes:{}", keys.programs);
    let images = format!("local/mok-images:{}", keys.images);
    let node = format!("local/mok-node:{}", keys.node);
    let version = ("KUBE_VERSION", flavour.kubernetes);
    let build = |title: &str, tag: &str, context: &Context, more: &[(&str, &str)]| {
        let arguments = [&[("BASE", base.as_str()), version], more].concat();
        part(docker, title, tag, context, &arguments, ui)
    };
    let from_programs = [("KUBERNETES", programs.as_str())];
    build("Building Kubernetes (some minutes, once)", &programs, &flavour.programs, &[])?;
    build("Building the control plane's images", &images, &flavour.images, &from_programs)?;
    build("Building the node", &node, &flavour.node, &from_programs)?;

    let stage = ui.stage("Putting the images into the node");
    preload(docker, flavour, privilege, &node, &images, &keys.image)?;
    stage.done();
    // The ones that this one takes the name from would never be used again.
    docker.capture(&args::prune_images(label::INPUTS))?;
    Ok(Built { image, cached: false })
}

/// Builds one part, unless it is there.
fn part(
    docker: &Docker,
    title: &str,
    tag: &str,
    context: &Context,
    arguments: &[(&str, &str)],
    ui: &Ui,
) -> Result<(), BuildError> {
    if docker.ask_image(&args::image_id(tag))?.is_some() {
        return Ok(());
    }
    let stage = ui.stage(title);
    let context = archive(&context.files())?;
    docker.stream(&args::build(tag, arguments, context), |line| ui.detail("build", line))?;
    stage.done();
    Ok(())
}

/// The distribution's own image where it is here or can be pulled; else one made
/// of the same packages, under a name of ours.
fn base(docker: &Docker, flavour: &Flavour, ui: &Ui) -> Result<String, BuildError> {
    let made = format!("local/mok-base:{}", flavour.suite);
    for image in [&made, flavour.base] {
        if docker.ask_image(&args::image_id(image))?.is_some() {
            return Ok(image.to_owned());
        }
    }
    let stage = ui.stage("Getting the base image");
    if let Err(pull) = docker.capture(&args::pull(flavour.base)) {
        if matches!(pull, DockerError::Interrupted { .. }) {
            return Err(pull.into());
        }
        let Ok(mmdebstrap) = which::which("mmdebstrap") else {
            return Err(BuildError::NoBase { base: flavour.base, pull });
        };
        let words = MMDEBSTRAP.into_iter().chain([flavour.suite, "-"]).collect::<Vec<_>>();
        docker.capture_piped(&mmdebstrap, &words, &args::import(&made))?;
        stage.done();
        return Ok(made);
    }
    stage.done();
    Ok(flavour.base.to_owned())
}

/// The least that Debian is, as a tar archive.
const MMDEBSTRAP: [&str; 7] = [
    "--quiet",
    "--variant=minbase",
    // Nobody reads them in a node, nor in what is built on this base.
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
    // A new system needs no program to merge its /usr, and that one brings all of
    // perl along.
    "--include=usr-is-merged",
    "--customize-hook=chroot \"$1\" apt-get --quiet=2 purge usrmerge 'perl-modules-5*' >&2",
];

/// Runs the preload script in a container of `node` and commits it.
fn preload(
    docker: &Docker,
    flavour: &Flavour,
    privilege: Privilege,
    node: &str,
    images: &str,
    key: &str,
) -> Result<(), BuildError> {
    let suffix = std::process::id();
    let (volumes, container) = (format!("mok-volumes-{suffix}"), format!("mok-preload-{suffix}"));
    let owner = [(labels::RUN, format!("build-{suffix}"))];
    let result = (|| {
        docker.capture(&args::create_volumes(&volumes, images, &owner))?;
        let run = |privilege| {
            let script = flavour.preload;
            docker.capture(&args::run_script(&container, node, &volumes, privilege, &owner, script))
        };
        match run(privilege) {
            Err(error) if privilege.refused(&error) => {
                docker.capture(&args::remove([container.as_str()]))?;
                run(docker.lesser_privilege(node)?)?;
            }
            result => drop(result?),
        }
        docker.capture(&args::commit(&container, &flavour.image(), &changes(flavour, key)))
    })();
    let undone =
        docker.uninterruptible().capture(&args::remove([container.as_str(), volumes.as_str()]));
    result?;
    undone?;
    Ok(())
}

/// `docker commit` keeps the container's own entrypoint: the image's is put back.
fn changes(flavour: &Flavour, key: &str) -> Vec<String> {
    let mut changes = vec![
        r#"ENTRYPOINT ["/usr/local/bin/mok-entrypoint"]"#.to_owned(),
        "CMD []".into(),
        format!("LABEL {}={}", label::KUBERNETES, flavour.kubernetes),
        format!("LABEL {}={key}", label::INPUTS),
    ];
    changes.extend(flavour.labels.iter().map(|(name, value)| format!("LABEL {name}={value}")));
    changes
}
