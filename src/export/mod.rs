//! What the engine exports for nodes: images, once for all nodes, and to each no layer that it
//! has. Knows nothing of how engine and nodes are asked.

mod chain;
mod digest;
mod layout;
mod saved;
mod spool;

pub use chain::{committed, there};
pub use saved::{Saved, SavedImage};
pub use spool::Spool;

#[cfg(test)]
mod tests;
