//! Node images: what mokctl must know of one, and how it builds its own.

pub mod build;
pub mod contract;
pub mod flavour;
