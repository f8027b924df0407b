//! What kubeadm reads and prints: its configuration files, and the join command. Pure;
//! knows nothing of containers.

pub mod config;
pub mod etcd;
pub mod join_command;

/// Where kubeadm leaves the administrator's access, on every master.
pub const ADMIN_CONF: &str = "/etc/kubernetes/admin.conf";
