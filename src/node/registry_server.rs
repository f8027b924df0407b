//! A registry of images that mokctl runs: Debian's `docker-registry`, out of the node image.

use super::files::File;

/// The first program of its container.
pub const ENTRYPOINT: &str = "docker-registry";
/// Where it looks for its configuration.
pub const CONFIG: &str = "/etc/mok/registry.yml";
/// Where images are: a volume, which goes with the container.
pub const STORE: &str = "/var/lib/mok-registry";
/// Ends when it listens.
pub const LISTENS: &str = "until true >/dev/tcp/127.0.0.1/5000; do sleep 0.1; done 2>/dev/null";

/// Without TLS and without a login: only this machine and nodes of clusters reach it.
#[must_use]
pub fn config() -> File {
    let text = format!(
        "version: 0.1
log:
  level: warn
storage:
  filesystem:
    rootdirectory: {STORE}
  delete:
    enabled: true
http:
  addr: :5000
"
    );
    File::public(CONFIG.trim_start_matches('/'), text)
}
