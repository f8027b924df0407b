//! Asks the engine which clusters, nodes, networks and images it has, and converts the answers to
//! the types of `cluster`.

pub mod activity;
pub mod error;
pub mod existing;
pub mod found;
pub mod kept;
pub mod lost_network;
pub mod members;
pub mod names;
pub mod networks;
pub mod node_images;
pub mod node_objects;
pub mod pods;
pub mod registries;
pub mod settings;
pub mod snapshots;
