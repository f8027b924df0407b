//! The engine itself and its host.

use crate::cluster::host::Host;
use crate::docker::Call;

/// The flag, before every other word, that has the client go to the engine of `host`.
#[must_use]
pub fn at(host: &Host) -> String {
    let flag = if host.is_address() { "host" } else { "context" };
    format!("--{flag}={host}")
}

/// Asks the client where its engine is; asks the engine nothing.
#[must_use]
pub fn endpoint() -> Call {
    Call::new(["context", "inspect", "--format={{.Endpoints.docker.Host}}"])
}

/// Asks the engine who it is, as JSON.
#[must_use]
pub fn info() -> Call {
    Call::new(["info", "--format={{json .}}"])
}

/// Prints the state of the host's first process, as a container of `image` sees it.
#[must_use]
pub fn host_status(image: &str) -> Call {
    Call::new([
        "run",
        "--rm",
        // The first process is then the host's.
        "--pid=host",
        "--network=none",
        "--entrypoint=cat",
        image,
        "/proc/1/status",
    ])
    .deadline(Call::WORK)
}
