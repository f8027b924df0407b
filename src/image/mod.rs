//! Node images: their labels, and how mokctl builds and fetches them.

pub mod build;
pub mod build_files;
pub mod compile;
pub mod contract;
pub mod error;
pub mod fetch;
pub mod identity;
pub mod module;
mod preload;
pub mod progress;
pub mod release;
