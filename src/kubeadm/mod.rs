//! kubeadm's side of the work: its configuration files and what it prints. Pure;
//! knows nothing of containers.

pub mod config;
pub mod output;
