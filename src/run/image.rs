//! Copies the node image to a host that lacks it.

use super::Run;
use super::error::StepError;
use super::origin::Origin;
use super::outputs::MissingOutput;
use crate::cluster::host::Host;
use crate::docker::{Call, Docker, args};

impl Run<'_> {
    /// Returns the call that writes the image to standard output, and the one on `host` that reads
    /// it.
    pub(super) fn copy_image_calls(&self, host: &Host) -> Result<[(&Docker, Call); 2], StepError> {
        let Origin::Image { image, copy_from: Some(from), .. } = &self.origin else {
            return Err(MissingOutput("an engine with the image").into());
        };
        let name = image.name.as_str();
        let load = args::load_piped().input(format!("image {name}"));
        Ok([(from, args::save([name])), (self.engines.at(host), load)])
    }

    /// Streams the image from one engine to the other, without a file in between.
    pub(super) fn copy_image(&self, host: &Host) -> Result<(), StepError> {
        let [(from, save), (to, load)] = self.copy_image_calls(host)?;
        from.pipe(&save, to, &load)?;
        Ok(())
    }
}
