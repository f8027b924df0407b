//! Node images: what mokctl must know of one, and how it builds its own.

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
