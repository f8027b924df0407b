//! What a cluster is: its names, its shape, its addresses and the labels that
//! hold its state. Pure; runs nothing.

pub mod base;
pub mod by_hand;
pub mod host;
pub mod inventory;
pub mod kubernetes;
pub mod labels;
pub mod layout;
pub mod moment;
pub mod mount;
pub mod name;
pub mod networks;
pub mod placement;
pub mod port;
pub mod program;
pub mod proxy;
pub mod registry;
pub mod roster;
pub mod runtime;
pub mod snapshot;
pub mod spec;
pub mod subnet;
