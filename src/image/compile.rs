//! Compiles the programs of Go modules: each module in a separate container, whose output becomes
//! an image. Finished modules stay, even if others fail.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use super::build_files::COMPILE;
use super::error::BuildError;
use super::module::{Module, Program, SCRIPT, TOOLCHAIN};
use super::progress::Progress;
use crate::cluster::labels;
use crate::docker::module_source::ModuleSource;
use crate::docker::{Docker, DockerError, args};
use crate::node::files::{File, archive};
use crate::ui::Ui;

/// The volume with module and build caches, which all containers that compile share. A finished
/// build removes it; an interrupted one leaves it for the next.
pub const CACHE: &str = "mok-go-cache";
/// The folder of mokctl's files in the container.
const FOLDER: &str = "mok";

/// Compiles modules in containers.
#[derive(Debug)]
pub struct Compiler<'a> {
    /// The engine.
    pub docker: &'a Docker,
    /// Shows progress.
    pub ui: &'a Ui,
    /// The image with Go.
    pub image: &'a str,
    /// How modules are downloaded.
    pub source: &'a ModuleSource,
}

impl Compiler<'_> {
    /// Compiles the programs of `modules`, except those that exist already.
    ///
    /// # Errors
    /// Fails with [`BuildError::Compile`] and the compiler's output, or if a call to the engine
    /// does.
    pub fn compile(&self, title: &str, modules: &[Module]) -> Result<(), BuildError> {
        let mut missing = Vec::new();
        for module in modules {
            if self.docker.ask_image(&args::image_id(&module.image()))?.is_none() {
                missing.push(module);
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        let programs = missing.iter().flat_map(|module| module.programs);
        let mut progress = Progress::new(programs.map(|program| program.seconds));
        let stage = self.ui.stage(title);
        let begun = Instant::now();
        for module in missing {
            self.module(module, |program| {
                progress.begin(program.seconds);
                stage.at(&progress.tell(program.name, begun.elapsed()));
            })?;
        }
        stage.done();
        Ok(())
    }

    /// Asks the module proxy for all versions of Kubernetes, and returns them separated by blanks.
    ///
    /// # Errors
    /// Fails if the module proxy does not answer.
    pub fn versions_of_kubernetes(&self) -> Result<String, BuildError> {
        let script = "if [[ -e /mok/authorities.crt ]]; then \
             export SSL_CERT_FILE=/mok/authorities.crt; fi; go list -m -versions k8s.io/kubernetes";
        let mut output = String::new();
        // Debian's Go is new enough for this.
        let run = self.run("versions", "local", &["bash", "-c", script], |line| {
            if line.starts_with("k8s.io/kubernetes ") {
                line.clone_into(&mut output);
            }
        });
        match run.and_then(|container| self.remove(&container)) {
            Ok(()) => Ok(output),
            Err(BuildError::Docker(error @ DockerError::Failed { .. })) => {
                Err(BuildError::NoProxy { error: Box::new(error) })
            }
            Err(error) => Err(error),
        }
    }

    fn module(&self, module: &Module, mut begin: impl FnMut(&Program)) -> Result<(), BuildError> {
        let words = module.words();
        let script = format!("/{FOLDER}/{SCRIPT}");
        let mut command = vec!["bash", &script];
        command.extend(words.iter().map(String::as_str));
        let mut current = module.programs.first();
        let run = self.run(module.name, TOOLCHAIN, &command, |line| {
            let name = line.strip_prefix("compiling ");
            let found = module.programs.iter().find(|program| Some(program.name) == name);
            if let Some(program) = found {
                current = found;
                begin(program);
            }
        });
        let container = run.map_err(|error| match error {
            BuildError::Docker(error @ DockerError::Failed { .. }) => BuildError::Compile {
                program: current.map_or(module.name, |program| program.name).to_owned(),
                module: format!("{} {}", module.path, module.version),
                error: Box::new(error),
            },
            error => error,
        })?;
        let from = args::copy_out(&container, "/out");
        let label = [(labels::image::PART, module.name.to_owned())];
        let imported = self.docker.pipe(&from, self.docker, &args::import(&module.image(), &label));
        self.remove(&container)?;
        imported?;
        Ok(())
    }

    /// Runs `command` in a new container with `toolchain`, and returns the container's name. On
    /// failure the container is removed.
    fn run(
        &self,
        name: &str,
        toolchain: &str,
        command: &[&str],
        mut on_line: impl FnMut(&str),
    ) -> Result<String, BuildError> {
        let id = std::process::id();
        let container = format!("mok-compile-{name}-{id}");
        let call = args::create_compiler(&args::CompileContainer {
            name: &container,
            image: self.image,
            volume: &format!("{CACHE}:/go"),
            inherited: &self.source.variables,
            variables: &[("GOTOOLCHAIN", toolchain)],
            labels: &[(labels::RUN, format!("build-{id}"))],
            command,
        });
        let mut run = || -> Result<(), BuildError> {
            self.docker.capture(&call)?;
            self.docker.capture(&args::put_files(&container, archive(&self.files()?)?))?;
            self.docker.stream(&args::start_attached(&container), |line| {
                on_line(line);
                self.ui.detail(name, line);
            })?;
            Ok(())
        };
        match run() {
            Ok(()) => Ok(container),
            Err(error) => {
                self.remove(&container)?;
                Err(error)
            }
        }
    }

    /// Removes a container, even after a signal.
    fn remove(&self, container: &str) -> Result<(), BuildError> {
        self.docker.uninterruptible().capture(&args::remove([container]))?;
        Ok(())
    }

    /// Returns the files for the container: the script, and the certificate authorities that the
    /// user's machine trusts. Behind many corporate proxies, Debian's are not enough.
    fn files(&self) -> Result<Vec<File>, BuildError> {
        let mut files = COMPILE.files();
        if let Some(path) = &self.source.authorities {
            let read = |path: &PathBuf| fs::read(path);
            let text = read(path)
                .map_err(|source| BuildError::Authorities { path: path.clone(), source })?;
            files.push(File::public("authorities.crt", text));
        }
        for file in &mut files {
            file.path = format!("{FOLDER}/{}", file.path);
        }
        Ok(files)
    }
}
