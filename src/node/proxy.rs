//! The HTTP proxies for a node's container runtime and kubelet.

use super::files::File;
use crate::cluster::proxy::Proxy;
use crate::cluster::runtime::Runtime;

/// The environment file for systemd with the proxies.
pub const ENVIRONMENT: &str = "/etc/mok/proxy.env";

/// Returns an empty environment file, for a node that is made from another node, which may have
/// had proxies.
#[must_use]
pub fn none() -> File {
    File::public(ENVIRONMENT.trim_start_matches('/'), "")
}

/// Returns the environment file, and the drop-ins of the services that use it.
#[must_use]
pub fn files(proxy: &Proxy, runtime: Runtime) -> Vec<File> {
    let unit = |name| {
        let path = format!("etc/systemd/system/{name}.service.d/mok-proxy.conf");
        File::public(path, format!("[Service]\nEnvironmentFile={ENVIRONMENT}\n"))
    };
    let values = File {
        // The file may contain a password.
        mode: 0o600,
        ..File::public(ENVIRONMENT.trim_start_matches('/'), proxy.render())
    };
    vec![values, unit(runtime.service()), unit("kubelet")]
}
