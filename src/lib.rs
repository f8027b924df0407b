//! mokctl, "My Own Kind": a real multi-node Kubernetes cluster out of Docker
//! containers, with one command.

pub mod cli;
pub mod cluster;
pub mod kubeconfig;
