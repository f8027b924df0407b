//! The last part of a build: a script puts one version's programs and images into a
//! container of the node's part, which becomes the node image.

use super::build_files::PRELOAD;
use super::error::BuildError;
use super::identity;
use crate::cluster::kubernetes::KubernetesVersion;
use crate::cluster::labels::{self, image as label};
use crate::docker::args::{self, Lent};
use crate::docker::privilege::Privilege;
use crate::docker::{Client, Docker};
use crate::ui::Ui;

/// What puts it in.
#[derive(Debug)]
pub(super) struct Preloader<'a> {
    /// The engine.
    pub(super) docker: &'a Docker,
    /// Shows what the script prints.
    pub(super) ui: &'a Ui,
    /// What the engine grants a node.
    pub(super) privilege: Privilege,
}

impl Preloader<'_> {
    /// Makes the node image of `version` out of the images of two parts.
    ///
    /// # Errors
    /// What the engine or the script says; the containers are gone in any case.
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

/// `docker commit` keeps the container's own entrypoint: the image's is put back.
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
