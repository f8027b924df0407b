//! What kubeadm reads and prints: its configuration files, and the join command. Pure;
//! knows nothing of containers.

pub mod config;
pub mod dns;
pub mod etcd;
pub mod join_command;
pub mod probes;
pub mod registration;

/// Where kubeadm leaves the administrator's access, on every master.
pub const ADMIN_CONF: &str = "/etc/kubernetes/admin.conf";
/// The same, of a group that may do everything before any rule is read; on the first master.
pub const SUPER_ADMIN_CONF: &str = "/etc/kubernetes/super-admin.conf";
