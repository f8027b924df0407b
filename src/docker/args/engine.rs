//! Calls that ask about the engine and its host.

use crate::cluster::host::Host;
use crate::docker::Call;

/// Returns the flag that directs the client to the engine of `host`. It must be the first argument.
#[must_use]
pub fn at(host: &Host) -> String {
    let flag = if host.is_address() { "host" } else { "context" };
    format!("--{flag}={host}")
}

/// Asks the client for the address of its engine, without contacting the engine.
#[must_use]
pub fn endpoint() -> Call {
    Call::new(["context", "inspect", "--format={{.Endpoints.docker.Host}}"])
}

/// Prints information about the engine, as JSON.
#[must_use]
pub fn info() -> Call {
    Call::new(["info", "--format={{json .}}"])
}

/// Prints `/proc/1/status` of the engine's host, from a container of `image`.
#[must_use]
pub fn host_status(image: &str) -> Call {
    Call::new([
        "run",
        "--rm",
        // With this flag, process 1 is that of the host.
        "--pid=host",
        "--network=none",
        "--entrypoint=cat",
        image,
        "/proc/1/status",
    ])
    .deadline(Call::WORK)
}
