//! Hints: what a user can do about an error.

use super::Error;
use crate::cluster::version_prefix::VersionPrefix;
use crate::docker::DockerError;
use crate::image::error::BuildError;
use crate::image::fetch::FetchError;
use crate::run::{Failure, StepError};

impl Error {
    /// Returns what the user can do about the error.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NotSaved { cluster, .. } => {
                Some(format!("'mokctl get kubeconfig {cluster}' prints it, for a separate file"))
            }
            Self::NotDeleted { cluster, .. } => {
                Some(format!("'mokctl delete cluster {cluster}' removes what is left"))
            }
            Self::NotPublished(name) => {
                Some(format!("'mokctl delete cluster {name}' removes the rest of it"))
            }
            Self::NoLoadBalancer(_) => {
                Some("create it with several masters, or with --with-lb".to_owned())
            }
            Self::LastMaster(node) => Some(format!(
                "'mokctl delete cluster {}' removes the whole cluster",
                node.cluster()
            )),
            Self::Restore { cluster, snapshot, .. } => Some(format!(
                "the snapshot is unchanged: run 'mokctl restore cluster {cluster} {snapshot}' again"
            )),
            Self::Upgrade { again, restore: None, .. } => Some(format!("'{again}' goes on")),
            Self::Upgrade { again, restore: Some(restore), .. } => {
                Some(format!("'{again}' goes on, '{restore}' makes it what it was"))
            }
            Self::OwnRegistry(error) => error.hint(),
            Self::NoNode(node) => Some(format!("'mokctl get nodes {}' lists them", node.cluster())),
            Self::NoRepository => {
                Some("name one, as in --image-repository registry:5000/mok".to_owned())
            }
            Self::NoNodeImage { wanted, .. } => Some(ways_to_an_image(wanted.as_ref())),
            Self::Fetch(FetchError::Pull(_)) => Some(
                "'docker login' if the registry asks for that; '--image-file FILE' takes it out of a file"
                    .to_owned(),
            ),
            Self::NoSuchImage { load: Some(load), .. } => {
                Some(format!("it is a file: '{load}' puts its images into the engine"))
            }
            Self::UnnamedImage { tag, .. } => Some(format!("give it one: {tag}")),
            Self::Build(BuildError::NoBase { .. }) => {
                Some("install mmdebstrap, or pull the base image".to_owned())
            }
            Self::Preflight(error) => error.hint(),
            Self::Inventory(error) => error.hint(),
            Self::Snapshot(error) => error.hint(),
            Self::Remains { cluster, .. } => {
                Some(format!("'mokctl delete cluster {cluster}' removes the rest once they answer"))
            }
            Self::Step(Failure { source: StepError::NoSubnet, .. }) => {
                Some("choose one with --subnet, or remove unused networks".to_owned())
            }
            _ => self.docker().and_then(DockerError::hint).map(String::from),
        }
    }
}

/// Returns the ways to get a node image. The times were measured on two cores (docs/image.md).
fn ways_to_an_image(wanted: Option<&VersionPrefix>) -> String {
    let version = wanted.map(|wanted| format!(" --k8sver {wanted}")).unwrap_or_default();
    format!(
        "'--image-repository REPO' pulls one in about a minute, '--image-file FILE' takes it \
         out of a release's file in half a minute, 'mokctl build image{version}' compiles it in \
         about 20 minutes"
    )
}
