//! The name of a fetched image, and the image that had this name before.

use super::{FetchError, Fetcher, tag};
use crate::docker::{Docker, DockerError, args};
use crate::image::contract::NodeImage;

/// A name that an image is about to get.
#[derive(Debug)]
pub(super) struct Arrival<'a> {
    docker: &'a Docker,
    name: String,
    before: Option<String>,
}

impl<'a> Arrival<'a> {
    /// Looks up the image that has `name` now.
    pub(super) fn expect(docker: &'a Docker, name: &str) -> Result<Self, DockerError> {
        let before = docker.ask_image(&args::image_id(name))?;
        Ok(Self { docker, name: name.to_owned(), before })
    }

    /// Returns what `fetch` has brought, if it is what was asked for. Otherwise restores the
    /// former state.
    pub(super) fn take(
        self,
        fetcher: &Fetcher<'_>,
        fetch: impl FnOnce() -> Result<(), FetchError>,
        place: &str,
    ) -> Result<NodeImage, FetchError> {
        let result = fetch().and_then(|()| fetcher.checked(&self.name, place));
        if result.is_err() {
            self.undo();
        }
        result
    }

    /// Restores the former state. Failures are ignored: the one that led here is reported.
    fn undo(self) {
        let docker = self.docker.uninterruptible();
        let remove = |image: &str| docker.capture(&args::remove_images([image]));
        let Ok(now) = docker.ask_image(&args::image_id(&self.name)) else { return };
        let _ = match (self.before, now) {
            (None, Some(_)) => remove(&self.name),
            (Some(before), Some(now)) if before != now => {
                docker.capture(&args::tag(&before, &self.name)).and_then(|_| remove(&now))
            }
            _ => return,
        };
    }
}

impl Fetcher<'_> {
    /// Checks that the image `name`, fetched from `place`, is a node image of the right version.
    pub(super) fn checked(&self, name: &str, place: &str) -> Result<NodeImage, FetchError> {
        let json = self.docker.capture(&args::inspect_images([name]))?;
        let image = NodeImage::from_inspect(name, &json)?;
        let is_meant = match self.wanted {
            Some(wanted) => wanted.matches(image.version),
            None => true,
        };
        if is_meant {
            return Ok(image);
        }
        let (wanted, found) = (tag(self.wanted), image.version.to_string());
        Err(FetchError::NoVersion { wanted, found, place: place.to_owned() })
    }
}
