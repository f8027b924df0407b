//! The configuration of container runtimes for registries and mirrors.

use std::collections::BTreeMap;

use super::files::File;
use super::settings::{Authorities, Settings};
use crate::cluster::registry::{Reach, Registry};
use crate::cluster::runtime::Runtime;

/// Returns the files for `registry` and for the mirrors in `settings`.
#[must_use]
pub fn files(
    registry: Option<&Registry>,
    settings: &Settings,
    reach: Reach<'_>,
    runtime: Runtime,
) -> Vec<File> {
    let mut sources: BTreeMap<String, Source<'_>> = BTreeMap::new();
    if let Some(registry) = registry {
        let (server, own) = (registry.url(reach), Some(registry));
        sources.insert(registry.name(), Source { server, own, mirrors: Vec::new() });
    }
    for mirror in &settings.mirrors {
        let new = || Source { server: mirror.origin(), own: None, mirrors: Vec::new() };
        sources.entry(mirror.name()).or_insert_with(new).mirrors.push(mirror.at());
    }
    if sources.is_empty() {
        return Vec::new();
    }
    let authorities = settings.registry_authorities.as_ref();
    match runtime {
        Runtime::Containerd => {
            let ca = authorities.map(|authorities| authorities.file(CA.trim_start_matches('/')));
            let hosts = |(name, source): (&String, &Source<'_>)| {
                source.for_containerd(name, authorities.is_some(), reach)
            };
            sources.iter().map(hosts).chain(ca).collect()
        }
        Runtime::Crio => {
            let parts = sources.iter().map(|(name, source)| source.for_crio(name, reach));
            let parts = parts.collect::<Vec<_>>().join("\n");
            let path = "etc/containers/registries.conf.d/mok-registry.conf";
            let all =
                sources.values().flat_map(|source| source.authorities_of_crio(authorities, reach));
            [File::public(path, parts)].into_iter().chain(all).collect()
        }
    }
}

/// The file of the certificate authorities of registries.
const CA: &str = "/etc/mok/registry-ca.crt";

/// The places from which images of one registry are pulled.
struct Source<'a> {
    /// The URL of the registry itself, as runtimes know it.
    server: String,
    /// The registry, if the user has given it with `--registry`.
    own: Option<&'a Registry>,
    /// The mirrors, which are asked first, in this order.
    mirrors: Vec<&'a Registry>,
}

impl Source<'_> {
    fn hosts(&self) -> impl Iterator<Item = &Registry> {
        self.mirrors.iter().copied().chain(self.own)
    }

    /// Returns containerd's hosts.toml, which it finds by itself (docs/image.md). The registry
    /// itself is asked last.
    fn for_containerd(&self, name: &str, has_ca: bool, reach: Reach<'_>) -> File {
        let host = |host: &Registry| {
            let url = host.url(reach);
            let ca =
                if has_ca && host.has_tls() { format!("  ca = \"{CA}\"\n") } else { String::new() };
            format!("\n[host.\"{url}\"]\n  capabilities = [\"pull\", \"resolve\"]\n{ca}")
        };
        let server = format!("server = \"{}\"\n", self.server);
        let text: String = [server].into_iter().chain(self.hosts().map(host)).collect();
        File::public(format!("etc/containerd/certs.d/{name}/hosts.toml"), text)
    }

    /// Returns the certificate authorities for CRI-O, which has a folder for each host.
    fn authorities_of_crio(
        &self,
        authorities: Option<&Authorities>,
        reach: Reach<'_>,
    ) -> impl Iterator<Item = File> {
        self.hosts().filter(|host| host.has_tls()).filter_map(move |host| {
            let path = format!("etc/containers/certs.d/{}/ca.crt", host.location(reach));
            Some(authorities?.file(&path))
        })
    }

    /// Returns CRI-O's configuration. It calls a registry without TLS insecure.
    fn for_crio(&self, name: &str, reach: Reach<'_>) -> String {
        let insecure = |at: &Registry| if at.has_tls() { "" } else { "insecure = true\n" };
        let location = self.own.map_or_else(|| name.to_owned(), |own| own.location(reach));
        let insecure_itself = self.own.map_or("", insecure);
        let itself = format!(
            "[[registry]]\nprefix = \"{name}\"\nlocation = \"{location}\"\n{insecure_itself}"
        );
        let mirrors = self.mirrors.iter().map(|mirror| {
            let (location, insecure) = (mirror.location(reach), insecure(mirror));
            format!("\n[[registry.mirror]]\nlocation = \"{location}\"\n{insecure}")
        });
        [itself].into_iter().chain(mirrors).collect()
    }
}
