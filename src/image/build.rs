//! Builds a node image with the engine: the base, compiled programs, container images of control
//! plane and add-ons, the node, and the node with these images. Each slow part is a separate
//! image, named by the hash of its inputs, so that an engine builds it only once. Versions of
//! Kubernetes share equal parts.

use super::build_files::{BASE, BuildFiles, GO, IMAGES, NODE, SUITE};
use super::compile::{CACHE, Compiler};
use super::error::BuildError;
use super::identity;
use super::module::{self, Module};
use super::preload::Preloader;
use super::release;
use crate::cluster::kubernetes::KubernetesVersion;
use crate::cluster::labels::image as label;
use crate::cluster::version_prefix::VersionPrefix;
use crate::docker::module_source::ModuleSource;
use crate::docker::privilege::Privilege;
use crate::docker::{Docker, DockerError, args};
use crate::node::files::archive;
use crate::ui::Ui;

/// The image that `build image` has built, or found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// The image's name.
    pub image: String,
    /// Whether it existed already, built from the same files.
    pub cached: bool,
}

/// How an intermediate image, which is kept for later builds, relates to the finished one.
#[derive(Debug, Clone, Copy)]
enum Part {
    /// Files were copied out of it, so it may be removed. It has a label with this name.
    Aside(&'static str),
    /// The finished image is based on it, and would inherit its labels, so it has none.
    Below,
}

/// Builds node images.
#[derive(Debug)]
pub struct Builder<'a> {
    /// The engine.
    pub docker: &'a Docker,
    /// Shows progress.
    pub ui: &'a Ui,
    /// The privileges that the engine grants.
    pub privilege: Privilege,
    /// How Go modules are downloaded.
    pub source: ModuleSource,
}

