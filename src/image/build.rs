//! Builds a flavour's node image with the engine: base, Kubernetes programs and
//! control plane images, or where to get them, node, and the images put into the node. Each slow part
//! is an image of its own, named by the hash of what goes into it, so that it is
//! built once for this engine, whatever becomes of the work tree.

use std::io;

use thiserror::Error;

use super::flavour::{Context, Flavour, Source};
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
    if is_built(docker, flavour)? {
        return Ok(Built { image, cached: true });
    }

    let keys = flavour.keys();
    let base = base(docker, flavour, ui)?;
    let node = format!("local/mok-node:{}", keys.node);
    let volumes = match &flavour.source {
        Source::Compiled { programs, images } => {
            let (programs_tag, images_tag) =
                (format!("local/mok-kubernetes:{}", keys.source), images_tag(&keys.images));
            let common = [("BASE", base.as_str()), ("KUBE_VERSION", flavour.kubernetes)];
            let all = [common[0], common[1], ("KUBERNETES", &programs_tag)];
            let build =
                |title, tag, context, arguments| part(docker, title, tag, context, arguments, ui);
            build("Building Kubernetes (some minutes, once)", &programs_tag, programs, &common)?;
            build("Building the control plane's images", &images_tag, images, &all)?;
            build("Building the node", &node, &flavour.node, &all)?;
            Volumes::Of(images_tag)
        }
        Source::Published { repositories, runtime } => {
            let tag = repositories_tag(flavour);
            let version = ("KUBERNETES_VERSION", flavour.kubernetes);
            let title = "Getting the lists of packages";
            part(docker, title, &tag, repositories, &[("BASE", &base), version], ui)?;
            let arguments = [("BASE", tag.as_str()), version];
            part(docker, "Building the node", &node, &flavour.node, &arguments, ui)?;
            Volumes::New(runtime.state())
        }
    };

    let stage = ui.stage("Putting the images into the node");
    preload(docker, flavour, privilege, &node, &volumes, &keys.image)?;
    stage.done();
    // The ones that this one takes the name from would never be used again.
    docker.capture(&args::prune_images(label::INPUTS))?;
    Ok(Built { image, cached: false })
}

/// Whether the engine has the image of `flavour` as it would be built now.
///
/// # Errors
/// The engine does not say.
pub fn is_built(docker: &Docker, flavour: &Flavour) -> Result<bool, DockerError> {
    let built_of = docker.ask_image(&args::image_label(&flavour.image(), label::INPUTS))?;
    Ok(built_of.as_deref() == Some(&flavour.keys().image))
}

/// Whether what `flavour` is made of can be had from here, the engine's way out: for
/// one of published packages its base, and the repositories' lists, which are kept.
///
/// # Errors
/// Why it cannot be had.
pub fn reach(docker: &Docker, flavour: &Flavour, ui: &Ui) -> Result<(), BuildError> {
    let Source::Published { repositories, .. } = &flavour.source else { return Ok(()) };
    let tag = repositories_tag(flavour);
    if docker.ask_image(&args::image_id(&tag))?.is_some() {
        return Ok(());
    }
    let base = match base_here(docker, flavour)? {
        Some(base) => base,
        // Where no image can be pulled the control plane's cannot, either.
        None => docker.capture(&args::pull(flavour.base)).map(|_| flavour.base.to_owned())?,
    };
    let arguments = [("BASE", base.as_str()), ("KUBERNETES_VERSION", flavour.kubernetes)];
    make(docker, &tag, repositories, &arguments, ui)
}

fn images_tag(key: &str) -> String {
    format!("local/mok-images:{key}")
}

fn repositories_tag(flavour: &Flavour) -> String {
    format!("local/mok-repositories:{}", flavour.keys().source)
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
    make(docker, tag, context, arguments, ui)?;
    stage.done();
    Ok(())
}

fn make(
    docker: &Docker,
    tag: &str,
    context: &Context,
    arguments: &[(&str, &str)],
    ui: &Ui,
) -> Result<(), BuildError> {
    let context = archive(&context.files())?;
    docker.stream(&args::build(tag, arguments, context), |line| ui.detail("build", line))?;
    Ok(())
}

/// A base that the engine has.
fn base_here(docker: &Docker, flavour: &Flavour) -> Result<Option<String>, DockerError> {
    for image in [made_base(flavour), flavour.base.to_owned()] {
        if docker.ask_image(&args::image_id(&image))?.is_some() {
            return Ok(Some(image));
        }
    }
    Ok(None)
}

fn made_base(flavour: &Flavour) -> String {
    format!("local/mok-base:{}", flavour.suite)
}

/// The distribution's own image where it is here or can be pulled; else one made
/// of the same packages, under a name of ours.
fn base(docker: &Docker, flavour: &Flavour, ui: &Ui) -> Result<String, BuildError> {
    if let Some(base) = base_here(docker, flavour)? {
        return Ok(base);
    }
    let made = made_base(flavour);
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

/// What the container has in which the images are put into the node.
enum Volumes {
    /// The volumes of an image.
    Of(String),
    /// An empty one, there.
    New(&'static str),
}

/// Runs the preload script in a container of `node` and commits it.
fn preload(
    docker: &Docker,
    flavour: &Flavour,
    privilege: Privilege,
    node: &str,
    volumes: &Volumes,
    key: &str,
) -> Result<(), BuildError> {
    let suffix = std::process::id();
    let (lender, container) = (format!("mok-volumes-{suffix}"), format!("mok-preload-{suffix}"));
    let owner = [(labels::RUN, format!("build-{suffix}"))];
    let result = (|| {
        let mount = match volumes {
            Volumes::Of(image) => {
                docker.capture(&args::create_volumes(&lender, image, &owner))?;
                format!("--volumes-from={lender}:ro")
            }
            Volumes::New(folder) => format!("--volume={folder}"),
        };
        let run = |privilege| {
            let script = flavour.preload;
            docker.capture(&args::run_script(&container, node, &mount, privilege, &owner, script))
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
    let both = [container.as_str(), lender.as_str()];
    let made = if matches!(volumes, Volumes::Of(_)) { &both[..] } else { &both[..1] };
    let undone = docker.uninterruptible().capture(&args::remove(made.iter().copied()));
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
