//! What the engine holds: its answers, read into the words of `cluster`.

pub mod members;
pub mod networks;
pub mod node_images;
pub mod snapshots;
