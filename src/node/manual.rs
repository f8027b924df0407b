//! The files in /root of a node whose setup is left to the user: the script to run, `setup.sh`,
//! and what it needs in addition to the scripts that every node has.

use super::files::File;
use super::scripts::FOLDER;

/// The path of the script that the user runs.
pub const SETUP: &str = "/root/setup.sh";

fn setup(script: &str) -> File {
    File::script(SETUP.trim_start_matches('/'), script)
}

/// Returns the script for the first master.
#[must_use]
pub fn init() -> File {
    setup(include_str!("manual/init.sh"))
}

/// Returns the files for a joining node. `config` is kubeadm's configuration with placeholders.
#[must_use]
pub fn join(config: String) -> Vec<File> {
    let config = File::public(format!("{FOLDER}/kubeadm-join.template.yaml"), config);
    vec![setup(include_str!("manual/join.sh")), config]
}

/// Returns the files for a load balancer. `config` is haproxy's configuration.
#[must_use]
pub fn balancer(config: String) -> Vec<File> {
    let config = File::public("root/haproxy.cfg", config);
    vec![setup(include_str!("manual/balancer.sh")), config]
}
