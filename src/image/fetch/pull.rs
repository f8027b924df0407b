//! Pulls an image from a registry, with the docker client's credentials.

use std::time::Instant;

use super::arrival::Arrival;
use super::layers::Layers;
use super::{FetchError, Fetcher, STEP, tag};
use crate::cluster::image_source::ImageRepository;
use crate::cluster::version_prefix::VersionPrefix;
use crate::docker::{DockerError, args};
use crate::image::contract::NodeImage;
use crate::image::identity::{self, FLAVOUR};
use crate::image::release;

/// Returns the reference of the image of the version `wanted` in `repository`.
#[must_use]
pub fn reference(repository: &ImageRepository, wanted: Option<&VersionPrefix>) -> String {
    repository.image(&format!("{FLAVOUR}:{}", tag(wanted)))
}

/// Returns the reference of the image of the version `wanted` in the release's repository, by
/// digest if the release knows it.
#[must_use]
pub fn reference_of_release(wanted: Option<&VersionPrefix>) -> Option<String> {
    let repository = release::repository()?;
    Some(match release::digest(wanted) {
        Some(digest) => repository.image(&format!("{FLAVOUR}@{digest}")),
        None => reference(&repository, wanted),
    })
}

impl Fetcher<'_> {
    /// Pulls the image `from`, and gives it the name that a built one has.
    ///
    /// # Errors
    /// Fails if the image cannot be pulled, or is not what was asked for.
    pub fn pull(&self, from: &str) -> Result<NodeImage, FetchError> {
        // Without a version, the default one must come.
        let default = VersionPrefix::from(release::DEFAULT);
        let fetcher = Fetcher { wanted: Some(self.wanted.unwrap_or(&default)), ..*self };
        let docker = self.docker;
        self.ui.note(&format!("The node image comes from {from}."));
        let stage = self.ui.stage("Pulling the node image");
        let step = stage.step(STEP, None);
        let arrival = Arrival::expect(docker, from)?;
        let pull = || {
            let (begun, mut layers) = (Instant::now(), Layers::default());
            let drawn = docker.draw(&args::pull(from), |text| {
                layers.read(text);
                if let Some(told) = layers.tell(begun.elapsed()) {
                    stage.at(&told);
                }
            });
            drawn.map_err(|error| match error {
                error @ DockerError::Failed { .. } => FetchError::Pull(error),
                error => error.into(),
            })
        };
        let image = arrival.take(&fetcher, pull, from)?;
        let name = identity::name(image.version);
        docker.capture(&args::tag(from, &name))?;
        step.done();
        stage.done();
        Ok(NodeImage { name, ..image })
    }
}
