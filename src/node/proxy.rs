//! The proxies that a node's runtime and kubelet pull through.

use super::files::File;
use crate::cluster::proxy::Proxy;
use crate::cluster::runtime::Runtime;

/// Where the proxies are, for systemd.
pub const ENVIRONMENT: &str = "/etc/mok/proxy.env";

/// For a node that is made of one that had proxies: it has none.
#[must_use]
pub fn none() -> File {
    File::public(ENVIRONMENT.trim_start_matches('/'), "")
}

/// For everything that pulls.
#[must_use]
pub fn files(proxy: &Proxy, runtime: Runtime) -> Vec<File> {
    let unit = |name| {
        let path = format!("etc/systemd/system/{name}.service.d/mok-proxy.conf");
        File::public(path, format!("[Service]\nEnvironmentFile={ENVIRONMENT}\n"))
    };
    let values = File {
        // It may hold a password.
        mode: 0o600,
        ..File::public(ENVIRONMENT.trim_start_matches('/'), proxy.render())
    };
    vec![values, unit(runtime.service()), unit("kubelet")]
}
