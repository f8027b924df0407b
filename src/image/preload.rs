//! The last part of a build: a script adds the programs and container images of one Kubernetes
//! version to a container of the node, which becomes the node image.

use super::build_files::PRELOAD;
use super::error::BuildError;
use super::identity;
use crate::cluster::kubernetes::KubernetesVersion;
use crate::cluster::labels::{self, image as label};
use crate::docker::args::{self, Lent};
use crate::docker::privilege::Privilege;
use crate::docker::{Client, Docker};
use crate::ui::Ui;

/// Makes the finished node image.
#[derive(Debug)]
pub(super) struct Preloader<'a> {
    /// The engine.
    pub(super) docker: &'a Docker,
    /// Shows the script's output.
    pub(super) ui: &'a Ui,
    /// The privileges that the engine grants.
    pub(super) privilege: Privilege,
}

impl Preloader<'_> {
    /// Makes the node image of `version` from the images of two parts.
    ///
    /// # Errors
    /// Fails if the script or a call to the engine does. The containers are removed in any case.
    pub(super) fn make(
        &self,
        version: KubernetesVersion,
        node: &str,
        images: &str,
    ) -> Result<(), BuildError> {
        let docker = self.docker;
        let suffix = std::process::id();
        let (lender, container) =
            (format!("mok-volumes-{suffix}"), format!("mok-preload-{suffix}"));
        let owner = [(labels::RUN, format!("build-{suffix}"))];
        let (lent, containers) = match docker.client() {
            Client::Docker => (Lent::Volumes(&lender), &[container.as_str(), &lender][..]),
            Client::Podman => (Lent::Image(images), &[container.as_str()][..]),
        };
        let result = (|| {
            if let Lent::Volumes(lender) = lent {
                docker.capture(&args::create_volumes(lender, images, &owner))?;
            }
            let run = |privilege| {
                let call = args::run_script(&container, node, lent, privilege, &owner, PRELOAD);
                docker.stream(&call, |line| self.ui.detail("preload", line))
            };
            match run(self.privilege) {
                Err(error) if self.privilege.refused(&error) => {
                    docker.capture(&args::remove([container.as_str()]))?;
                    run(docker.lesser_privilege(node)?)?;
                }
                result => result?,
            }
            docker.capture(&args::commit(&container, &identity::name(version), &changes(version)))
        })();
        let removal = args::remove(containers.iter().copied());
        let undone = docker.uninterruptible().capture(&removal);
        result?;
        undone?;
        Ok(())
    }
}

/// Returns the Dockerfile instructions for `docker commit`, which would keep the container's
/// entrypoint instead of the image's.
fn changes(version: KubernetesVersion) -> Vec<String> {
    let mut changes = vec![
        r#"ENTRYPOINT ["/usr/local/bin/mok-entrypoint"]"#.to_owned(),
        "CMD []".into(),
        format!("LABEL {}={version}", label::KUBERNETES),
        format!("LABEL {}={}", label::INPUTS, identity::inputs(version)),
    ];
    changes.extend(identity::LABELS.iter().map(|(name, value)| format!("LABEL {name}={value}")));
    changes
}
