//! Loads an image from a file, such as those of a release. mokctl decompresses it, because older
//! engines cannot.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::time::{Duration, Instant};

use super::archive::{self, Manifest};
use super::arrival::Arrival;
use super::error::FileError;
use super::{FetchError, Fetcher, STEP, sums, transfer};
use crate::docker::args;
use crate::image::contract::NodeImage;
use crate::image::identity;
use crate::ui::StageGuard;

impl Fetcher<'_> {
    /// Returns the image in the file `path`, if the engine has it under the same name already.
    ///
    /// # Errors
    /// Fails if the file is not an image, or has another version than was asked for.
    pub fn known(&self, path: &Path) -> Result<Option<NodeImage>, FetchError> {
        let Manifest { name, id } = manifest(path)?;
        let Some(id) = id else { return Ok(None) };
        let here = self.docker.ask_image(&args::image_id(&name))?.filter(|here| *here == id);
        here.map(|_| self.checked(&name, &path.display().to_string())).transpose()
    }

    /// Loads the image in the file `path`.
    ///
    /// # Errors
    /// Fails if the image cannot be loaded, or is not what was asked for.
    pub fn load(&self, path: &Path) -> Result<NodeImage, FetchError> {
        let wrong = |source| FetchError::File { path: path.to_owned(), source };
        let place = path.display().to_string();
        let stage = self.ui.stage(&format!("Checking {place}"));
        let Manifest { name, .. } = manifest(path)?;
        sums::check(path).map_err(wrong)?;
        stage.done();

        let stage = self.ui.stage("Loading the node image");
        let step = stage.step(STEP, None);
        let arrival = Arrival::expect(self.docker, &name)?;
        let load = || {
            let file = open(path)?;
            let total = file.metadata().map_err(|error| wrong(FileError::Read(error)))?.len();
            let begun = Instant::now();
            let file = Counted { file, done: 0, total, begun, told: Duration::ZERO, stage: &stage };
            let fed = self.docker.feed(&args::load_piped(), |pipe| {
                io::copy(&mut archive::unpacked(file)?, pipe)?;
                stage.at("unpacking");
                Ok(())
            })?;
            fed.map_err(|error| wrong(error.into()))
        };
        let image = arrival.take(self, load, &place)?;
        // The image gets the default name as well, unless a built image has it.
        let default = identity::name(image.version);
        if self.docker.ask_image(&args::image_id(&default))?.is_none() {
            self.docker.capture(&args::tag(&name, &default))?;
        }
        step.done();
        stage.done();
        Ok(image)
    }
}

fn open(path: &Path) -> Result<File, FetchError> {
    let wrong = |error| FetchError::File { path: path.to_owned(), source: FileError::Read(error) };
    File::open(path).map_err(wrong)
}

fn manifest(path: &Path) -> Result<Manifest, FetchError> {
    let wrong = |source| FetchError::File { path: path.to_owned(), source };
    archive::manifest(open(path)?).map_err(wrong)
}

/// A file that reports how far it has been read.
struct Counted<'a> {
    file: File,
    done: u64,
    total: u64,
    begun: Instant,
    told: Duration,
    stage: &'a StageGuard,
}

/// How often the progress is reported.
const INTERVAL: Duration = Duration::from_millis(100);

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.done += count as u64;
        let passed = self.begun.elapsed();
        if passed >= self.told + INTERVAL {
            self.told = passed;
            self.stage.at(&transfer::tell(self.done, self.total, passed));
        }
        Ok(count)
    }
}
