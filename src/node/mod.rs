//! What mokctl puts into a node: files and scripts, as data, packed into one tar
//! archive. Knows nothing of how they get there.

pub mod balancer;
pub mod by_hand;
pub mod files;
pub mod network;
pub mod outside;
pub mod pki;
pub mod restored;
pub mod scripts;
