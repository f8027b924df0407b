//! What the client sees of the user's environment. It needs most of it: which engine
//! (`DOCKER_HOST`, `DOCKER_CONTEXT`, `DOCKER_CONFIG`, `DOCKER_TLS*`, `DOCKER_CERT_PATH`),
//! credentials, proxies. A few variables would change what our calls mean.

use duct::Expression;

use super::Call;

/// Kept from every call.
const DROPPED: [&str; 4] = [
    // The client agrees with the engine on the newest version; with an older one,
    // flags are missing.
    "DOCKER_API_VERSION",
    // Nodes are of the image that was built on their engine, whatever it is.
    "DOCKER_DEFAULT_PLATFORM",
    // Another builder would keep what it built, and the engine would have no image.
    "BUILDX_BUILDER",
    // podman's default for `create --userns`: nodes need root.
    "PODMAN_USERNS",
];

/// Kept from every call but `pull`: who wants only signed images from registries has
/// no signature of those built here.
const TRUST: [&str; 2] = ["DOCKER_CONTENT_TRUST", "DOCKER_CONTENT_TRUST_SERVER"];

/// What is shown of a build, and of any failure: lines, without advertisements.
const SET: [(&str, &str); 3] =
    [("BUILDKIT_PROGRESS", "plain"), ("DOCKER_CLI_HINTS", "false"), ("DOCKER_CLI_HOOKS", "false")];

/// `command`, which runs `call`, in that environment.
pub(super) fn adjust(command: Expression, call: &Call) -> Expression {
    let pulls = call.args.first().is_some_and(|verb| verb == "pull");
    let trust = TRUST.iter().filter(|_| !pulls);
    let command =
        DROPPED.iter().chain(trust).fold(command, |command, name| command.env_remove(name));
    SET.iter().fold(command, |command, (name, value)| command.env(name, value))
}
