//! The input and output of kubeadm: its configuration files and the join command. Pure. Knows
//! nothing about containers.

pub mod config;
pub mod dns;
pub mod etcd;
pub mod join_command;
pub mod probes;
pub mod registration;

/// The administrator's kubeconfig, which kubeadm writes on every master.
pub const ADMIN_CONF: &str = "/etc/kubernetes/admin.conf";
/// The kubeconfig of a group that may do everything, even before there are RBAC rules. Only the
/// first master has it.
pub const SUPER_ADMIN_CONF: &str = "/etc/kubernetes/super-admin.conf";
