//! The user's settings for the docker client. Every documented one either does not reach the
//! client, or makes no difference to mokctl.

use std::fs;

use crate::harness::{Machine, Mokctl};

/// What happens to a variable on its way to the client.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    /// It is passed on: it chooses the engine or the credentials.
    Kept,
    /// It is dropped, because it would change the meaning of a call.
    Dropped,
    /// It is dropped, except for `pull`.
    Trust,
    /// It gets a fixed value.
    Is(&'static str),
}

use Fate::{Dropped, Is, Kept, Trust};

/// Every variable in the documentation of the client, of its builder and of podman.
const VARIABLES: [(&str, &str, Fate); 23] = [
    ("DOCKER_API_VERSION", "1.24", Dropped),
    ("DOCKER_AUTH_CONFIG", "{}", Kept),
    ("DOCKER_BUILDKIT", "0", Kept),
    ("DOCKER_CERT_PATH", "/certs", Kept),
    ("DOCKER_CLI_EXPERIMENTAL", "enabled", Kept),
    ("DOCKER_CLI_HINTS", "true", Is("false")),
    ("DOCKER_CLI_HOOKS", "true", Is("false")),
    ("DOCKER_CONFIG", "/config", Kept),
    ("DOCKER_CONTENT_TRUST", "1", Trust),
    ("DOCKER_CONTENT_TRUST_SERVER", "https://notary:4443", Trust),
    ("DOCKER_CONTEXT", "far", Kept),
    ("DOCKER_CUSTOM_HEADERS", "a=b", Kept),
    ("DOCKER_DEFAULT_PLATFORM", "linux/arm64", Dropped),
    ("DOCKER_HIDE_LEGACY_COMMANDS", "1", Kept),
    ("DOCKER_HOST", "unix:///run/other.sock", Kept),
    ("DOCKER_TLS", "1", Kept),
    ("DOCKER_TLS_VERIFY", "1", Kept),
    ("BUILDKIT_PROGRESS", "rawjson", Is("plain")),
    ("BUILDX_BUILDER", "elsewhere", Dropped),
    ("HTTP_PROXY", "http://proxy:3128", Kept),
    ("HTTPS_PROXY", "http://proxy:3128", Kept),
    ("NO_PROXY", "example.org", Kept),
    ("PODMAN_USERNS", "auto", Dropped),
];

fn with_all(run: Mokctl<'_>) -> Mokctl<'_> {
    VARIABLES.iter().fold(run, |run, (name, value, _)| run.env(name, value))
}

#[test]
fn variables_that_change_what_a_call_means_do_not_reach_the_client() {
    let machine = Machine::new();
    machine.docker.offer("registry:5000/mok/mok-debian-13:v1.37.2", &[]);
    with_all(machine.mokctl("create cluster a 1 0 -q")).run();
    let pull = machine.mokctl("build image --get-prebuilt-image -q");
    with_all(pull.env("MOKCTL_IMAGE_REPOSITORY", "registry:5000/mok")).outcome();
    let calls = machine.docker.calls();
    let pulls = calls.iter().filter(|call| call.verb() == "pull").count();
    assert_eq!(pulls, 1, "{}", machine.docker.log());
    for call in &calls {
        for (name, value, fate) in VARIABLES {
            let want = match fate {
                Kept => Some(value),
                Is(value) => Some(value),
                Trust if call.verb() == "pull" => Some(value),
                Dropped | Trust => None,
            };
            assert_eq!(call.variable(name), want, "{name} of {}", call.line());
        }
    }
}

/// `psFormat`, `imagesFormat`, `networksFormat` and the like set the format of lists that are
/// neither quiet nor in a format of their command line.
#[test]
fn no_list_is_printed_in_the_users_own_format() {
    let machine = Machine::new().with_cluster("a 1 1");
    for line in ["get clusters", "get nodes a", "get images", "get snapshots", "delete cluster a"] {
        machine.mokctl(line).outcome();
    }
    let calls = machine.docker.calls();
    let lists = calls.iter().filter(|call| {
        matches!(call.verb().as_str(), "ps" | "image ls" | "network ls" | "info" | "version")
    });
    let mut count = 0;
    for call in lists {
        let is_ours = |word: &String| word == "--quiet" || word.starts_with("--format=");
        assert!(call.argv.iter().any(is_ours), "{}", call.line());
        count += 1;
    }
    assert!(count > 5, "{count} lists");
}

const CONFIG: &str = r#"{"proxies": {
    "default": {"httpProxy": "http://proxy:3128", "noProxy": "example.org"},
    "tcp://far:2375": {"httpsProxy": "http://far-proxy:3128"}
}}"#;

fn proxies(machine: &Machine) -> String {
    let puts = machine.docker.calls();
    let put = puts.iter().find(|call| call.line() == "cp - a-master-1:/").unwrap();
    let mut archive = tar::Archive::new(put.stdin.as_deref().unwrap());
    let mut text = String::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        if entry.path().unwrap().ends_with("etc/mok/proxy.env") {
            std::io::Read::read_to_string(&mut entry, &mut text).unwrap();
        }
    }
    text
}

#[test]
fn the_clients_proxies_for_containers_reach_nodes_with_all_that_is_near() {
    let machine = Machine::new();
    let folder = machine.path("home/.docker");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("config.json"), CONFIG).unwrap();
    machine.mokctl("create cluster a 1 0 -q").run();
    let text = proxies(&machine);
    assert!(text.contains("HTTP_PROXY=\"http://proxy:3128\"\n"), "{text}");
    let direct = text.lines().find_map(|line| line.strip_prefix("NO_PROXY=")).unwrap();
    for near in
        ["example.org", "10.244.0.0/16", "10.96.0.0/12", ".svc", ".cluster.local", "a-master-1"]
    {
        assert!(direct.split(['"', ',']).any(|host| host == near), "{near} in {direct}");
    }
    // The client's own settings add nothing to the call.
    let create = machine.docker.call("create ");
    for name in ["HTTP_PROXY", "https_proxy", "NO_PROXY", "all_proxy"] {
        assert!(create.argv.contains(&format!("--env={name}=")), "{name}");
    }
}

#[test]
fn proxies_of_the_environment_or_of_the_engine_come_first() {
    for (name, value, want) in [
        ("HTTPS_PROXY", "http://own:1", "HTTPS_PROXY=\"http://own:1\"\n"),
        ("DOCKER_HOST", "tcp://far:2375", "HTTPS_PROXY=\"http://far-proxy:3128\"\n"),
    ] {
        let machine = Machine::new();
        fs::create_dir(machine.path("client")).unwrap();
        fs::write(machine.path("client/config.json"), CONFIG).unwrap();
        let run = machine.mokctl("create cluster a 1 0 -q --api-address 127.0.0.1");
        let config = machine.path("client").display().to_string();
        run.env("DOCKER_CONFIG", config).env(name, value).run();
        let text = proxies(&machine);
        assert!(text.contains(want) && !text.contains("//proxy:3128"), "{text}");
    }
}
