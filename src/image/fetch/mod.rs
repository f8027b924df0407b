//! A node image that is not built here: pulled from a repository, or taken out of a file.
//! What comes is checked against the contract; what fails, or is none, does not stay.

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

/// What brings an image to an engine.
#[derive(Debug)]
pub struct Fetcher<'a> {
    /// The engine.
    pub docker: &'a Docker,
    /// Shows progress.
    pub ui: &'a Ui,
    /// The version of Kubernetes that was asked for.
    pub wanted: Option<&'a VersionPrefix>,
}

/// What is done, in a plan.
pub const STEP: &str = "fetch the node image";

/// The version that is meant, as in a tag: [`release::DEFAULT`] where none is asked for.
fn tag(wanted: Option<&VersionPrefix>) -> String {
    wanted.map_or_else(|| release::DEFAULT.to_string(), |wanted| format!("v{wanted}"))
}
