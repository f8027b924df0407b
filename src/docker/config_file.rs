//! The client's own settings, `config.json`, as far as mokctl honours them: proxies
//! for containers. The client reads the rest itself.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::inspect::or_default;

/// Which of the settings hold for every engine.
const DEFAULT: &str = "default";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ConfigFile {
    #[serde(deserialize_with = "or_default")]
    proxies: BTreeMap<String, Proxies>,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
struct Proxies {
    #[serde(rename = "httpProxy", deserialize_with = "or_default")]
    http: String,
    #[serde(rename = "httpsProxy", deserialize_with = "or_default")]
    https: String,
    #[serde(rename = "noProxy", deserialize_with = "or_default")]
    direct: String,
}

/// The values of `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` that `folder` says containers
/// of the engine at `host` shall have; empty where it does not say. What cannot be read
/// says nothing: the client itself complains of it.
#[must_use]
pub fn proxies(folder: &Path, host: Option<&str>) -> [String; 3] {
    let text = fs::read_to_string(folder.join("config.json")).unwrap_or_default();
    let mut file: ConfigFile = serde_json::from_str(&text).unwrap_or_default();
    let of_host = host.and_then(|host| file.proxies.remove(host));
    let found = of_host.or_else(|| file.proxies.remove(DEFAULT)).unwrap_or_default();
    [found.http, found.https, found.direct]
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
}
