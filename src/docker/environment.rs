//! The environment of the client. It needs most of the user's variables: those that choose the
//! engine (`DOCKER_HOST`, `DOCKER_CONTEXT`, `DOCKER_CONFIG`, `DOCKER_TLS*`, `DOCKER_CERT_PATH`),
//! credentials, proxies. A few others would change the meaning of mokctl's calls.

use duct::Expression;

use super::Call;

/// Variables that are removed for every call.
const DROPPED: [&str; 4] = [
    // Client and engine agree on the newest API version. With an older one, flags are missing.
    "DOCKER_API_VERSION",
    // Nodes use the image that was built on their engine, whatever its platform is.
    "DOCKER_DEFAULT_PLATFORM",
    // Another builder would keep its result, so the engine would have no image.
    "BUILDX_BUILDER",
    // podman's default for `create --userns`. Nodes need the real root.
    "PODMAN_USERNS",
];

/// Variables that are removed for every call except `pull`: users who demand signed images from
/// registries have no signatures of images that are built here.
const TRUST: [&str; 2] = ["DOCKER_CONTENT_TRUST", "DOCKER_CONTENT_TRUST_SERVER"];

/// Variables that are set: output in plain lines, without advertisements.
const SET: [(&str, &str); 3] =
    [("BUILDKIT_PROGRESS", "plain"), ("DOCKER_CLI_HINTS", "false"), ("DOCKER_CLI_HOOKS", "false")];

/// Returns `command`, which runs `call`, with that environment.
pub(super) fn adjust(command: Expression, call: &Call) -> Expression {
    let pulls = call.args.first().is_some_and(|verb| verb == "pull");
    let trust = TRUST.iter().filter(|_| !pulls);
    let command =
        DROPPED.iter().chain(trust).fold(command, |command, name| command.env_remove(name));
    SET.iter().fold(command, |command, (name, value)| command.env(name, value))
}
