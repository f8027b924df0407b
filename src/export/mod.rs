//! Images on their way into nodes: the engine exports them once for all nodes, and each node gets
//! only the layers that it lacks. Knows nothing about how engine and nodes are asked.

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
