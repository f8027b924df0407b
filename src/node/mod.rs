//! What mokctl copies into a node, as data: files, scripts, certificates and kubeadm's
//! configuration, packed into one tar archive; and the output of kubeadm. Knows nothing about how
//! files get into a node.

pub mod addons;
pub mod balancer;
pub mod clone;
pub mod files;
pub mod kubeadm;
pub mod limits;
pub mod manual;
pub mod network;
pub mod pki;
pub mod proxy;
pub mod registry;
pub mod registry_server;
pub mod scripts;
pub mod settings;
pub mod snapshot;
pub mod stand_ins;
pub mod upgrade;
