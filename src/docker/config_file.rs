//! Reads the docker client's `config.json`, as far as mokctl uses it: the proxies for containers
//! and, if the user asks for it, credentials. The client itself reads the rest.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::inspect::or_default;

/// The key of the proxies for all engines that have no entry.
const DEFAULT: &str = "default";

#[derive(Default, Deserialize)]
#[serde(default)]
struct ConfigFile {
    #[serde(deserialize_with = "or_default")]
    auths: BTreeMap<String, Login>,
    #[serde(rename = "credsStore", deserialize_with = "or_default")]
    store: String,
    #[serde(rename = "credHelpers", deserialize_with = "or_default")]
    helpers: BTreeMap<String, String>,
    #[serde(deserialize_with = "or_default")]
    proxies: BTreeMap<String, Proxies>,
}

// No `Debug`: it would print a password.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Login {
    #[serde(deserialize_with = "or_default")]
    auth: String,
}

/// The client's credentials for a registry.
#[derive(Clone, PartialEq, Eq)]
pub enum Credentials {
    /// The user and password, encoded as in the file.
    Basic(String),
    /// The name of the credential helper that stores the user and password.
    Helper(String),
    /// No credentials.
    None,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
struct Proxies {
    #[serde(rename = "httpProxy", deserialize_with = "or_default")]
    http: String,
    #[serde(rename = "httpsProxy", deserialize_with = "or_default")]
    https: String,
    #[serde(rename = "noProxy", deserialize_with = "or_default")]
    no_proxy: String,
}

/// Returns the values of `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` that the configuration in
/// `folder` sets for containers of the engine at `host`. Missing values are empty strings. A file
/// that cannot be read counts as empty: the client itself complains about it.
#[must_use]
pub fn proxies(folder: &Path, host: Option<&str>) -> [String; 3] {
    let text = fs::read_to_string(folder.join("config.json")).unwrap_or_default();
    let mut file: ConfigFile = serde_json::from_str(&text).unwrap_or_default();
    let of_host = host.and_then(|host| file.proxies.remove(host));
    let found = of_host.or_else(|| file.proxies.remove(DEFAULT)).unwrap_or_default();
    [found.http, found.https, found.no_proxy]
}

/// Returns the credentials that the configuration in `folder` has for the registry `host`, such as
/// `HOST:PORT`.
#[must_use]
pub fn credentials(folder: &Path, host: &str) -> Credentials {
    let text = fs::read_to_string(folder.join("config.json")).unwrap_or_default();
    let file: ConfigFile = serde_json::from_str(&text).unwrap_or_default();
    // The keys that old clients wrote are URLs.
    let host_of = |name: &str| {
        let rest = name.split_once("://").map_or(name, |(_, rest)| rest);
        rest.split('/').next().unwrap_or_default().to_owned()
    };
    let login = file.auths.into_iter().find(|(name, _)| host_of(name) == host);
    match (login, file.helpers.get(host)) {
        (Some((_, login)), _) if !login.auth.is_empty() => Credentials::Basic(login.auth),
        (_, Some(helper)) => Credentials::Helper(helper.clone()),
        // If an entry has no password, it is in the credential store.
        (Some(_), None) if !file.store.is_empty() => Credentials::Helper(file.store),
        (Some(_) | None, None) => Credentials::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engines_own_proxies_are_preferred() {
        let folder = tempfile::tempdir().unwrap();
        let found = |host| proxies(folder.path(), host);
        assert_eq!(found(None), ["", "", ""]);
        let text = r#"{"auths": {}, "proxies": {
            "default": {"httpProxy": "http://p:1", "noProxy": "a,b", "allProxy": 5},
            "tcp://far:2375": {"httpsProxy": "http://q:1"}
        }}"#;
        fs::write(folder.path().join("config.json"), text).unwrap();
        assert_eq!(found(None), ["http://p:1", "", "a,b"]);
        assert_eq!(found(Some("tcp://near:2375")), ["http://p:1", "", "a,b"]);
        assert_eq!(found(Some("tcp://far:2375")), ["", "http://q:1", ""]);
        fs::write(folder.path().join("config.json"), "{").unwrap();
        assert_eq!(found(None), ["", "", ""]);
    }

    #[test]
    fn credentials_are_those_of_the_registry_alone() {
        let folder = tempfile::tempdir().unwrap();
        let text = r#"{"auths": {
            "a:5000": {"auth": "YTpi"}, "https://b:443/v1/": {"auth": "Yjpi"}, "c:1": {}
        }, "credsStore": "pass", "credHelpers": {"d:1": "ecr"}}"#;
        fs::write(folder.path().join("config.json"), text).unwrap();
        for (host, want) in [
            ("a:5000", Credentials::Basic("YTpi".into())),
            ("b:443", Credentials::Basic("Yjpi".into())),
            ("c:1", Credentials::Helper("pass".into())),
            ("d:1", Credentials::Helper("ecr".into())),
            ("a:5001", Credentials::None),
        ] {
            assert!(credentials(folder.path(), host) == want, "{host}");
        }
    }
}
