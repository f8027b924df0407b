//! The registry that `create registry` runs: Debian's `docker-registry`, from the node image.

use super::files::File;

/// The first program in the registry's container.
pub const ENTRYPOINT: &str = "docker-registry";
/// The path of the registry's configuration.
pub const CONFIG: &str = "/etc/mok/registry.yml";
/// The folder of the registry's images: an anonymous volume, which is removed with the container.
pub const STORE: &str = "/var/lib/mok-registry";
/// A shell command that waits until the registry listens.
pub const LISTENS: &str = "until true >/dev/tcp/127.0.0.1/5000; do sleep 0.1; done 2>/dev/null";

/// Returns the configuration: neither TLS nor credentials, because only this machine and nodes of
/// clusters reach the registry.
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
