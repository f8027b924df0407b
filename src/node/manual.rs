//! What lies in /root of a node whose setup is left to the user: the script to run
//! there, `setup.sh`, and what it needs beside the scripts that every node has.

use super::files::File;
use super::scripts::FOLDER;

/// The script, wherever it lies.
pub const SETUP: &str = "/root/setup.sh";

fn setup(script: &str) -> File {
    File::script(SETUP.trim_start_matches('/'), script)
}

/// For the first master.
#[must_use]
pub fn init() -> File {
    setup(include_str!("manual/init.sh"))
}

/// For a node that joins: `config` is kubeadm's, to be filled in.
#[must_use]
pub fn join(config: String) -> Vec<File> {
    let config = File::public(format!("{FOLDER}/kubeadm-join.template.yaml"), config);
    vec![setup(include_str!("manual/join.sh")), config]
}

/// For the balancer: `config` is what it shall have.
#[must_use]
pub fn balancer(config: String) -> Vec<File> {
    let config = File::public("root/haproxy.cfg", config);
    vec![setup(include_str!("manual/balancer.sh")), config]
}
