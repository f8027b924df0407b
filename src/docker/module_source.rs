//! How Go modules are fetched: the user's own settings for Go and proxies, and the
//! certificate authorities that the user's machine trusts. A builder's container has
//! neither by itself.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The variables that Go honours when it fetches modules, and those of proxies, which
/// all programs honour.
const VARIABLES: [&str; 14] = [
    "GOPROXY",
    "GOSUMDB",
    "GONOSUMDB",
    "GONOPROXY",
    "GOPRIVATE",
    "GOINSECURE",
    "GOAUTH",
    "GOVCS",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
];

/// Where systems keep the authorities that they trust, as one file: Debian, Fedora,
/// `OpenSUSE`, Alpine and macOS.
const BUNDLES: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// What a build gets of the user's surroundings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModuleSource {
    /// Names of the variables that are set; a client hands on their values, so that
    /// passwords in them are on no command line.
    pub variables: Vec<&'static str>,
    /// A file of certificate authorities.
    pub authorities: Option<PathBuf>,
}

impl ModuleSource {
    /// Reads the environment.
    #[must_use]
    pub fn read() -> Self {
        let is_set = |name: &&str| env::var_os(name).is_some_and(|value| !value.is_empty());
        let named = env::var_os("SSL_CERT_FILE").map(PathBuf::from);
        let bundles = named.into_iter().chain(BUNDLES.map(PathBuf::from));
        Self {
            variables: VARIABLES.into_iter().filter(is_set).collect(),
            authorities: bundles.into_iter().find(|file| is_readable(file)),
        }
    }
}

impl ModuleSource {
    /// Those of the variables that name proxies: package managers honour them, too.
    #[must_use]
    pub fn proxies(&self) -> Vec<&'static str> {
        let is_proxy = |name: &&&str| name.to_uppercase().ends_with("_PROXY");
        self.variables.iter().filter(is_proxy).copied().collect()
    }
}

fn is_readable(file: &Path) -> bool {
    fs::File::open(file).and_then(|file| file.metadata()).is_ok_and(|data| data.is_file())
}
