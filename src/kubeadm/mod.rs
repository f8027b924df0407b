//! kubeadm's side of the work: its configuration files, what it prints, and what
//! depends on its version. Pure; knows nothing of containers.

pub mod config;
pub mod output;
pub mod version;
