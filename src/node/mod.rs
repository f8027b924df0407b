//! What mokctl puts into a node: files, scripts, certificates and kubeadm's configuration,
//! as data, packed into one tar archive; and what kubeadm prints there. Knows nothing of how
//! files get there.

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