impl Builder<'_> {
    /// Returns the image of the version `wanted`, by default [`release::DEFAULT`], if it exists
    /// and is up to date. A minor version is never found, because its newest patch version is
    /// unknown here.
    ///
    /// # Errors
    /// Fails if the engine does not answer.
    pub fn found(&self, wanted: Option<&VersionPrefix>) -> Result<Option<Built>, BuildError> {
        let exact = exact(wanted);
        Ok(exact.map(|version| self.built(version)).transpose()?.flatten())
    }

    /// Whether the image with the compiler is missing, as before a first build.
    ///
    /// # Errors
    /// Fails if the engine does not answer.
    pub fn lacks_compiler(&self) -> Result<bool, BuildError> {
        Ok(self.docker.ask_image(&args::image_id(&compiler()))?.is_none())
    }

    /// Builds the image of the version `wanted`: of a minor version the newest patch version, by
    /// default [`release::DEFAULT`]. Callers have tried [`Self::found`] before.
    ///
    /// # Errors
    /// Returns the first failure. Finished parts stay for the next try.
    pub fn build(&self, wanted: Option<&VersionPrefix>) -> Result<Built, BuildError> {
        let exact = exact(wanted);
        let base = self.base()?;
        let go = compiler();
        self.part("Installing the compiler", Part::Aside("go"), &go, &GO, &[("BASE", &base)])?;
        let Self { docker, ui, source, .. } = self;
        let compiler = Compiler { docker, ui, image: &go, source };
        let version = match wanted {
            Some(wanted) if exact != Some(release::DEFAULT) => {
                let stage = ui.stage("Asking the Go module proxy for versions");
                let versions = compiler.versions_of_kubernetes()?;
                stage.done();
                release::newest(&versions, wanted)
                    .map_err(|newest| BuildError::NoVersion { wanted: wanted.clone(), newest })?
            }
            Some(_) | None => release::DEFAULT,
        };
        if exact.is_none()
            && let Some(built) = self.built(version)?
        {
            return Ok(built);
        }
        self.make(version, &base, &compiler)
    }

    fn make(
        &self,
        version: KubernetesVersion,
        base: &str,
        compiler: &Compiler<'_>,
    ) -> Result<Built, BuildError> {
        let kubernetes = module::kubernetes(version);
        let (runtime, addons) = (module::runtime(), module::addons());
        // Kubernetes takes longest and tells the versions of other modules, so it comes first.
        compiler.compile(
            &format!("Compiling Kubernetes {version}"),
            std::slice::from_ref(&kubernetes),
        )?;
        let version_word = version.to_string();
        let list =
            ["/out/kubeadm", "config", "images", "list", "--kubernetes-version", &version_word];
        let listed = self.docker.capture(&args::run_program(&kubernetes.image(), &list))?;
        let mut images = module::listed(&listed);
        images.extend(addons);
        let others: Vec<Module> = runtime.iter().chain(&images).cloned().collect();
        compiler.compile("Compiling the other programs", &others)?;

        images.push(kubernetes);
        let images = self.of_modules(
            "Packing the images of the control plane and the add-ons",
            (Part::Aside("images"), "mok-images", &IMAGES),
            base,
            &images,
            &[("KUBERNETES_VERSION", &version_word)],
        )?;
        let node = self.of_modules(
            "Building the node",
            (Part::Below, "mok-node", &NODE),
            base,
            &runtime,
            &[],
        )?;

        let stage = self.ui.stage("Copying images into the node");
        let Self { docker, ui, privilege, .. } = *self;
        Preloader { docker, ui, privilege }.make(version, &node, &images)?;
        stage.done();
        // Images that have lost their name to this one would never be used again.
        self.docker.capture(&args::prune_images(label::INPUTS))?;
        // The classic builder keeps intermediate stages.
        self.docker.capture(&args::prune_images(label::PART))?;
        // The cache takes eight gigabytes, and the programs are in images now. Removal fails if
        // another build is using the cache, or has just removed it, which is fine.
        let _ = self.docker.capture(&args::remove_volume(CACHE));
        Ok(Built { image: identity::name(version), cached: false })
    }

    /// Returns the image of `version` if the engine has it, built from the same inputs as now.
    fn built(&self, version: KubernetesVersion) -> Result<Option<Built>, DockerError> {
        let image = identity::name(version);
        let inputs = self.docker.ask_image(&args::image_label(&image, label::INPUTS))?;
        let is_built = inputs.as_deref() == Some(&identity::inputs(version));
        Ok(is_built.then_some(Built { image, cached: true }))
    }

    /// Builds a part from the images of `modules`. Their names are arguments of its Dockerfile, in
    /// addition to `more`.
    fn of_modules(
        &self,
        title: &str,
        (part, repository, files): (Part, &str, &BuildFiles),
        base: &str,
        modules: &[Module],
        more: &[(&str, &str)],
    ) -> Result<String, BuildError> {
        let modules: Vec<_> = modules.iter().map(|m| (m.argument(), m.image())).collect();
        let modules = modules.iter().map(|(name, image)| (name.as_str(), image.as_str()));
        let arguments: Vec<_> = modules.chain(more.iter().copied()).collect();
        let inputs: Vec<&str> = arguments.iter().map(|(_, value)| *value).chain([SUITE]).collect();
        let tag = format!("local/{repository}:{}", files.key(&inputs));
        let words: Vec<_> = [("BASE", base)].into_iter().chain(arguments).collect();
        self.part(title, part, &tag, files, &words)?;
        Ok(tag)
    }

    /// Builds one part, unless it exists.
    fn part(
        &self,
        title: &str,
        part: Part,
        tag: &str,
        files: &BuildFiles,
        arguments: &[(&str, &str)],
    ) -> Result<(), BuildError> {
        if self.docker.ask_image(&args::image_id(tag))?.is_some() {
            return Ok(());
        }
        let stage = self.ui.stage(title);
        let context = archive(&files.files())?;
        let labels: &[_] = match part {
            Part::Aside(name) => &[(label::PART, name.to_owned())],
            Part::Below => &[],
        };
        let call = args::build(tag, arguments, &self.source.proxies(), labels, context);
        self.docker.stream(&call, |line| self.ui.detail("build", line))?;
        stage.done();
        Ok(())
    }

    /// Returns the base image: mokctl's own if the engine has it, or else the distribution's,
    /// which is pulled if it is missing. If that is impossible, makes mokctl's from the
    /// distribution's packages.
    fn base(&self) -> Result<String, BuildError> {
        let made = format!("local/mok-base:{SUITE}");
        for image in [made.as_str(), BASE] {
            if self.docker.ask_image(&args::image_id(image))?.is_some() {
                return Ok(image.to_owned());
            }
        }
        let stage = self.ui.stage("Getting the base image");
        if let Err(pull) = self.docker.capture(&args::pull(BASE)) {
            if matches!(pull, DockerError::Interrupted { .. }) {
                return Err(pull.into());
            }
            let Ok(mmdebstrap) = which::which("mmdebstrap") else {
                return Err(BuildError::NoBase { pull });
            };
            let words = MMDEBSTRAP.into_iter().chain([SUITE, "-"]).collect::<Vec<_>>();
            self.docker.capture_piped(&mmdebstrap, &words, &args::import(&made, &[]))?;
            stage.done();
            return Ok(made);
        }
        stage.done();
        Ok(BASE.to_owned())
    }
}

/// Returns the patch version that `wanted` means, unless that has to be looked up.
fn exact(wanted: Option<&VersionPrefix>) -> Option<KubernetesVersion> {
    wanted.map_or(Some(release::DEFAULT), VersionPrefix::exact)
}

/// Returns the name of the image with the compiler, the first part.
fn compiler() -> String {
    format!("local/mok-go:{}", GO.key(&[SUITE]))
}

/// The arguments of mmdebstrap for a minimal Debian as a tar archive.
const MMDEBSTRAP: [&str; 5] = [
    "--quiet",
    "--variant=minbase",
    // Nodes do not need them.
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
];
