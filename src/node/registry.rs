//! A registry without TLS: how each container runtime is told to pull from it.

use super::files::File;
use crate::cluster::layout::Layout;
use crate::cluster::registry::Registry;
use crate::cluster::runtime::Runtime;

/// For images of `registry`, in clear text.
#[must_use]
pub fn file(registry: &Registry, layout: Layout, runtime: Runtime) -> File {
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
