//! How a node's runtime and kubelet reach what is outside of the cluster: a
//! registry, proxies. The one place that knows how each runtime is told.

use super::files::File;
use crate::cluster::layout::Layout;
use crate::cluster::proxy::Proxy;
use crate::cluster::registry::Registry;
use crate::cluster::runtime::Runtime;

/// Where the proxies are, for systemd.
pub const PROXY: &str = "/etc/mok/proxy.env";

/// For images of `registry`, in clear text.
#[must_use]
pub fn registry(registry: &Registry, layout: Layout, runtime: Runtime) -> File {
    let location = format!("{}:{}", registry.host(layout), registry.port());
    match runtime {
        Runtime::Containerd => containerd_registry(registry, &location),
        Runtime::Crio => crio_registry(registry, &location),
    }
}

/// It looks there by itself (docs/image.md).
fn containerd_registry(registry: &Registry, location: &str) -> File {
    let url = format!("http://{location}");
    let hosts = format!(
        "server = \"{url}\"\n\n[host.\"{url}\"]\n  capabilities = [\"pull\", \"resolve\"]\n"
    );
    File::public(format!("etc/containerd/certs.d/{registry}/hosts.toml"), hosts)
}

/// Insecure is its word for a registry without TLS.
fn crio_registry(registry: &Registry, location: &str) -> File {
    let text = format!(
        "[[registry]]\nprefix = \"{registry}\"\nlocation = \"{location}\"\ninsecure = true\n"
    );
    File::public("etc/containers/registries.conf.d/mok-registry.conf", text)
}

/// For a node that is made of one that had proxies: it has none.
#[must_use]
pub fn no_proxy() -> File {
    File::public(PROXY.trim_start_matches('/'), "")
}

/// For everything that pulls.
#[must_use]
pub fn proxy(proxy: &Proxy, runtime: Runtime) -> Vec<File> {
    let unit = |name| {
        let path = format!("etc/systemd/system/{name}.service.d/mok-proxy.conf");
        File::public(path, format!("[Service]\nEnvironmentFile={PROXY}\n"))
    };
    let values = File {
        // It may hold a password.
        mode: 0o600,
        ..File::public(PROXY.trim_start_matches('/'), proxy.render())
    };
    vec![values, unit(runtime.service()), unit("kubelet")]
}
