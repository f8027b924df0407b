//! What a cluster is: its names, its shape, its addresses and the labels that
//! hold its state. Pure; runs nothing.

pub mod addons;
pub mod cni;
pub mod family;
pub mod host;
pub mod image_name;
pub mod image_ref;
pub mod image_source;
pub mod kubernetes;
pub mod labels;
pub mod layout;
pub mod limits;
pub mod manual;
pub mod marks;
pub mod mirror;
pub mod mount;
pub mod name;
pub mod node_image;
pub mod node_profile;
pub mod own_registry;
pub mod placement;
pub mod port;
pub mod proxy;
pub mod ranges;
pub mod registry;
pub mod roster;
pub mod runtime;
pub mod settings;
pub mod spec;
pub mod subnet;
pub mod taken;
pub mod timestamp;
pub mod upgrade;
pub mod version_prefix;
pub mod wait;
