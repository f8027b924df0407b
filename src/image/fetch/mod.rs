//! Fetches a node image that is not built here: pulls it from a repository, or loads it from a
//! file. The image must have the labels of a node image and the right version. Otherwise it is
//! removed again, and the image that had its name before gets the name back.

pub mod archive;
mod arrival;
mod error;
mod layers;
mod load;
mod pull;
mod sums;
mod transfer;

pub use error::FetchError;
pub use pull::{reference, reference_of_release};

use crate::cluster::version_prefix::VersionPrefix;
use crate::docker::Docker;
use crate::image::release;
use crate::ui::Ui;

/// Fetches images into an engine.
#[derive(Debug)]
pub struct Fetcher<'a> {
    /// The engine.
    pub docker: &'a Docker,
    /// Shows progress.
    pub ui: &'a Ui,
    /// The version of Kubernetes that was asked for.
    pub wanted: Option<&'a VersionPrefix>,
}

/// The name of this step in a dry run.
pub const STEP: &str = "fetch the node image";

/// Returns the version as a tag, by default [`release::DEFAULT`].
fn tag(wanted: Option<&VersionPrefix>) -> String {
    wanted.map_or_else(|| release::DEFAULT.to_string(), |wanted| format!("v{wanted}"))
}
