//! The engine itself and its host.

use crate::docker::Call;

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
