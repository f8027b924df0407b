//! The environment of the client. The client needs most of the user's variables: those for
//! credentials and proxies, and those that choose the engine (`DOCKER_HOST`, `DOCKER_CONTEXT`,
//! `DOCKER_CONFIG`, `DOCKER_TLS*`, `DOCKER_CERT_PATH`). A few others would change the meaning of
//! mokctl's calls, so they are removed.

use duct::Expression;

use super::Call;

/// Variables that are removed for every call.
const DROPPED: [&str; 4] = [
    // By default, client and engine agree on the newest API version. Older ones lack flags.
    "DOCKER_API_VERSION",
    // Nodes use the image that was built on their engine, even if it is of another platform.
    "DOCKER_DEFAULT_PLATFORM",
    // Another builder would keep the image that it builds, so the engine would not have it.
    "BUILDX_BUILDER",
    // podman takes the default of `create --userns` from it. Nodes need the real root.
    "PODMAN_USERNS",
];

/// Variables that demand signed images, and are removed for every call except `pull`. Images that
/// are built locally have no signatures.
const TRUST: [&str; 2] = ["DOCKER_CONTENT_TRUST", "DOCKER_CONTENT_TRUST_SERVER"];

/// Variables that are set for every call: output comes in plain lines, without advertisements.
const SET: [(&str, &str); 3] =
    [("BUILDKIT_PROGRESS", "plain"), ("DOCKER_CLI_HINTS", "false"), ("DOCKER_CLI_HOOKS", "false")];

/// Returns `command`, which runs `call`, with these variables removed and set.
pub(super) fn adjust(command: Expression, call: &Call) -> Expression {
    let pulls = call.args.first().is_some_and(|verb| verb == "pull");
    let trust = TRUST.iter().filter(|_| !pulls);
    let command =
        DROPPED.iter().chain(trust).fold(command, |command, name| command.env_remove(name));
    SET.iter().fold(command, |command, (name, value)| command.env(name, value))
}
